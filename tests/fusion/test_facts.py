from __future__ import annotations

from dataclasses import dataclass, field

from recengine.fusion.facts import KEPT, Facts
from tests.fusion.strategies.people import facts_of


def test_the_last_results_are_remembered() -> None:
    facts = facts_of([1])
    made = [facts.kept(number, lambda: [0]) for number in range(KEPT + 1)]
    assert facts.kept(KEPT, lambda: [0]) is made[KEPT]
    assert facts.kept(0, lambda: [0]) is not made[0]


@dataclass(eq=False)
class Crowded:
    """A key during whose second look-up other sessions ask for so much else that it is let go of."""

    facts: Facts
    looks: list[int] = field(default_factory=list)

    def __hash__(self) -> int:
        self.looks.append(1)
        if len(self.looks) == 4:
            for number in range(KEPT):
                self.facts.kept(number, lambda: [0])
        return 7


def test_what_another_session_lets_go_of_is_still_given() -> None:
    facts = facts_of([1])
    key = Crowded(facts)
    made: list[int] = facts.kept(key, lambda: [1])
    key.looks[:] = [1, 1]
    # the first look-up finds it, and a second one would not
    assert facts.kept(key, lambda: [2]) is made
