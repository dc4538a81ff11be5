"""Verb: adapt-encoder."""

from __future__ import annotations

import argparse
import re

from recengine.cli.output import emit, progress_lines, table
from recengine.data import split_dataset
from recengine.device import device_kind
from recengine.errors import RecipeError
from recengine.models.profiles.adapted import Adapted, short_digest
from recengine.models.profiles.adapting import Adaptation, adapt_encoder, adapted_from
from recengine.workspace import Workspace

ENCODERS = "encoders"
"""The folder of adapted encoders in a workspace."""
_LONGEST = 60
"""Letters of the name of a dataset in that of an encoder."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def adapt(asked: argparse.Namespace) -> None:
    """A text encoder adapted to the texts of a dataset, and how much better it tells which items are alike."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    settings = Adaptation(
        encoder=asked.encoder, pairing=asked.pairing, epochs=asked.epochs, rank=asked.rank, batch_size=asked.batch_size
    )
    train, resources = split_dataset(dataset, asked.split, seed=asked.seed).full_train, workspace.resources()
    name = asked.name
    if name is None:
        made_from = adapted_from(train, settings, asked.seed, resources)
        name = f"{dataset.name[:_LONGEST]}-{asked.pairing}-{short_digest(made_from)}"
    if not _NAME.fullmatch(name):
        raise RecipeError(
            f"--name: {name[:80]!r} cannot name a folder. Use up to 80 letters, digits, dots, dashes and underscores."
        )
    adapted = adapt_encoder(
        train,
        workspace.root / ENCODERS / name,
        settings,
        seed=asked.seed,
        resources=resources,
        progress=progress_lines(),
    )
    document = {
        "dataset": dataset.name,
        "encoder": adapted.encoder,
        "adapted": str(adapted.folder),
        "reused": adapted.reused,
        "settings": settings.settings(),
        "share_learnt": adapted.share,
        "losses": adapted.losses.tolist(),
        "similar_items": {
            "metric": "ndcg@10",
            "n": adapted.n,
            "as_is": {"before": adapted.before, "after": adapted.after},
            "whitened": {"before": adapted.before_whitened, "after": adapted.after_whitened},
        },
    }
    emit(document, as_json=asked.json, text=lambda: _text(adapted), device=device_kind())


def _text(adapted: Adapted) -> str:
    begun = "Was adapted before from" if adapted.reused else "Adapted"
    rows = [
        ["as they come", f"{adapted.before:.3f}", f"{adapted.after:.3f}"],
        ["whitened", f"{adapted.before_whitened:.3f}", f"{adapted.after_whitened:.3f}"],
    ]
    return "\n".join(
        [
            f"{begun} {adapted.encoder}: {adapted.share:.1%} of its weights learnt.",
            f"NDCG@10 of similar items, {adapted.n:,} items held out, higher is better:",
            table(["vectors", "before", "after"], rows),
            f"Use it where a model has the setting encoder: --set text.encoder={adapted.folder}",
        ]
    )
