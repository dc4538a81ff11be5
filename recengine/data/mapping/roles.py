"""The roles that columns play, the settings beside them, and the usual names of columns in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from recengine.data.dataset import AttributeKind
from recengine.data.sources.found import TableKind

_USER: tuple[str, ...] = (
    "user_id",
    "userid",
    "user",
    "uid",
    "customer_id",
    "customerid",
    "customer",
    "member_id",
    "visitor_id",
)
_USER += ("reviewer_id", "account_id", "client_id", "shopper_id", "listener_id", "reader_id", "person_id", "steam_id")
_USER += ("username", "user_name", "reviewer", "profile_name")
_USER += (
    "用户id",
    "用户编号",
    "用户",
    "用户名",
    "会员id",
    "会员编号",
    "会员",
    "顾客id",
    "顾客",
    "客户id",
    "客户",
    "买家id",
)
_ITEM: tuple[str, ...] = (
    "item_id",
    "itemid",
    "item",
    "movie_id",
    "movieid",
    "product_id",
    "productid",
    "product",
    "sku",
    "asin",
)
_ITEM += ("isbn", "book_id", "game_id", "anime_id", "song_id", "track_id", "article_id", "film_id", "show_id")
_ITEM += ("parent_asin", "recipe_id", "business_id", "news_id", "video_id", "course_id", "hotel_id", "restaurant_id")
_ITEM += ("artist_id", "content_id", "goods_id", "stock_code", "sku_id", "app_id", "movie", "book", "game", "film")
_ITEM += ("song", "track", "article", "artist", "video", "anime", "goods", "work_id", "iid")
_ITEM += (
    "商品id",
    "商品编号",
    "商品",
    "物品id",
    "物品编号",
    "物品",
    "产品id",
    "产品",
    "电影id",
    "电影",
    "图书id",
    "书籍id",
)
_ITEM += ("图书id", "书籍id", "歌曲id", "视频id", "文章id", "游戏id", "店铺id", "课程id", "内容id", "项目id")

ROLES: Mapping[str, tuple[str, ...]] = {
    "user": _USER,
    "item": _ITEM,
    "value": (
        *("rating", "value", "score", "stars", "weight", "count", "plays", "play_count", "hours", "quantity"),
        *("overall", "rate", "ratings", "star", "star_rating", "playtime", "play_time", "hours_played", "listen_count"),
        *("playcount", "minutes", "duration", "watch_time", "watch_ratio", "like", "liked", "purchase", "purchased"),
        *("bought", "clicked", "implicit", "interaction", "preference", "listens", "views", "clicks", "qty"),
        *("book_rating", "playtime_forever", "feedback", "label"),
        *(
            "评分",
            "打分",
            "分数",
            "星级",
            "评价分",
            "播放次数",
            "次数",
            "播放时长",
            "时长",
            "数量",
            "购买数量",
            "是否购买",
        ),
        *("是否点击", "是否喜欢", "权重"),
    ),
    "event": (
        *("event", "event_type", "eventtype", "action", "action_type", "behavior", "behaviour", "behavior_type"),
        *(
            "interaction_type",
            "activity",
            "event_name",
            "行为类型",
            "行为",
            "事件",
            "事件类型",
            "动作",
            "操作",
            "操作类型",
        ),
    ),
    "time": (
        *("timestamp", "time", "date", "datetime", "unixtime", "event_time", "created_at", "unix_review_time", "ts"),
        *(
            "review_time",
            "unix_time",
            "time_stamp",
            "event_date",
            "event_timestamp",
            "created",
            "rated_at",
            "order_date",
        ),
        *(
            "order_date",
            "invoice_date",
            "purchase_date",
            "review_date",
            "date_added",
            "date_updated",
            "visit_time",
            "listened_at",
        ),
        *(
            "时间戳",
            "时间",
            "日期",
            "评分时间",
            "评论时间",
            "行为时间",
            "事件时间",
            "创建时间",
            "购买时间",
            "下单时间",
            "点击时间",
        ),
    ),
    "session": ("session_id", "sessionid", "session", "user_session", "visit_id", "会话id", "会话", "会话编号"),
    "item.id": (*_ITEM, "id", "编号"),
    "item.title": (
        *("title", "movie_title", "item_title", "product_title", "name", "item_name", "product_name", "book_title"),
        *(
            "headline",
            "app_name",
            "标题",
            "名称",
            "片名",
            "电影名",
            "电影名称",
            "商品名称",
            "商品名",
            "书名",
            "歌名",
            "名字",
        ),
    ),
    "item.text": (
        *("description", "text", "overview", "plot", "summary", "synopsis", "abstract", "about", "content", "body"),
        *("描述", "简介", "内容简介", "剧情简介", "剧情", "商品描述", "内容", "摘要", "介绍"),
    ),
    "item.year": (
        *("year", "release_year", "publication_year", "year_of_publication", "published_year"),
        *("original_publication_year", "年份", "年", "上映年份", "出版年份", "发行年份"),
    ),
    "item.image": (
        *("image", "image_url", "img", "img_url", "poster", "poster_url", "cover", "cover_url", "thumbnail"),
        *("image_link", "picture", "im_url", "thumbnail_url", "image_url_l", "small_image_url"),
        *("图片", "图片链接", "图片地址", "封面", "海报", "缩略图"),
    ),
    "item.category": (
        *("category", "type", "brand", "publisher", "language", "department"),
        *("main_category", "developer", "director", "author", "studio", "store", "format"),
        *("品牌", "类型", "语言", "出版社", "导演", "作者", "店铺", "分类"),
    ),
    "item.categories": (
        *("genres", "genre", "categories", "tags"),
        *("keywords", "topics", "class", "类别", "类目", "标签", "题材", "流派", "关键词"),
    ),
    "item.number": (
        *("price", "episodes", "members", "runtime", "pages", "num_pages", "average_rating", "mean_rating"),
        *("价格", "售价", "集数", "页数"),
    ),
    "user.id": (*_USER, "id", "编号"),
    "user.age": ("age", "年龄"),
    "user.category": (
        *("gender", "sex", "occupation", "age_group", "country", "region", "segment", "group"),
        *("city", "state", "job", "profession", "language", "education", "marital_status", "membership", "plan"),
        *("性别", "职业", "国家", "城市", "省份", "地区", "年龄段", "学历", "会员等级", "婚姻状况"),
    ),
    "user.number": ("income", "tenure", "收入"),
}
"""Each role with the column names that are taken for it when nothing is said, the likeliest first, in lower case with
`_` between words. `item.text` is taken several times as `item.text`, `item.text.2`, …; the roles of `ATTRIBUTE_KINDS`
with a name each, `item.category.brand`."""

SEPARATOR = "item.separator"
"""Not a column: what stands between the labels of every `item.categories` cell."""

SETTINGS: Mapping[str, str] = {
    "value.rule": "how values become weights: as-is, log or one",
    "value.clip": "percentile, above 0 and at most 100, at which high values are cut before the rule",
    "event.weight.NAME": "weight of the interactions of type NAME; 0 leaves them out",
    "time.unit": "auto, s, ms, us, ns, iso, ymd, dmy or mdy",
    "time.zone": "time zone of moments that carry none, as in Asia/Shanghai",
    "item.template": 'the text of an item, as in "{title} ({year}). {plot}"',
    SEPARATOR: "what stands between labels: comma, pipe, space, semicolon, or the characters",
    "item.separator.NAME": "the same for the attribute NAME alone",
    "user.bins.NAME": "where the groups of the number NAME begin, as in 18,25,35",
}
"""The settings of a mapping, that is, the keys whose values are no columns, and what each says."""

WEIGHT_OF, BINS_OF, SEPARATOR_OF = "event.weight.", "user.bins.", f"{SEPARATOR}."
"""What the settings that carry a name begin with."""

ATTRIBUTE_KINDS: Mapping[str, AttributeKind] = {
    "item.category": "category",
    "item.categories": "categories",
    "item.number": "number",
    "user.category": "category",
    "user.number": "number",
}
"""The roles that may be played by several columns, each an attribute with a name."""

REQUIRED = ("user", "item", "item.id", "user.id")
"""The roles without which their table cannot be read."""

_TYPED = re.compile(r"\s*:\s*(?:token|float|token_seq|float_seq)\s*$")
_ENTITY = re.compile(
    r"^(?:item|movie|film|book|product|song|track|game|anime|article|video|show|user|customer|member)_(?=.)"
)


def table_of(role: str) -> TableKind:
    """The table whose column plays `role`."""
    first, dot, _ = role.partition(".")
    if dot and first == "item":
        return "items"
    return "users" if dot and first == "user" else "interactions"


def plain_name(column: str) -> str:
    """`column` without surrounding blanks and the type that follows a colon, as in `user_id:token`."""
    name = _TYPED.sub("", column).strip()
    return name or column.strip()


def spellings(column: str) -> Iterator[str]:
    """How the name of a column is looked up, the exact way first: `movieTitles` as movie_titles, then titles, title.

    Words in lower case, joined by `_`; then without what stands for the entity in front, then in the singular.
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain_name(column))
    name = re.sub(r"[\W_]+", "_", words).strip("_").lower()
    bare = _ENTITY.sub("", name)
    for spelling in dict.fromkeys((name, name.replace("_", ""), bare)):
        yield spelling
        if len(spelling) > 3 and spelling.endswith("s"):
            yield spelling[:-1]


def usual_columns(role: str, columns: Sequence[str], taken: set[str]) -> list[str]:
    """Of `columns` those that have a usual name of `role` and are not `taken`, the likeliest first."""
    by_name: dict[str, str] = {}
    ways = [(column, list(spellings(column))) for column in columns if column not in taken]
    # a name that fits as it stands goes before one that fits in the singular or without what is in front
    for depth in range(max((len(way) for _, way in ways), default=0)):
        for column, way in ways:
            if depth < len(way):
                by_name.setdefault(way[depth], column)
    return list(dict.fromkeys(by_name[name] for name in ROLES[role] if name in by_name))


def is_setting(key: str) -> bool:
    """Whether the value of `key` is no column."""
    named = any(key.startswith(start) and key != start for start in (WEIGHT_OF, BINS_OF, SEPARATOR_OF))
    return named or (key in SETTINGS and not key.endswith(".NAME"))
