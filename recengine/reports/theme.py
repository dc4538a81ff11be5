"""Colours, symbols and patterns of the charts, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """Colours that depend on the background. text: for words and axes; muted: for what stands behind; grid: lines."""

    text: str
    muted: str
    grid: str
    surface: str


LIGHT = Theme(text="#1f2328", muted="#59636e", grid="#d8dee4", surface="#ffffff")
DARK = Theme(text="#e6edf3", muted="#9198a1", grid="#30363d", surface="#0e1117")


@dataclass(frozen=True)
class Style:
    """How one series looks: each pair of series differs in colour AND in symbol, pattern and dash."""

    color: str
    symbol: str
    pattern: str
    dash: str


# Three of Okabe & Ito's colours for colour-blind readers and darker shades of the rest, so that each has a contrast of
# at least 3 against both backgrounds (WCAG 2.2, 1.4.11)
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#b0589b", "#94711f", "#2b8ca8", "#c0504d", "#6b7f2a")
# where more than eight scorers are shown at once: each as far as can be from all before it in OKLab, of moderate chroma
_MORE_COLORS = (
    "#bd6cea",
    "#f35a87",
    "#3f90fc",
    "#7e5a6c",
    "#007500",
    "#a29000",
    "#00756c",
    "#bd1b63",
    "#903fb4",
    "#bd7e87",
    "#756300",
    "#5a51cf",
    "#9087cf",
    "#097ee1",
    "#129900",
    "#a2482d",
)
_SYMBOLS = ("circle", "square", "triangle-up", "cross", "x", "pentagon", "hexagram", "bowtie")
_PATTERNS = ("", "/", ".", "x", "\\", "-", "+", "|")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid", "dash")

FUSION_STYLE = Style("#7a63d8", "diamond", "", "solid")
NEUTRAL = "#7d8590"
"""For a mean, a baseline, a catalogue: what others are compared with."""


def series_style(position: int) -> Style:
    """The style of the scorer, or other series, at `position`.

    Among the first eight everything differs, among the first 24 the colour, among the first 64 the pair of symbol and
    pattern; after 192 they repeat.
    """
    colors = (*_COLORS, *_MORE_COLORS)
    at, round_ = position % len(_SYMBOLS), position // len(_SYMBOLS)
    # another pattern with each symbol in each round
    mark = (at + round_) % len(_PATTERNS)
    return Style(colors[position % len(colors)], _SYMBOLS[at], _PATTERNS[mark], _DASHES[mark])
