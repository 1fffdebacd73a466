"""Stepping through a model at a terminal: what can happen, what happened, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from twinrom.diagrams.terminal.stories import StepLines
from twinrom.diagrams.words.story import story_steps
from twinrom.statemachine import InputError, Refused, printable, write_trace

if TYPE_CHECKING:
    from rich.console import Console

    from twinrom.statemachine import Option, Session, Step, Trace, TransitionSystem

HELP = """\
  a number       let that event happen (its payload is asked for)
  an event       hot_plug(this=B, version=1), or as much of it as is needed
  why EVENT      say which part of its guard is false
  state          show the whole state
  undo           take the last step back
  save FILE      write the run as an ITF trace
  quit           end"""


class Simulator:
    """An interactive session; every answer of the user is one line of input."""

    def __init__(self, session: Session, console: Console) -> None:
        self.session, self.console = session, console

    def run(self) -> None:
        """Ask and answer until the user quits or the input ends."""
        self.console.print(Text(printable(self.session.system.model.title), style="bold"))
        self.console.print(state_view(self.session))
        self.console.print(Text("help lists the commands", style="dim"))
        while True:
            options = self.session.options()
            self.console.print(_options_view(options))
            line = self._ask(f"{len(self.session.trace().steps)}> ")
            if line is None or line in ("quit", "q", "exit"):
                return
            if line:
                self._answer(line, options)

    def _ask(self, prompt: str) -> str | None:
        try:
            return self.console.input(Text(prompt, style="bold cyan")).strip()
        except EOFError:
            return None

    def _answer(self, line: str, options: list[Option]) -> None:
        word, _, rest = line.partition(" ")
        try:
            match word:
                case "help" | "?":
                    self.console.print(HELP, highlight=False)
                case "state":
                    self.console.print(state_view(self.session))
                case "undo" | "u":
                    undone = self.session.undo()
                    self.console.print(f"took back {undone}" if undone else "nothing to take back")
                case "save" if rest:
                    write_trace(self.session.system, self.session.trace(), rest.strip())
                    self.console.print(f"wrote {rest.strip()}", highlight=False)
                case "why" if rest:
                    step = self.session.parse_event(rest)
                    self.console.print(f"{step} can happen now", highlight=False)
                case _ if word.isdecimal() and not rest:
                    self._choose(word, options)
                case _:
                    self._happen(self.session.parse_event(line))
        except Refused as refused:
            self.console.print(refused_view(refused))
        except InputError as error:
            self.console.print(Text(str(error), style="red"))

    def _choose(self, number: str, options: list[Option]) -> None:
        if not 1 <= int(number[:6]) <= len(options):
            self.console.print(Text(f"there is no number {number[:6]}", style="red"))
            return
        option = options[int(number) - 1]
        chosen: dict[str, str] = {}
        for name in list(option.payloads()):
            values = option.payloads(chosen)[name]
            if len(values) == 1:
                chosen[name] = values[0]
                continue
            answer = self._ask(f"  {name} ({', '.join(values)}): ")
            if not answer:
                self.console.print("nothing happens")
                return
            if answer not in values:
                self.console.print(Text(f"`{printable(answer)}` is not possible now", style="red"))
                return
            chosen[name] = answer
        self._happen(option.step(chosen))

    def _happen(self, step: Step) -> None:
        self.session.step(step)
        self.console.print(trace_view(self.session.system, self.session.trace(), last=True))


def state_view(session: Session) -> Text:
    """Return the present state: a line per machine, then the table rows that hold."""
    text = Text()
    state = session.state
    for variable, code in zip(session.system.variables, state.values, strict=True):
        value = variable.sort.text(code)
        if variable.machine:
            text.append(f"\n  {variable.name} ", style="bold")
            text.append(f"is {value}")
        elif variable.role == "model":
            text.append(f", {variable.own_name} {value}", style="dim")
    for name, rows in session.system.choices.text(state.tables).items():
        held = ", ".join(f"({', '.join(row)})" for row in rows) or "nothing"
        text.append(f"\n  {name} ", style="bold")
        text.append(f"holds for {held}")
    return text[1:]


def trace_view(system: TransitionSystem, trace: Trace, *, last: bool = False) -> StepLines:
    """Return the steps of a run with what they changed, or only the `last`."""
    told = story_steps(system, trace)
    return StepLines(told[-1:] if last else told)


def refused_view(refused: Refused) -> Text:
    """Return why an event cannot happen: each false part of its guard, with the values."""
    text = Text(f"{refused.step} cannot happen:", style="yellow")
    for reason in refused.reasons:
        text.append(f"\n  {reason}", style="none")
    return text


def _options_view(options: list[Option]) -> Table | Text:
    if not options:
        return Text("nothing can happen any more", style="yellow")
    table = Table(box=None, pad_edge=False, padding=(0, 1), show_header=False)
    table.add_column(justify="right", style="cyan", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(style="bold", overflow="fold")
    table.add_column(overflow="fold")
    for number, option in enumerate(options, 1):
        first = option.steps[0].instance
        says = Text(printable(first.says or ""))
        table.add_row(str(number), first.rule.by, Text(str(option)), says)
    return table
