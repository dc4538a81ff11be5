"""Ids: the same user or item under two spellings."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import of_all, quoted_list, verb


def id_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Ids of users and of items that differ only in letter case or blanks."""
    for several, ids in (("users", evidence.dataset.users["id"]), ("items", evidence.dataset.items["id"])):
        folded = ids.str.strip_chars().str.to_lowercase()
        again = folded.is_duplicated()
        n = int(again.sum())
        if not n:
            yield QualityFinding(
                name=f"{several[:-1]}-ids",
                severity="good",
                value=0,
                unit=several,
                n=len(ids),
                text=f"No two ids of {several} differ only in letter case or blanks.",
                why=f"So none of the {several} seems to be there under two spellings.",
            )
            continue
        shown = pl.DataFrame({"id": ids, "folded": folded}).filter(again).sort("folded", "id")["id"].head(4).to_list()
        yield QualityFinding(
            name=f"{several[:-1]}-ids",
            severity="warning",
            value=n,
            unit=several,
            n=len(ids),
            text=f"{of_all(n, len(ids), several)} {verb(n, 'has', 'have')} an id that differs from another only in "
            f"letter case or blanks: {quoted_list([repr(one) for one in shown], 4)}.",
            why=f"Mostly one of the {several} under several spellings: what is known of each is a part of what is "
            "known, and a list may offer what was already taken.",
            fix=fixes.fold_ids(several),
        )
