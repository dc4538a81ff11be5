"""Titles: missing, placeholders, and items that look like one item twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import counted, cut, of_all, quoted_list, share_text, verb

MUCH = 0.05
LONGEST = 80


def title_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing of twins where no item has a title."""
    twins, n_items = evidence.twins, evidence.dataset.n_items
    untitled = n_items - twins.n_titles
    if untitled:
        yield QualityFinding(
            name="items-without-title",
            severity="warning" if untitled / n_items > MUCH else "note",
            value=untitled,
            unit="items",
            n=n_items,
            text="No item has a title."
            if untitled == n_items
            else f"{of_all(untitled, n_items, 'items')} {verb(untitled, 'has', 'have')} no title.",
            why="Lists and explanations show their ids instead, and nobody can judge a list of ids by eye.",
        )
    if not twins.n_titles:
        return
    if twins.placeholders:
        title, n = twins.placeholders[0]
        rows = sum(count for _, count in twins.placeholders)
        yield QualityFinding(
            name="placeholder-titles",
            severity="note",
            value=rows,
            unit="items",
            n=n_items,
            text=f"{counted(len(twins.placeholders), 'title')} {verb(len(twins.placeholders), 'stands', 'stand')} for "
            f"many items each: {quoted_list([title])} for {n:,}.",
            why="A placeholder or a series: people cannot tell such items apart in a list, and their text says the "
            "same.",
            facts={"titles": [[cut(title, LONGEST), n] for title, n in twins.placeholders]},
        )
    if not twins.n_items:
        yield QualityFinding(
            name="similar-titles",
            severity="good",
            value=0,
            unit="items",
            n=twins.n_titles,
            text="No two titles are nearly the same.",
            why="So no item seems to be in the catalogue twice.",
        )
        return
    share = twins.n_items / twins.n_titles
    yield QualityFinding(
        name="similar-titles",
        severity="warning" if share > MUCH else "note",
        value=twins.n_items,
        unit="items",
        n=twins.n_titles,
        text=f"{twins.n_items:,} items ({share_text(share)}) have a title nearly like another's, in "
        f"{counted(twins.n_groups, 'group')}: {_example(twins.examples[0])}.",
        why="Where they are one item, what people did is split between its twins: each looks less popular than it is, "
        "and a list may show both. Merge their ids in the source.",
        facts={
            "groups": [[cut(title, LONGEST) for title in one] for one in twins.examples],
            "n_groups": twins.n_groups,
        },
    )


def _example(group: Sequence[str]) -> str:
    different = list(dict.fromkeys(group))
    return f"{quoted_list(different)} ({len(group)} times)" if len(different) == 1 else quoted_list(different, 3)
