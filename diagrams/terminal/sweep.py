"""Many policies in one table, and the readings of gaps, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import GAP
from twinrom.diagrams.words.text import error_words, steps
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from twinrom.proofs import Point, PolicyStanding, Read

STYLES = {
    "error": "bold red", "unsafe": "bold red", "does-not-recover": "red", "departs": "yellow",
    "undecided": "magenta", "untested": "magenta", "other-reading": "cyan", "keeps": "green",
}  # fmt: skip


def sweep_view(rows: Sequence[tuple[Point, PolicyStanding]]) -> RenderableType:
    """Return each policy with what it breaks, the errors, and how many there are of a standing."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for title in ("stands", "states", "s"):
        table.add_column(title, justify="left" if title == "stands" else "right", no_wrap=True)
    table.add_column("policy", overflow="fold")
    for point, judged in rows:
        style = STYLES[judged.standing]
        name = Text(printable(point.name))
        if judged.broken is not None:
            name.append(f"\n{_broken(judged)}", style="dim")
        states = f"{judged.counts.states:,}" if judged.counts else "-"
        table.add_row(Text(judged.standing, style=style), states, f"{judged.seconds:.1f}", name)
    errors = [
        Text(f"\n{error_words(point.name, judged.error)}", style=STYLES[judged.standing])
        for point, judged in rows
        if judged.error is not None
    ]
    words = [judged.standing for _, judged in rows]
    ends = ", ".join(f"{words.count(w)} {w}" for w in dict.fromkeys(words))
    number = "1 policy" if len(rows) == 1 else f"{len(rows)} policies"
    return Group(table, *errors, Text(f"\n{number}: {ends}", style="bold"))


def edited_rows(path: str, lines: Sequence[int]) -> str:
    """Return that rows of a file were edited, so that they are not believed."""
    where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
    return f"{printable(path)}: {where}: edited since it was written; not believed, and run again"


def _broken(judged: PolicyStanding) -> str:
    name = printable(judged.broken or "").partition("[")[0]
    return name if judged.length is None else f"{name}, {steps(judged.length)}"


def gaps_view(readings: Sequence[Read]) -> RenderableType:
    """Return every gap with its readings, and what each keeps and breaks."""
    parts: list[RenderableType] = []
    last = ""
    for one in readings:
        if one.gap != last:
            last = one.gap
            parts.append(Text(f"\n{one.gap}: {printable(one.asks)}", style="bold"))
        mark = "* " if one.chosen else "- "
        parts.append(Padding(Text(mark + printable(one.says)), (0, 0, 0, GAP), expand=False))
        words, style = _reading(one)
        parts.append(Padding(Text(words, style=style), (0, 0, 0, 2 * GAP), expand=False))
    checked = sum(one.standing is not None for one in readings)
    parts.append(Text(f"\n{len(readings)} readings, {checked} of them with a policy", style="bold"))
    return Group(*parts, Text("* is the reading that the spec chose", style="dim"))


def _reading(one: Read) -> tuple[str, str]:
    judged = one.standing
    if judged is None:
        return printable(one.why), "dim"
    policy = printable(one.policy or "")
    if judged.error is not None:
        return error_words(policy, judged.error), STYLES[judged.standing]
    text = f"{policy}: keeps {len(judged.keeps)} clauses"
    if judged.standing != "keeps":
        text = f"{policy}: {judged.standing}, keeps {len(judged.keeps)} clauses"
    if judged.breaks:
        text += f", breaks {', '.join(judged.breaks)}"
    if judged.broken is not None:
        text += f" ({_broken(judged)})"
    return text, STYLES[judged.standing]
