"""Autoencoders, graphs, games and several tasks at once on the board."""

from tests.models.cases import Case

CASES: tuple[Case, ...] = ()
