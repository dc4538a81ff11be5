"""What to try next, as Optuna proposes it from the trials so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from recengine.models.settings import Among, Search
from recengine.tuning.study import Question, is_whole
from recengine.tuning.trials import Trial

if TYPE_CHECKING:
    from optuna import Trial as Proposal
    from optuna.distributions import BaseDistribution

FULL_BEFORE_PRUNING = 5
"""Complete trials before one is measured against their median."""


def propose(question: Question, space: Mapping[str, Search], trials: Sequence[Trial]) -> Proposal:
    """The next choice: `params` by setting, and `report` and `should_prune` for its rungs.

    By the tree-structured Parzen estimator (Bergstra et al. 2011, NeurIPS), pruned by the median rule (Golovin et al.
    2017, KDD). It depends on the arguments alone: each proposal has a seed of its own, so a study that was stopped goes
    on as if it had not been.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {name: _distribution(search) for name, search in space.items()}
    study = optuna.create_study(
        direction="maximize" if question.higher_is_better else "minimize",
        # every number of a trial has its place: seeds do not overlap while there are fewer than 10,007 trials
        sampler=optuna.samplers.TPESampler(seed=(question.seed * 10_007 + len(trials)) % 2**32),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=FULL_BEFORE_PRUNING, n_warmup_steps=0),
    )
    study.add_trials([_frozen(trial, distributions) for trial in trials if _teaches(trial, space)])
    return study.ask(distributions)


def contains(search: Search, value: Any) -> bool:
    """Whether `value` is where tuning looks."""
    if isinstance(search, Among):
        return value in search.options
    return bool(search.low <= value <= search.high)


def _teaches(trial: Trial, space: Mapping[str, Search]) -> bool:
    """Whether Optuna can learn from it: it was measured, and does not start from settings outside the space."""
    inside = all(contains(search, trial.settings[name]) for name, search in space.items())
    return inside and (trial.state == "complete" or bool(trial.rungs and trial.state == "pruned"))


def _frozen(trial: Trial, distributions: dict[str, BaseDistribution]) -> Any:
    import optuna

    complete = trial.state == "complete"
    return optuna.trial.create_trial(
        state=optuna.trial.TrialState.COMPLETE if complete else optuna.trial.TrialState.PRUNED,
        value=trial.value if complete else trial.rungs[-1],
        params={name: trial.settings[name] for name in distributions},
        distributions=distributions,
        intermediate_values=dict(enumerate(trial.rungs)),
    )


def _distribution(search: Search) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(search, Among):
        return CategoricalDistribution(search.options)
    if is_whole(search):
        return IntDistribution(int(search.low), int(search.high), log=search.log)
    return FloatDistribution(search.low, search.high, log=search.log)
