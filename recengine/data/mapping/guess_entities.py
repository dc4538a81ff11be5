"""The roles of the columns of the catalogue and of the table of users."""

from __future__ import annotations

from typing import Any

import polars as pl

from recengine.data.mapping.draft import Draft
from recengine.data.mapping.guess import Samples
from recengine.data.mapping.look import Look, overlap
from recengine.data.mapping.numbers import YEAR_IN_BRACKETS
from recengine.data.mapping.roles import usual_columns
from recengine.data.mapping.settings import written_bins

_NAMED = "the name says so"
_MOST_TEXTS = 3
_FEW_NUMBERS = 12


def guess_items(draft: Draft, others: Samples) -> None:
    """Id, title, texts, year, image, categories and numbers."""
    _id(draft, "item.id", "item", others)
    if not draft.has("item.title"):
        named = draft.named("item.title", lambda look: bool(look.present) and look.numbers is None and not look.is_link)
        if named is not None:
            draft.add("item.title", named, _NAMED, 0.95)
        elif (look := next((look for look in draft.free if is_title(look)), None)) is not None:
            draft.add("item.title", look, f"short texts, {look.distinct_share:.0%} of them different", 0.5)
    _texts(draft)
    _year(draft)
    _image(draft)
    draft.labels("item")
    for _ in draft.numbers("item"):
        pass


def guess_users(draft: Draft, others: Samples) -> None:
    """Id, age, categories and numbers, the numbers with groups."""
    _id(draft, "user.id", "user", others)
    if not draft.has("user.age") and (look := draft.named("user.age", _is_age)):
        draft.add("user.age", look, f"{_NAMED}, and it holds numbers from {look.low:g} to {look.high:g}", 0.95)
    draft.labels("user")
    for look in list(draft.free):
        if look.is_whole and 2 < look.distinct <= _FEW_NUMBERS and look.present >= 5 * look.distinct and look.low >= 0:
            draft.attribute("user.category", look, f"only {look.distinct} different numbers", 0.5)
    for name, look in draft.numbers("user"):
        edges = propose_bins(look.numbers) if look.numbers is not None else ()
        if edges:
            draft.set(f"user.bins.{name}", written_bins(edges), "four groups of about equal size", 0.5)


def propose_bins(values: pl.Series, groups: int = 4) -> tuple[float, ...]:
    """Where each group but the first begins so that about as many of `values` lie in each; ascending, maybe fewer.

    Edges are rounded to three digits, and none leaves a group empty of what lies below it.
    """
    least: Any = values.min()
    edges: list[float] = []
    for place in range(1, groups):
        edge: Any = values.quantile(place / groups, interpolation="higher")
        if edge is None:
            return ()
        rounded = float(f"{edge:.3g}")
        if rounded > least and (not edges or rounded > edges[-1]):
            edges.append(rounded)
    return tuple(edges)


def _id(draft: Draft, role: str, entity: str, others: Samples) -> None:
    """The id: by its name, by the ids that stand in the interactions too, or the first column that tells rows apart."""
    if draft.has(role):
        return
    unique = [look for look in draft.free if look.may_be_id and look.distinct_share >= 0.9]
    interactions = others.get("interactions")
    shares: dict[str, float] = {}
    if interactions is not None:
        columns = usual_columns(entity, interactions.columns, set())[:1]
        # without a name for it, every column of the interactions that may hold ids is looked at
        known = [column for column in columns or interactions.columns if Look(column, interactions[column]).may_be_id]
        shares = {
            look.name: max((overlap(look.cells, interactions[column]) for column in known), default=0.0)
            for look in unique
        }
    named = draft.named(role, lambda look: look.may_be_id)
    best = max(unique, key=lambda look: shares.get(look.name, 0.0), default=None)
    share = 0.0 if best is None else shares.get(best.name, 0.0)
    if best is not None and share >= 0.3 and (named is None or shares.get(named.name, 0.0) < share / 3):
        draft.add(role, best, f"it holds {share:.0%} of the ids of the interactions", 0.7)
    elif named is not None:
        also = f", and it holds {shares[named.name]:.0%} of the ids of the interactions" if named.name in shares else ""
        draft.add(role, named, f"{_NAMED}{also}", 0.95)
    elif unique:
        draft.add(role, unique[0], "the first column that tells all rows apart", 0.4)


def is_title(look: Look) -> bool:
    """Whether the cells are short texts of which hardly any comes twice."""
    words = look.numbers is None and not look.is_list and not look.is_link and look.time_form is None
    return words and 3 <= look.length <= 100 and look.distinct_share >= 0.8 and look.separator is None


def _texts(draft: Draft) -> None:
    count = sum(guess.role.startswith("item.text") for guess in draft.guesses)
    named = [draft.looks[name] for name in draft.named_all("item.text")]
    prose = [look for look in draft.free if look not in named and look.is_prose and look.separator is None]
    for look in [*named, *prose]:
        is_text = look.is_list or (look.present and look.numbers is None and not look.is_link)
        if not is_text or count >= _MOST_TEXTS:
            continue
        count += 1
        reason = _NAMED if look in named else f"texts of {look.length:.0f} characters on average"
        draft.add("item.text" if count == 1 else f"item.text.{count}", look, reason, 0.9 if look in named else 0.7)


def _year(draft: Draft) -> None:
    if draft.has("item.year"):
        return
    named = draft.named("item.year", lambda look: _has_years(look) or look.time_form == "dates")
    if named is not None:
        draft.add("item.year", named, f"{_NAMED}, and it holds {'dates' if named.numbers is None else 'years'}", 0.95)
        return
    look = next((look for look in draft.free if look.is_year and look.distinct >= 3), None)
    if look is not None:
        draft.add("item.year", look, f"whole numbers from {look.low:g} to {look.high:g}", 0.7)
        return
    title = draft.column("item.title")
    if title is not None and title.present:
        share: Any = title.text.str.contains(YEAR_IN_BRACKETS).mean()
        if share >= 0.5:
            draft.add("item.year", title, f"{share:.0%} of the titles end in a year in brackets", 0.8)


def _has_years(look: Look) -> bool:
    """Years, and what stands for "unknown": 0 and the like."""
    if look.numbers is None or not look.is_whole:
        return False
    return bool((look.numbers.is_between(1000, 2100) | (look.numbers <= 0)).all())


def _image(draft: Draft) -> None:
    if draft.has("item.image"):
        return
    look = draft.named("item.image", lambda one: one.is_link or one.is_image)
    if look is not None:
        draft.add("item.image", look, f"{_NAMED}, and it holds addresses", 0.95)
    elif (look := next((one for one in draft.free if one.is_image), None)) is not None:
        draft.add("item.image", look, "it holds addresses of pictures", 0.9)


def _is_age(look: Look) -> bool:
    return look.numbers is not None and 0 <= look.low <= look.high <= 150
