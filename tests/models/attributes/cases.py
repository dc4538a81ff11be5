"""Networks over fields on the board."""

from tests.models.cases import Case

CASES: tuple[Case, ...] = ()
