"""The charts of one HTML page: each figure becomes a block of JSON that one script draws."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class Chart:
    """A chart in its place. alt: what it shows, for those who cannot see it. height: in pixels."""

    identifier: str
    alt: str
    height: int
    specification: Markup
    """Data and layout as JSON that is safe inside a `<script type="application/json">`."""


@dataclass
class Charts:
    """Gives the charts of a page their identifiers, in the order in which they are added."""

    added: list[Chart] = field(default_factory=list)

    def add(self, figure: go.Figure, alt: str) -> Chart:
        """Take `figure` into the page; its words take the page's font."""
        figure.update_layout(font_family="inherit")
        document = json.dumps(figure.to_plotly_json(), sort_keys=True, separators=(",", ":"), allow_nan=False)
        # no "<", so nothing inside can end the script element; U+2028 and U+2029 are fine in JSON blocks
        chart = Chart(
            identifier=f"chart-{len(self.added) + 1}",
            alt=alt,
            height=int(figure.layout.height),
            specification=Markup(document.replace("<", "\\u003c")),  # noqa: S704
        )
        self.added.append(chart)
        return chart
