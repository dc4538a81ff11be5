"""What uploaded scores say of a dataset, in sentences."""

from __future__ import annotations

from recengine.data import Coverage, Dataset, ScoreTable

UNSEEN = "Figures on the test part are fair only if that system has not seen it."


def coverage_lines(table: ScoreTable, coverage: Coverage, dataset: Dataset) -> list[str]:
    """How much there is, and what of the table was left out and why."""
    turned = ", the ranks turned round" if table.from_ranks else ""
    lines = [
        f"{coverage.pairs:,} scores{turned}.",
        f"Users with a score: {coverage.users:,} of {dataset.n_users:,} ({coverage.share_of_users:.1%}), "
        f"{coverage.items_a_user:,.1f} items each on average.",
        f"Items with a score: {coverage.items:,} of {dataset.n_items:,} ({coverage.share_of_catalogue:.1%}).",
    ]
    left_out = [f"{count:,} rows with {reason}" for reason, count in table.dropped.items()]
    if table.repeats:
        left_out.append(f"{table.repeats:,} rows of a pair that comes again")
    if coverage.unknown_pairs:
        left_out.append(
            f"{coverage.unknown_pairs:,} pairs of unknown ids ({coverage.unknown_users:,} users, "
            f"{coverage.unknown_items:,} items)"
        )
    return [*lines, f"Left out: {'; '.join(left_out)}."] if left_out else lines
