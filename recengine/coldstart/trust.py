"""How much each origin of an opinion is trusted, by how much is known of a newcomer."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from recengine.coldstart.newcomer import ORIGINS, Origin
from recengine.errors import ScenarioError

EVIDENCE: Mapping[Origin, float] = {"words": 1.0, "segment": 2.0, "everybody": 3.0}
"""How many picked items each of the others is worth, whatever it says.

Chosen on the users that the split "cold-users" keeps for validation, MovieLens-100K, all ratings positive, NDCG@10,
mean of seeds 0 to 2 (`python -m benchmarks.cold_users --part validation`), by the number of items picked:

| everybody | 0     | 1     | 3     | 5     | 10    |
| 1         | 0.498 | 0.561 | 0.608 | 0.634 | 0.666 |
| 2         | 0.498 | 0.582 | 0.615 | 0.637 | 0.666 |
| 3         | 0.498 | 0.594 | 0.618 | 0.640 | 0.667 |
| 4         | 0.498 | 0.592 | 0.624 | 0.640 | 0.670 |
| 5         | 0.498 | 0.580 | 0.623 | 0.641 | 0.669 |

A segment is best at 2 with one pick or more, and the better the more it counts with none: 0.505 at 2, 0.508 at 6.
Words, for which the names of three favourite genres stood in, are best at 0.5 (0.506 without a pick); at 1 they cost
0.006 there, and whoever types a taste sees it in the list. With text-to-factors as the reader words alone have 0.44
instead of 0.13, and it hardly matters how much they count.
"""


def trust(n_picks: int, known: Collection[Origin], evidence: Mapping[Origin, float] = EVIDENCE) -> dict[Origin, float]:
    """The share of each origin in `known`, in the order of `ORIGINS`; together they are 1.

    Evidence is counted in picked items: n picks are worth n, each other origin what `evidence` says, if it is known;
    the share of an origin is its evidence over all. So with picks and popularity alone the picks have n / (n + 3), like
    a mean that is shrunk towards a prior worth 3 observations. Another pick raises the share of the picks and lowers
    all others. Where nothing is known, everybody has all of it.

    evidence: finite, at least 0. Raises `ScenarioError` where it is not.
    """
    for origin, amount in evidence.items():
        if not math.isfinite(amount) or amount < 0:
            raise ScenarioError(f"evidence: {origin} must be a number of 0 or more, got {amount:g}. Change it.")
    amounts = {origin: float(n_picks) if origin == "picks" else evidence[origin] for origin in ORIGINS}
    there = {origin: amount for origin, amount in amounts.items() if origin in known and amount > 0}
    if not there:
        # what is known counts nothing: all of it alike, rather than no list
        there = {origin: 1.0 for origin in ORIGINS if origin in known and origin != "picks"}
    total = sum(there.values())
    return {origin: amount / total for origin, amount in there.items()}
