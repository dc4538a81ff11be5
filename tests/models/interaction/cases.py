"""Networks over a user and an item, known by who they are alone on the board."""

from tests.models.cases import Case

CASES: tuple[Case, ...] = ()
