"""The settings of every recipe that learns by gradient descent, beside its own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from recengine.models.settings import Choice, Number, SettingFacts, Settings, Span, Whole, setting

TRAINING = "Training"
"""The group of these settings."""
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


def epochs_setting(default: int) -> Any:
    """The setting `epochs`."""
    return setting(default, Whole(1, 10_000), "Rounds over all examples.", search=Span(5, 100, log=True))


def batch_size_setting(default: int) -> Any:
    """The setting `batch_size`."""
    return setting(
        default,
        Whole(1, 2**20),
        "Examples that move the weights at once. Halved where the GPU has no room for them.",
        search=Span(min(64, default), max(1024, default), log=True),
        group=TRAINING,
    )


def learning_rate_setting(default: float) -> Any:
    """The setting `learning_rate`."""
    return setting(
        default,
        Number(10.0),
        "How far each batch moves the weights.",
        search=Span(1e-4, 1e-2, log=True),
        group=TRAINING,
    )


def weight_decay_setting(default: float) -> Any:
    """The setting `weight_decay`."""
    return setting(
        default,
        Number(10.0, zero=True),
        "Strength of the penalty on large weights (L2).",
        search=Span(0.0, max(1e-3, default)),
        group=TRAINING,
    )


@dataclass(frozen=True, kw_only=True)
class TrainedRecipe(Settings):
    """Base of the recipes that `learn` fits; one that wants another default declares that field anew."""

    label: ClassVar[str]
    version: ClassVar[int]

    epochs: int = epochs_setting(30)
    batch_size: int = batch_size_setting(256)
    learning_rate: float = learning_rate_setting(1e-3)
    weight_decay: float = weight_decay_setting(0.0)
    gradient_clip: float = setting(
        5.0, Number(1e6, zero=True), "Length to which a longer gradient is cut; 0 cuts none.", group=TRAINING
    )
    held_out: int = setting(
        0,
        Whole(0, 100_000),
        "Users whose latest item the fit does not learn, to measure NDCG on it after each round; 0 measures none.",
        group=TRAINING,
    )
    patience: int = setting(
        0,
        Whole(0, 1000),
        "Rounds without a better NDCG on the users held out after which the fit stops and takes the best round; 0 "
        "never stops early. Needs users held out.",
        group=TRAINING,
    )
    precision: str = setting(
        "auto",
        Choice(PRECISIONS),
        "Numbers to compute in: auto is float32 on the CPU, and half precision on a GPU, where it is faster.",
        group=TRAINING,
    )

    def learning_rate_at(self, share: float) -> float:
        """The learning rate where `share`, in [0, 1], of all rounds is done: always the same here."""
        return self.learning_rate

    def operations(self, n_users: int, n_items: int, n_interactions: int) -> float:
        """Additions and multiplications of a fit that goes all rounds, roughly: what its time is estimated by.

        Each example touches the vectors that it is compared with and the layers, six times a weight: twice forwards,
        four times backwards; after each batch Adam moves every weight, at about twenty operations each. Recipes whose
        work is of another kind say it better themselves.
        """
        settings = self.settings()
        factors = int(settings.get("factors", 64))
        layers = int(settings.get("blocks", settings.get("layers", 1)))
        compared = n_items if settings.get("loss") == "softmax" else 1 + int(settings.get("negatives", 1))
        touched = factors * (compared + 12 * factors * layers)
        steps = 1 + n_interactions // self.batch_size
        return float(self.epochs * (6 * touched * n_interactions + 20 * steps * factors * (n_users + n_items)))

    @classmethod
    def facts(cls) -> tuple[SettingFacts, ...]:
        """Every setting: those of the recipe, then those of training."""
        common = {each.name for each in fields(TrainedRecipe)}
        found = super().facts()
        return tuple(sorted(found, key=lambda fact: fact.name in common))

    def settings(self) -> dict[str, Any]:
        """Every setting, in the order of `facts`."""
        return {fact.name: getattr(self, fact.name) for fact in self.facts()}
