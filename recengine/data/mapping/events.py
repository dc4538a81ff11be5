"""Types of interactions and what each weighs: a view 1, a cart 3, a purchase 5."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

_NAMES: Mapping[float, str] = {
    1.0: """view viewed detail_page_view product_view page_view pageview pv impression click clicks clicked clk open
        visit browse watch play listen read 浏览 查看 点击 曝光 播放 阅读 访问""",
    2.0: """like liked fav favorite favourite bookmark save wishlist add_to_wishlist add_to_playlist follow share
        subscribe 收藏 喜欢 点赞 关注 分享 加入心愿单""",
    3.0: """cart add_to_cart addtocart basket add_to_basket add checkout begin_checkout
        购物车 加购 加购物车 加入购物车 添加购物车""",
    5.0: """purchase purchased buy bought order ordered transaction sale conversion checkout_complete paid payment rent
        download 购买 下单 成交 支付 付款 订单""",
    0.0: """remove_from_cart removefromcart refund return returned cancel cancelled canceled dislike unlike unfavorite
        移出购物车 退货 退款 取消""",
}

USUAL_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {name: weight for weight, names in _NAMES.items() for name in names.split()}
)
"""What a type weighs by its name, in lower case with `_` between words, when nothing is said."""


@dataclass(frozen=True)
class EventWeights:
    """weights (rows,): Float64, 0 where a row is to be left out. by_type: the weight of each type, the likeliest first.

    counts: rows of each type. unknown: types that neither the mapping nor a usual name knows; each weighs 1. Cells that
    hold nothing are the type "".
    """

    weights: pl.Series
    by_type: Mapping[str, float]
    counts: Mapping[str, int]
    unknown: tuple[str, ...]


def usual_event_weight(name: str) -> float | None:
    """The weight that the name of a type stands for; None where it is not known."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    plain = re.sub(r"[\W_]+", "_", words).strip("_").lower()
    return USUAL_WEIGHTS.get(plain, USUAL_WEIGHTS.get(plain.replace("_", "")))


def weigh_events(cells: pl.Series, said: Iterable[tuple[str, float]] = ()) -> EventWeights:
    """What each interaction weighs by its type. said: weights by type, without regard to case and outer blanks."""
    known = {_plain(name): weight for name, weight in said}
    names = cells.cast(pl.String).fill_null("").str.strip_chars().alias("type")
    # many rows, few types: each type is looked up once
    table = names.value_counts(sort=True)
    types: list[str] = table["type"].to_list()
    by_type: dict[str, float] = {}
    unknown = []
    for name in types:
        weight = known.get(_plain(name))
        if weight is None:
            weight = usual_event_weight(name)
        if weight is None:
            unknown.append(name)
        by_type[name] = 1.0 if weight is None else weight
    weights = names.replace_strict(by_type, return_dtype=pl.Float64) if by_type else names.cast(pl.Float64)
    counts = dict(zip(types, table["count"].to_list(), strict=True))
    return EventWeights(weights.alias(cells.name), by_type, counts, tuple(unknown))


def _plain(name: str) -> str:
    return name.strip().lower()
