"""Colours, line styles and CSS classes of pictures, in light and in dark.

No mark is told by its colour alone: each has a line style or a sign in the text as well. The
colours differ in lightness and avoid pairs of red and green; every text colour has a contrast of
at least 4.5 to 1 on its paper.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.diagrams.pictures.graph import Mark

LIGHT = {
    "paper": "#ffffff", "ink": "#1b1b1b", "soft": "#595959", "box": "#f1f4f8", "line": "#7a828c",
    "environment": "#00598f", "fault": "#a83200", "added": "#00664f", "removed": "#9c1c4b",
    "changed": "#6b3fa0", "visited": "#7a5200", "bad": "#b00020", "mark": "#fff0c2",
    "alarm": "#ffe3e6",
}  # fmt: skip
DARK = {
    "paper": "#14171c", "ink": "#ececec", "soft": "#b5b5b5", "box": "#232a33", "line": "#8d97a3",
    "environment": "#7cc0ff", "fault": "#ff9d6b", "added": "#5fd3b0", "removed": "#ff9dbd",
    "changed": "#cfb0ff", "visited": "#ffd166", "bad": "#ff8f9c", "mark": "#4a3b00",
    "alarm": "#4d1a22",
}  # fmt: skip

# The first of its marks that is listed here decides how an arrow is drawn.
COLOURED: tuple[Mark, ...] = (
    "bad", "visited", "removed", "added", "changed", "fault", "environment",
)  # fmt: skip
PAINT: dict[Mark, str] = {mark: LIGHT[mark] for mark in COLOURED}
LINE: dict[Mark, str] = {
    "bad": "bold", "visited": "bold", "removed": "dashed", "added": "bold", "changed": "dotted",
    "fault": "dotted", "environment": "dashed",
}  # fmt: skip
DASHES: dict[Mark, str] = {
    "removed": "8 4", "changed": "2 3", "fault": "1.5 3", "environment": "6 3",
}  # fmt: skip
THICK: tuple[Mark, ...] = ("bad", "visited", "added")


ROOT = "max-width:100%;height:auto;font-family:Helvetica,Arial,sans-serif"


def style_sheet() -> str:
    """Return the style sheet of every picture; all its rules stay inside `svg.twinrom`.

    Who knows no variables of CSS skips the colours, and paints as the attributes say: some would
    paint all of it black.
    """
    plain = [
        f"svg.twinrom{{{ROOT}}}",
        _rule(".heading", "font-weight:bold"),
        _rule(".middle", "text-anchor:middle"),
    ]  # fmt: skip
    rules = [
        f"svg.twinrom{{{_variables(LIGHT)};background:var(--paper)}}",
        f"@media (prefers-color-scheme:dark){{svg.twinrom{{{_variables(DARK)}}}}}",
        _rule(".paper", "fill:var(--paper)"),
        _rule("text", "fill:var(--ink);stroke:none"),
        _rule(".soft", "fill:var(--soft)"),
        _rule(".lifeline", "stroke:var(--line);stroke-dasharray:1 4;fill:none"),
        _rule(".panel>rect", "fill:none;stroke:var(--line);stroke-width:1"),
        _rule(".node path,.node polygon,.node ellipse,.node rect,.node polyline",
              "fill:var(--box);stroke:var(--ink);stroke-width:1.2"),
        _rule(".node.initial path", "stroke-width:2.4"),
        _rule(".node rect.backing", "fill:var(--paper);stroke:none"),
        _rule(".node.any path", "fill:none;stroke:var(--soft);stroke-dasharray:4 3"),
        _rule(".node.start ellipse", "fill:var(--ink)"),
        _rule(".edge path", "fill:none;stroke:var(--ink);stroke-width:1.2"),
        _rule(".edge polygon", "fill:var(--ink);stroke:var(--ink)"),
        _rule(".edge text,.halo", "paint-order:stroke;stroke:var(--paper);stroke-width:3px"),
        _rule("a", "text-decoration:none"),
        _rule("a:hover text,a:focus text", "text-decoration:underline"),
    ]  # fmt: skip
    for mark in reversed(COLOURED):
        rules.append(_rule(f".edge.{mark} path", f"stroke:var(--{mark}){_dash(mark)}"))
        rules.append(_rule(f".edge.{mark} polygon", f"fill:var(--{mark});stroke:var(--{mark})"))
        rules.append(_rule(f".part.{mark} text", f"fill:var(--{mark})"))
        if mark not in ("fault", "environment"):
            rules.append(_rule(_shapes(mark), f"stroke:var(--{mark}){_dash(mark)}"))
    for mark, fill in (("visited", "mark"), ("current", "mark"), ("bad", "alarm")):
        rules.append(_rule(_shapes(mark), f"fill:var(--{fill});stroke-width:2.4"))
    return f"{''.join(plain)}@supports (fill:var(--paper)){{{''.join(rules)}}}"


def _shapes(mark: str) -> str:
    return f".node.{mark} path,.node.{mark} polygon,.node.{mark} rect:not(.backing)"


def _dash(mark: Mark) -> str:
    dash = f";stroke-dasharray:{DASHES[mark]}" if mark in DASHES else ""
    return dash + (";stroke-width:2.6" if mark in THICK else "")


def _rule(selectors: str, body: str) -> str:
    return ",".join(f"svg.twinrom {one}" for one in selectors.split(",")) + f"{{{body}}}"


def _variables(colours: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())
