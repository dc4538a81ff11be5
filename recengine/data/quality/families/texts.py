"""Texts: which items have one, how long, in which language, the same for how many."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding, Severity
from recengine.data.quality.wording import counted, of_all, share_text, verb

SHORT = 20
MUCH = 0.3


def text_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Coverage, and where there are texts their length, repeats and language."""
    items = evidence.dataset.items
    n_items, without = items.height, evidence.no_text
    severity: Severity = "warning" if without / n_items > MUCH else "note"
    yield QualityFinding(
        name="items-without-text",
        severity=severity if without else "good",
        value=without,
        unit="items",
        n=n_items,
        text=f"{of_all(without, n_items, 'items')} {verb(without, 'has', 'have')} no text to go by."
        if without
        else "Every item has a text.",
        why="Text is what finds an item that nobody took yet, and what says why two items are alike."
        if without
        else "So an item that nobody took yet can be found by what is written of it.",
    )
    texts = items.filter(pl.col("text") != "")["text"]
    if texts.is_empty():
        return
    lengths = texts.str.len_chars()
    short, median = int((lengths < SHORT).sum()), int(lengths.median() or 0)  # type: ignore[arg-type]
    few_words = short / len(texts) > MUCH
    yield QualityFinding(
        name="text-length",
        severity="note" if few_words else "good",
        value=median,
        unit="characters",
        text=f"Half of the texts have {counted(median, 'character')} or more; "
        f"{share_text(short / len(texts))} have fewer than {SHORT}.",
        why="So little text is hardly more than a name: it says what an item is called, not what it is like."
        if few_words
        else "Enough for a text model to tell items apart.",
        facts={"shorter": short, "longest": int(lengths.max())},  # type: ignore[arg-type]
    )
    repeated = int(texts.is_duplicated().sum())
    if repeated:
        yield QualityFinding(
            name="same-texts",
            severity="warning" if repeated / len(texts) > MUCH else "note",
            value=repeated,
            unit="items",
            n=len(texts),
            text=f"{of_all(repeated, len(texts), 'texts')} {verb(repeated, 'is', 'are')} the same as another item's, "
            "letter by letter.",
            why="A text model cannot tell such items apart: boilerplate, or one item under several ids.",
        )
    yield from _language(evidence)


def _language(evidence: Evidence) -> Iterator[QualityFinding]:
    language = evidence.imported.get("language")
    if not isinstance(language, dict) or not language.get("main"):
        return
    share = float(language["shares"][language["main"]])
    mixed = share < 0.8
    yield QualityFinding(
        name="language",
        severity="note" if mixed else "good",
        value=share,
        unit="share",
        n=language.get("judged"),
        text=str(language["text"]),
        why="A text model for one language finds little in another's; choose one that was trained on all of them."
        if mixed
        else "One language in the main, so a text model that was trained on it fits; the Text model's default is "
        "chosen by it.",
        facts={"shares": language["shares"], "model": language.get("model")},
    )
