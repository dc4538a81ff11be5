"""Settings of gated units."""

from __future__ import annotations

from typing import Any

from recengine.models.settings import Span, Whole, setting


def units_setting(default: int) -> Any:
    """The setting `units`."""
    return setting(
        default, Whole(1, 4096), "Gated units: more can remember more of a history.", search=Span(32, 256, log=True)
    )
