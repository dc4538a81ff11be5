"""What a user is about, in words, against what an item is about on the board."""

from tests.models.cases import Case

CASES: tuple[Case, ...] = ()
