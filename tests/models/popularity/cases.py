"""Popularity in its forms on the board."""

from tests.models.cases import Case

CASES = (
    # popularity can serve only the two thirds of the users who like what most like
    Case("popularity", silent_users=(), finds=0.5, additive=False, personal=False),
)
