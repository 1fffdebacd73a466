"""Verdicts as tables for a terminal: what was asked, one line per property, clauses, stories."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from rich.console import Group
from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import stories
from twinrom.diagrams.words.changes import changes_view
from twinrom.diagrams.words.dead_ends import dead_ends_view
from twinrom.diagrams.words.engines import engine_line, steps
from twinrom.proofs import Bounded, NotChecked, Proved, Unknown, Vacuous, Violated
from twinrom.statemachine import fault_kinds, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from twinrom.proofs import Certificate, Checked, Counts, Result


def checked_view(checked: Checked) -> RenderableType:
    """Return all that a reader wants to know about one model: verdicts first, then stories."""
    parts: list[RenderableType] = [_heading(checked), _verdicts(checked)]
    more = (_unchecked(checked), _unknown(checked), _clauses(checked), dead_ends_view(checked))
    parts += [view for view in more if view is not None]
    parts += stories(checked)
    parts.append(summary(checked))
    return Group(*parts)


def short_file(path: str) -> str:
    """Return a file as seen from here, or from the package when it comes with it."""
    for base in (Path.cwd(), Path(__file__).parent.parent.parent):
        if Path(path).resolve().is_relative_to(base):
            return printable(str(Path(path).resolve().relative_to(base)))
    return printable(path)


def _heading(checked: Checked) -> RenderableType:
    question = checked.question
    model = question.model
    title = Text(printable(model.title), style="bold")
    sizes = ", ".join(f"{s.name} {s.range_text()}" for s in model.sorts.values()) or "no sorts"
    lines = [
        f"{short_file(model.paths[0])} against {short_file(question.spec.paths[0])}",
        f"sizes {sizes}; faults: {budget_words(checked)}",
    ]
    lines += [engine_line(report) for report in checked.reports.values()]
    changes = changes_view(model)
    shown = [changes] if changes is not None else []
    dim = [Text(printable(line), style="dim") for line in lines]
    return Group(Text(), title, dim[0], *shown, *dim[1:], Text())


def budget_words(checked: Checked) -> str:
    """Return how many faults a run may have, in words."""
    question = checked.question
    if not fault_kinds(question.model):
        return "none in this model"
    limits = {kind: n for kind, n in question.budget.items() if n is not None}
    words = [f"at most {n}" + (f" {kind}" if kind != "fault" else "") for kind, n in limits.items()]
    return ", ".join(words) if words else "unlimited"


class VerdictTable:
    """One line per property; long names break at an underscore, never inside a word."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = results

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Lay the table out for the width there is."""
        table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
        fixed = 8 + 9 + 8 + 5 + 5 + 6
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
            clauses = Text("\n".join(result.prop.clauses) or "-", style="dim")
            name = Text("\n".join(broken_name(result.prop.name, name_width)))
            table.add_row(
                clauses, name, Text(text, style=style), basis, at, f"{result.seconds:.1f}"
            )
        yield table


def exercised_words(result: Result) -> str:
    """Return after how many steps the property is put to the test, `?` where that is not known."""
    if result.exercised_at is not None:
        return str(result.exercised_at)
    unknown = isinstance(result.verdict, Unknown | NotChecked | Proved)
    return "?" if unknown else "never"


def broken_name(name: str, width: int) -> list[str]:
    """Return `name` in lines of at most `width`, broken after underscores and before brackets."""
    lines = [""]
    for part in re.findall(r"[^_\[]*_|\[?[^_\[]+", name):
        if len(lines[-1]) + len(part) > width and lines[-1]:
            lines.append("  ")
        lines[-1] += part
    return lines


def rests_on_words(checked: Checked) -> str:
    """Return what the words of the table mean, as far as they occur in it."""
    parts = []
    kinds = {
        v.certificate.symbolic
        for r in checked.results
        if isinstance(v := r.verdict, Proved) and v.certificate is not None
    }
    if False in kinds:
        parts.append("proof = an inductive invariant that fresh solvers confirmed")
    if True in kinds:
        names = ", ".join(checked.request.unbounded)
        parts.append(f"any size = the same for every integer as {names}, and every table")
    if any(report.complete for report in checked.reports.values()):
        sizes = " at the sizes above" if checked.request.unbounded else ""
        parts.append(f"all = every reachable state{sizes} (search)")
    if "bounded" in checked.reports:
        depth = max(0, checked.reports["bounded"].clean)
        parts.append(f"{depth} = every event sequence of up to {steps(depth)} (z3)")
    rests = f"rests on: {', '.join(parts)}. " if parts else ""
    return f"{rests}at: after how many steps the property is first put to the test."


def _verdicts(checked: Checked) -> RenderableType:
    decided = [r for r in checked.results if not isinstance(r.verdict, NotChecked)]
    if not decided:
        return Text("no invariants or step properties", style="dim")
    return Group(VerdictTable(decided), Text(rests_on_words(checked), style="dim"))


def verdict_words(result: Result) -> tuple[str, str, str]:
    """Return the verdict in words, its style, and what it rests on."""
    match result.verdict:
        case Proved(certificate, complete, depth):
            words = ("HOLDS NOW", "bold red") if result.failed else ("proved", "green")
            return *words, _basis(depth, complete, certificate)
        case Bounded(depth):
            words = ("not seen", "yellow") if result.prop.expect_violated else ("holds", "green")
            return *words, _basis(depth, None)
        case Violated(trace):
            mild = ("untidy" if result.prop.bookkeeping else "finding", "yellow")
            words = ("VIOLATED", "bold red") if result.failed else mild
            return *words, steps(len(trace.steps))
        case Vacuous(depth, complete):
            words = ("VACUOUS", "bold red") if result.failed else ("untested", "yellow")
            return *words, _basis(depth, complete)
        case Unknown(_, clean):
            return "unknown", "magenta", f"clean {clean}" if clean >= 0 else "nothing"
        case NotChecked():
            return "not checked", "dim", "-"
        case _:
            assert_never(result.verdict)


def _basis(
    depth: int | None, complete: Counts | None, certificate: Certificate | None = None
) -> str:
    parts = []
    if certificate is not None:
        parts.append("any size" if certificate.symbolic else "proof")
    if complete is not None:
        parts.append("all")
    elif depth is not None and certificate is None:
        parts.append(str(depth))
    return " + ".join(parts)


def _unchecked(checked: Checked) -> RenderableType | None:
    waiting = [r for r in checked.results if isinstance(r.verdict, NotChecked)]
    if not waiting:
        return None
    text = Text("\nNot checked: ", style="bold")
    text.append(
        "the chosen engines do not decide responses and possible properties.\n", style="none"
    )
    for result in waiting:
        clauses = f" ({', '.join(result.prop.clauses)})" if result.prop.clauses else ""
        text.append(f"  {result.prop.kind} {result.prop.name}{clauses}\n", style="dim")
    text.rstrip()
    return text


def _unknown(checked: Checked) -> RenderableType | None:
    """Return why properties are unknown, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for result in checked.results:
        if isinstance(result.verdict, Unknown):
            reasons.setdefault(result.verdict.reason, []).append(result.prop.name)
    lines = [f"{printable(reason)}: {', '.join(names)}" for reason, names in reasons.items()]
    return Text("\nUnknown: " + "\nUnknown: ".join(lines), style="magenta") if lines else None


def _clauses(checked: Checked) -> RenderableType | None:
    groups = {
        "not-checked": "Clauses whose properties are not checked",
        "by-rules": "Clauses carried by rules alone",
        "stated": "Clauses that no property can carry (the spec says why)",
        "open": "Clauses that nothing carries",
    }
    text = Text()
    for verdict, title in groups.items():
        names = [c.id for c in checked.clauses if c.verdict == verdict]
        if names:
            text.append(f"\n{title}: ", style="bold" if verdict != "open" else "bold yellow")
            text.append(", ".join(names))
    loose = [
        r.prop.name
        for r in checked.results
        if not r.prop.clauses and not r.prop.bookkeeping
    ]
    if loose and checked.clauses:
        text.append("\nProperties beyond the clauses: ", style="bold")
        text.append(", ".join(loose))
    rules = [rule.name for rule in checked.question.model.rules.values() if not rule.clauses]
    if rules and checked.clauses:
        text.append("\nRules without a clause: ", style="bold")
        text.append(", ".join(rules))
    return text if text.plain else None


def known_finding(result: Result) -> bool:
    """Say whether it is violated as the spec expects."""
    return isinstance(result.verdict, Violated) and result.prop.expect_violated


def counted_words(checked: Checked) -> str:
    """Return how many properties have which verdict."""
    decided = [r for r in checked.results if not isinstance(r.verdict, NotChecked)]
    counts = {
        "proved": sum(isinstance(r.verdict, Proved) and not r.failed for r in decided),
        "hold": sum(isinstance(r.verdict, Bounded) and not r.failed for r in decided),
        "violated": sum(isinstance(r.verdict, Violated) and r.failed for r in decided),
        "known to be violated": sum(known_finding(r) for r in decided),
        "untidy": sum(isinstance(r.verdict, Violated) and r.prop.bookkeeping for r in decided),
        "untested": sum(isinstance(r.verdict, Vacuous) and not r.failed for r in decided),
        "vacuous": sum(isinstance(r.verdict, Vacuous) and r.failed for r in decided),
        "suddenly hold": sum(isinstance(r.verdict, Proved) and r.failed for r in decided),
        "unknown": sum(isinstance(r.verdict, Unknown) for r in decided),
    }
    shown = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing decided"
    waiting = len(checked.results) - len(decided)
    noun = "property" if len(decided) == 1 else "properties"
    shown = f"{len(decided)} {noun} checked: {shown}"
    shown += f"; {waiting} not checked" if waiting else ""
    return shown


def summary(checked: Checked) -> RenderableType:
    """Return the last line: where the policy stands, and how many properties have which verdict."""
    shown = counted_words(checked)
    waiting = any(isinstance(r.verdict, NotChecked) for r in checked.results)
    standing = standing_words(checked) if not waiting else ""
    style = "bold red" if checked.failed else "bold magenta" if checked.undecided else "bold green"
    name = printable(checked.question.model.name)
    lines = [Text(f"{name}: {shown}", style=style)]
    if standing:
        lines.append(Text(f"{name}: {standing}", style=style))
    return Group(Text(), *lines)


def standing_words(checked: Checked) -> str:
    """Return where the policy stands, in words."""
    known = sum(map(known_finding, checked.results))
    but = f", but for {known} known finding{'s' if known > 1 else ''}" if known else ""
    recovers = any(not r.prop.kind.safety for r in checked.results)
    keeps = "safe and recovers" if recovers else "safe"
    return f"{keeps}{but}" if checked.standing == "keeps" else WORDS[checked.standing]


WORDS = {
    "unsafe": "UNSAFE",
    "undecided": "undecided",
    "does-not-recover": "safe, but does not recover",
    "departs": "safe and recovers, but departs from a clause",
}
