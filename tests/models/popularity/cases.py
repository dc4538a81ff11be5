"""Popularity in its forms, and chance, on the board."""

from tests.models.cases import Case

CASES = (
    # popularity can serve only the two thirds of the users who like what most like
    Case("popularity", silent_users=(), finds=0.5, additive=False, personal=False),
    Case("recent-popularity", silent_users=(), finds=0.45, additive=False, personal=False),
    # the club says what people like; that newcomers are in one is enough
    Case("segment-popularity", silent_users=(), finds=0.6, folds_in=False, additive=False),
    Case("segment-popularity", {"attributes": "club"}, silent_users=(), finds=0.75, folds_in=False, additive=False),
    Case("random", silent_users=(), finds=0.0, additive=False, personal=False),
)
