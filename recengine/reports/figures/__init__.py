"""Charts: pure functions from values to Plotly figures, each with a sentence for those who cannot see it.

Plotly is loaded when the first figure is drawn. Every text from a catalogue is escaped; nothing is told by
colour alone.
"""

from recengine.reports.figures.data_quality import (
    group_sizes_alt,
    group_sizes_figure,
    histogram_alt,
    histogram_figure,
    missing_alt,
    missing_figure,
    ranks_alt,
    ranks_figure,
    timeline_alt,
    timeline_figure,
)
from recengine.reports.figures.distribution import lorenz_alt, lorenz_figure
from recengine.reports.figures.groups import item_groups_alt, item_groups_figure, user_groups_alt, user_groups_figure
from recengine.reports.figures.models import (
    comparison_alt,
    comparison_figure,
    trials_alt,
    trials_figure,
)
from recengine.reports.figures.newcomers import newcomer_quality_alt, newcomer_quality_figure
from recengine.reports.figures.parts import explanation_alt, explanation_figure, list_parts_alt, list_parts_figure
from recengine.reports.figures.profiles import (
    lifts_alt,
    lifts_figure,
    over_time_alt,
    over_time_figure,
    own_values_alt,
    own_values_figure,
)
from recengine.reports.figures.quality import metrics_alt, metrics_figure, slices_alt, slices_figure
from recengine.reports.figures.rounds import rounds_alt, rounds_figure
from recengine.reports.figures.split import (
    split_parts_alt,
    split_parts_figure,
    split_sample_alt,
    split_sample_figure,
    split_timeline_alt,
    split_timeline_figure,
)
from recengine.reports.figures.tries import changes_alt, changes_figure, overlap_alt, overlap_figure
from recengine.reports.figures.weight_searches import (
    front_alt,
    front_figure,
    region_alt,
    region_figure,
    worth_alt,
    worth_figure,
)
from recengine.reports.figures.weights import sweep_alt, sweep_figure, triangle_alt, triangle_figure

__all__ = [
    "changes_alt",
    "changes_figure",
    "comparison_alt",
    "comparison_figure",
    "explanation_alt",
    "explanation_figure",
    "front_alt",
    "front_figure",
    "group_sizes_alt",
    "group_sizes_figure",
    "histogram_alt",
    "histogram_figure",
    "item_groups_alt",
    "item_groups_figure",
    "lifts_alt",
    "lifts_figure",
    "list_parts_alt",
    "list_parts_figure",
    "lorenz_alt",
    "lorenz_figure",
    "metrics_alt",
    "metrics_figure",
    "missing_alt",
    "missing_figure",
    "newcomer_quality_alt",
    "newcomer_quality_figure",
    "over_time_alt",
    "over_time_figure",
    "overlap_alt",
    "overlap_figure",
    "own_values_alt",
    "own_values_figure",
    "ranks_alt",
    "ranks_figure",
    "region_alt",
    "region_figure",
    "rounds_alt",
    "rounds_figure",
    "slices_alt",
    "slices_figure",
    "split_parts_alt",
    "split_parts_figure",
    "split_sample_alt",
    "split_sample_figure",
    "split_timeline_alt",
    "split_timeline_figure",
    "sweep_alt",
    "sweep_figure",
    "timeline_alt",
    "timeline_figure",
    "trials_alt",
    "trials_figure",
    "triangle_alt",
    "triangle_figure",
    "user_groups_alt",
    "user_groups_figure",
    "worth_alt",
    "worth_figure",
]
