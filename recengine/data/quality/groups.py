"""Group sizes of every attribute that has categories."""

from __future__ import annotations

import polars as pl

from recengine.data.dataset import Attribute, Dataset

SCHEMA = {
    "table": pl.String,
    "attribute": pl.String,
    "group": pl.String,
    "n": pl.Int64,
    "share": pl.Float64,
    "interactions": pl.Int64,
    "interactions_share": pl.Float64,
}


def group_table(dataset: Dataset) -> pl.DataFrame:
    """One row a group, the largest of each attribute first, columns as `SCHEMA`; a null group is "not known".

    n, share: users, or items, in the group, and of all of them. interactions, interactions_share: of theirs, and of all
    interactions. An item of several categories counts fully in each, so shares of such an attribute sum to more than 1.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    for table, frame, key, attributes in (
        ("users", dataset.users, "user", dataset.user_attributes),
        ("items", dataset.items, "item", dataset.item_attributes),
    ):
        taken = dataset.interactions.lazy().group_by(key).len("interactions").collect()
        taken = taken.with_columns(pl.col(key).cast(pl.Int64))
        parts += [
            _groups(table, frame, key, one, taken, dataset.interactions.height)
            for one in attributes
            if one.kind != "number"
        ]
    return pl.concat(parts)


def _groups(
    table: str, frame: pl.DataFrame, key: str, attribute: Attribute, taken: pl.DataFrame, n_rows: int
) -> pl.DataFrame:
    labels = frame.select(pl.col(attribute.name).alias("group"), pl.int_range(pl.len(), dtype=pl.Int64).alias(key))
    if attribute.kind == "categories":
        labels = labels.explode("group")
    return (
        labels.join(taken, on=key, how="left")
        .group_by("group")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("interactions").fill_null(0).sum().cast(pl.Int64))
        .sort(["n", "group"], descending=[True, False])
        .select(
            pl.lit(table).alias("table"),
            pl.lit(attribute.name).alias("attribute"),
            "group",
            "n",
            (pl.col("n") / frame.height).alias("share"),
            "interactions",
            (pl.col("interactions") / n_rows).alias("interactions_share"),
        )
    )
