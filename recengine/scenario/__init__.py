"""The order of work: one `Scenario` in, one `Outcome` out."""

from recengine.scenario.choices import chain, read_choice, read_rerankers, rerankers_text, strategy_text
from recengine.scenario.comparison import (
    COMPARED,
    MOVED_BY,
    Comparison,
    ItemMove,
    MetricChange,
    Spread,
    Unlike,
    UnlikeError,
    UserMove,
    compare_outcomes,
    made_alike,
    unlike,
)
from recengine.scenario.files import MAX_SCENARIO_BYTES, scenario_from_bytes, scenario_to_bytes
from recengine.scenario.outcome import Outcome
from recengine.scenario.run import check_fits, run_scenario, scorer_outcomes
from recengine.scenario.scenario import DEFAULT_WEIGHTS, Scenario, default_scenario, default_weights
from recengine.scenario.verdicts import Verdict, verdicts
from recengine.scenario.workbench import (
    Fitted,
    Measured,
    NoStore,
    Store,
    Workbench,
    build_workbench,
    fit_key,
    workbench_key,
)

__all__ = [
    "COMPARED",
    "DEFAULT_WEIGHTS",
    "MAX_SCENARIO_BYTES",
    "MOVED_BY",
    "Comparison",
    "Fitted",
    "ItemMove",
    "Measured",
    "MetricChange",
    "NoStore",
    "Outcome",
    "Scenario",
    "Spread",
    "Store",
    "Unlike",
    "UnlikeError",
    "UserMove",
    "Verdict",
    "Workbench",
    "build_workbench",
    "chain",
    "check_fits",
    "compare_outcomes",
    "default_scenario",
    "default_weights",
    "fit_key",
    "made_alike",
    "read_choice",
    "read_rerankers",
    "rerankers_text",
    "run_scenario",
    "scenario_from_bytes",
    "scenario_to_bytes",
    "scorer_outcomes",
    "strategy_text",
    "unlike",
    "verdicts",
    "workbench_key",
]
