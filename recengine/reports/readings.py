"""What a figure of fairness says, in one sentence of plain text; a page must escape it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from recengine.fairness import GroupGap, GroupShare
from recengine.reports.tables import exposure_ratio
from recengine.reports.words import joined, metric_label, metric_value, p_value, share

SIGNIFICANT = 0.05


def gap_reading(gap: GroupGap, metric: str, k: int) -> str:
    """Whether the gap between the best and the worst served group is more than chance gives."""
    if math.isnan(gap.gap):
        return "There are no two groups that are large enough to compare."
    seen = f"{metric_value(metric, gap.gap)} {metric_label(metric, k)}"
    start = f"The gap of {seen} between the best and the worst served group"
    if math.isnan(gap.p_value):
        return f"{start} was not tested against chance."
    chance = f"shuffled labels make {metric_value(metric, gap.chance_gap)} on average"
    tested = f"({p_value(gap.p_value)}, corrected {p_value(gap.p_holm)})"
    if gap.p_holm < SIGNIFICANT:
        return f"{start} is more than chance gives: {chance} {tested}."
    if gap.p_value < SIGNIFICANT:
        return f"{start} can be chance, as so many are compared here: {chance} {tested}."
    if gap.gap <= gap.chance_gap:
        return f"{start} is no larger than chance gives: {chance} {tested}."
    return f"{start} can be chance: {chance} {tested}."


def exposure_reading(groups: Mapping[str, GroupShare]) -> str:
    """Which group is shown most beyond what is taken, which least, and which never."""
    ratios = {name: exposure_ratio(group) for name, group in groups.items() if group.interactions > 0}
    if not ratios:
        return "No group has an interaction to compare its exposure with."
    most, least = max(ratios, key=lambda name: ratios[name]), min(ratios, key=lambda name: ratios[name])
    said = [f"Shown most beyond what is taken: {_compared(most, groups[most])}."]
    if most != least:
        said.append(f"Least: {_compared(least, groups[least])}.")
    hidden = [name for name, group in groups.items() if group.exposure == 0 and name != least]
    if hidden:
        said.append(f"Never shown: {joined(hidden)}.")
    return " ".join(said)


def _compared(name: str, group: GroupShare) -> str:
    shares = f"{share(group.exposure)} of the exposure for {share(group.interactions)} of the interactions"
    return f"{name}, with {shares} (\u00d7 {exposure_ratio(group):.2f})"
