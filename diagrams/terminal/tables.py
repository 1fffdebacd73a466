"""Verdicts as tables for a terminal: what was asked, one line per property, clauses, stories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.changes import changes_view
from twinrom.diagrams.terminal.stories import stories
from twinrom.diagrams.words.dead_ends import dead_end_lines, quiet
from twinrom.diagrams.words.telling import to_tell
from twinrom.diagrams.words.text import against, printable_lines
from twinrom.diagrams.words.vacuity import vacuity_lines
from twinrom.diagrams.words.verdicts import (
    budget_words,
    counted_words,
    engine_line,
    exercised_words,
    known_run_words,
    rests_on_words,
    standing_style,
    standing_words,
    unasked_lines,
    verdict_words,
    z3_line,
)
from twinrom.proofs import NotChecked, ReadElsewhere, Unknown
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from twinrom.diagrams.words.telling import Told
    from twinrom.proofs import Checked, Result


def checked_view(checked: Checked, *, every: bool = False) -> RenderableType:
    """Return all that a reader wants to know about one model: verdicts first, then stories.

    With `every` each violated property has its story, told whole.
    """
    told = to_tell(checked.asked, every=every)
    parts: list[RenderableType] = [_heading(checked), _verdicts(checked)]
    views = (_unchecked, _unknown, _readers, _unasked, _clauses)
    shown = [*(view(checked) for view in views), _dead_ends(checked, told)]
    parts += [view for view in shown if view is not None]
    parts += stories(told, checked.question, every=every)
    parts.append(_summary(checked))
    return Group(*parts)


def _heading(checked: Checked) -> RenderableType:
    question = checked.question
    model = question.model
    title = Text(printable(model.title), style="bold")
    sizes = ", ".join(f"{name} {text}" for name, text in model.sizes.items()) or "no sorts"
    lines = [
        against(question),
        f"sizes {sizes}; faults: {budget_words(checked)}",
    ]
    if question.symmetric:
        lines.append(f"symmetric: {', '.join(question.symmetric)}")
    if question.no_columns:
        lines.append(f"no column at this size: {', '.join(question.no_columns)}")
    if question.narrowed:
        lines.append(f"only choices that [init] allows: {', '.join(question.narrowed)}")
    lines += [*(engine_line(report) for report in checked.reports.values()), z3_line(checked)]
    changes = changes_view(model)
    shown = [changes] if changes is not None else []
    dim = [Text(printable(line), style="dim") for line in lines]
    return Group(Text(), title, dim[0], *shown, *dim[1:], Text())


class VerdictTable:
    """One line per property; long names break at an underscore, never inside a word."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = results

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out for the width there is."""
        table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
        words = max((len(verdict_words(result)[0]) for result in self.results), default=0)
        fixed = 8 + max(9, words) + 8 + 5 + 5 + 6
        name_width = max(24, options.max_width - fixed)
        for title, justify in (
            ("clause", "left"),
            ("property", "left"),
            ("verdict", "left"),
            ("rests on", "left"),
            ("at", "right"),
            ("s", "right"),
        ):
            table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]
        for result in self.results:
            text, style, basis = verdict_words(result)
            at = exercised_words(result)
            clauses = Text("\n".join(result.prop.clauses) or result.prop.gap or "-", style="dim")
            name = Text("\n".join(broken_name(result.prop.name, name_width)))
            table.add_row(
                clauses, name, Text(text, style=style), basis, at, f"{result.seconds:.1f}"
            )
        yield table


def broken_name(name: str, width: int) -> list[str]:
    """Return `name` in lines of at most `width`, broken after underscores and before brackets."""
    lines = [""]
    for part in re.findall(r"[^_\[]*_|\[?[^_\[]+", name):
        if len(lines[-1]) + len(part) > width and lines[-1]:
            lines.append("  ")
        lines[-1] += part
    return lines


def _verdicts(checked: Checked) -> RenderableType:
    decided = [r for r in checked.results if not isinstance(r.verdict, NotChecked)]
    if not decided:
        return Text("no invariants or step properties", style="dim")
    return Group(VerdictTable(decided), Text(rests_on_words(checked), style="dim"))


def _unchecked(checked: Checked) -> RenderableType | None:
    waiting = [r for r in checked.judged if isinstance(r.verdict, NotChecked)]
    if not waiting:
        return None
    text = Text("\nNot checked: ", style="bold")
    text.append(
        "the chosen engines do not decide responses, possible properties and deadlocks.\n"
        if any(r is checked.deadlock for r in waiting)
        else "the chosen engines do not decide responses and possible properties.\n",
        style="none",
    )
    for result in waiting:
        clauses = f" ({', '.join(result.prop.clauses)})" if result.prop.clauses else ""
        text.append(f"  {result.prop.kind} {result.prop.name}{clauses}\n", style="dim")
    text.rstrip()
    return text


def _unknown(checked: Checked) -> RenderableType | None:
    """Return why properties are unknown, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for result in checked.judged:
        if isinstance(result.verdict, Unknown):
            reasons.setdefault(result.verdict.reason, []).append(result.prop.name)
    lines = [f"{printable_lines(reason)}: {', '.join(names)}" for reason, names in reasons.items()]
    return Text("\nUnknown: " + "\nUnknown: ".join(lines), style="magenta") if lines else None


def _unasked(checked: Checked) -> RenderableType | None:
    lines = [*unasked_lines(checked), *vacuity_lines(checked)]
    return Text("\n" + "\n".join(lines), style="yellow") if lines else None


def _readers(checked: Checked) -> RenderableType | None:
    """Return who names what only others may, and where."""
    text = Text()
    for result in checked.results:
        if isinstance(result.verdict, ReadElsewhere):
            text.append("\nViolated: ", style="bold red").append(result.prop.name, style="bold")
            if result.prop.clauses:
                text.append(f"  ({', '.join(result.prop.clauses)})", style="dim")
            for reader in result.verdict.readers:
                text.append(f"\n  {printable(str(reader))}")
    return text if text.plain else None


def _clauses(checked: Checked) -> RenderableType | None:
    groups = {
        "Clauses whose properties are not checked": ("not-checked", None),
        "Clauses carried by rules alone": ("by-rules", None),
        "Clauses that no property can carry (the spec says why)": ("stated", True),
        "Assumptions and information, stated": ("stated", False),
        "Clauses that nothing carries": ("open", None),
    }
    text = Text()
    for title, (verdict, required) in groups.items():
        names = [c.id for c in checked.clauses if c.verdict == verdict
                 and required in (None, c.kind == "requirement")]
        if names:
            text.append(f"\n{title}: ", style="bold" if verdict != "open" else "bold yellow")
            text.append(", ".join(names))
    loose = [
        r.prop.name
        for r in checked.results
        if not (r.prop.clauses or r.prop.bookkeeping or r.prop.gap)
    ]
    readings = [f"{r.prop.name} ({r.prop.gap})" for r in checked.results if r.prop.gap]
    if readings:
        text.append("\nProperties that hold one reading of a gap: ", style="bold")
        text.append(", ".join(readings))
    if loose and checked.clauses:
        text.append("\nProperties beyond the clauses: ", style="bold")
        text.append(", ".join(loose))
    rules = [rule.name for rule in checked.question.model.rules.values() if not rule.clauses]
    if rules and checked.clauses:
        text.append("\nRules without a clause: ", style="bold")
        text.append(", ".join(rules))
    runs = known_run_words(checked)
    if runs:
        text.append("\nKnown runs: ", style="bold")
        text.append(", ".join(runs))
    return text if text.plain else None


def _dead_ends(checked: Checked, told: Sequence[Told]) -> Text | None:
    """Return one line if all is well, else one for each kind; None where it is not known."""
    lines = dead_end_lines(checked, told)
    if lines is None:
        return None
    if not lines:
        return Text(f"\n{printable(quiet(checked.question))}", style="dim")
    stuck = any(one is checked.deadlock and one.failed for one in checked.judged)
    return Text("\n" + "\n".join(lines), style="bold red" if stuck else "yellow")


def _summary(checked: Checked) -> RenderableType:
    """Return the last line: where the policy stands, and how many properties have which verdict."""
    shown = counted_words(checked)
    waiting = any(isinstance(r.verdict, NotChecked) for r in checked.results)
    standing = standing_words(checked) if not waiting else ""
    style = standing_style(checked)
    name = printable(checked.question.model.name)
    lines = [Text(f"{name}: {shown}", style=style)]
    if standing:
        lines.append(Text(f"{name}: {standing}", style=style))
    return Group(Text(), *lines)
