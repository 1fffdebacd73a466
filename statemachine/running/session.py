"""The logic of stepping through a model by hand or from a script; nothing here prints.

Every step goes through the running machines. What is typed is checked against the model, and a
word that does not fit is one `Problem` with a caret under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Self

from twinrom.statemachine.running.runtime import Refused, Runtime
from twinrom.statemachine.running.script import (
    Line,
    NeverHappensError,
    Script,
    WordError,
    read_event,
)
from twinrom.statemachine.running.start import first_state
from twinrom.statemachine.running.trace import Trace
from twinrom.statemachine.source.diagnostics import InputError, did_you_mean
from twinrom.statemachine.system import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from twinrom.statemachine.running.script import Word
    from twinrom.statemachine.system import RuleInstance, State, TransitionSystem

FEW = 8
LOOKED_AT = 500


@dataclass(frozen=True)
class VariableChange:
    """A variable that the last step changed, with its value before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Option:
    """Enabled steps that an observer sees as one event, up to its payload."""

    steps: tuple[Step, ...]

    @property
    def event(self) -> str:
        """Return the event."""
        return self.steps[0].event

    def payloads(self, chosen: Mapping[str, str] | None = None) -> dict[str, tuple[str, ...]]:
        """Return the allowed values of each payload that is not `chosen` yet."""
        fits = [s.arguments() for s in self._fitting(chosen or {})]
        names = [a.name for a in self.steps[0].instance.given]
        return {name: tuple(dict.fromkeys(f[name] for f in fits))
                for name in names if name not in (chosen or {})}

    def step(self, chosen: Mapping[str, str] | None = None) -> Step:
        """Return the step with this payload; raises `InputError` unless there is exactly one."""
        fits = self._fitting(chosen or {})
        if len(fits) != 1:
            text = ", ".join(f"{k}={v}" for k, v in (chosen or {}).items()) or "nothing chosen"
            if not fits:
                raise InputError.whole_file(str(self), f"{text} is not possible now")
            raise InputError.whole_file(str(self), f"{text} leaves a choice", _missing(fits))
        return fits[0]

    def _fitting(self, chosen: Mapping[str, str]) -> list[Step]:
        return [s for s in self.steps if chosen.items() <= s.arguments().items()]

    def __str__(self) -> str:
        fixed = [f"{a.name}={a.sort.text(a.term.low)}" for a in self.steps[0].instance.arguments]
        chosen = [f"{name}={values[0] if len(values) == 1 else '?'}"
                  for name, values in self.payloads().items()]
        return f"{self.event}({', '.join(fixed + chosen)})" if fixed + chosen else self.event


class Session:
    """A run in the making, from the first initial state that fits `init`.

    `init` names variables, machines and table rows: `{"A": "off", "runs_on(1, r1)": "True"}`; from
    a script its `init` line is taken, and `play` then runs its events.
    """

    def __init__(self, system: TransitionSystem,
                 init: Script | Mapping[str, str] | None = None) -> None:
        script = init if isinstance(init, Script) else Script.starting(init or {})
        try:
            start = first_state(system, script.init)
        except WordError as wrong:
            raise script.error(script.start, wrong) from None
        self.system, self.runtime = system, Runtime(system)
        self.runtime.start(start)
        self._states, self._steps = [start], list[Step]()

    @classmethod
    def resumed(cls, system: TransitionSystem, trace: Trace) -> Self:
        """Return a session that has come to the end of `trace`, which must be a run."""
        session = cls(system)
        session._states, session._steps = list(trace.states), list(trace.steps)
        session.runtime.start(session.state)
        return session

    @property
    def state(self) -> State:
        """Return the present state."""
        return self._states[-1]

    def options(self) -> list[Option]:
        """Return what can happen now, in the order of the file."""
        groups: dict[tuple[object, ...], dict[tuple[int, ...], Step]] = {}
        for step in self.runtime.enabled():
            fixed = tuple((a.name, a.term.low) for a in step.instance.arguments)
            payload = tuple(a.name for a in step.instance.given)
            key: tuple[object, ...] = (step.event, fixed, payload)
            # Two rules of one event that can both happen with one payload stay two options.
            while step.payload in groups.get(key, ()):
                key = (*key, step.instance.index)
            groups.setdefault(key, {})[step.payload] = step
        return [Option(tuple(steps.values())) for steps in groups.values()]

    def step(self, step: Step) -> State:
        """Let `step` happen; raises `Refused` when it cannot."""
        self._states.append(self.runtime.fire(step))
        self._steps.append(step)
        return self.state

    def undo(self) -> Step | None:
        """Take the last step back and return it; None at the start."""
        if not self._steps:
            return None
        self._states.pop()
        self.runtime.start(self.state)
        return self._steps.pop()

    def trace(self) -> Trace:
        """Return the run so far."""
        return Trace(self.system.model.name, tuple(self._states), tuple(self._steps))

    def changed(self) -> list[VariableChange]:
        """Return what the last step changed, in the order of the file."""
        if not self._steps:
            return []
        pairs = zip(self.system.variables, self._states[-2].values, self.state.values, strict=True)
        return [VariableChange(v.name, v.sort.text(before), v.sort.text(after))
                for v, before, after in pairs if before != after]

    def parse_event(self, text: str) -> Step:
        """Return the enabled step that `text` means: `insert(this=A, version=1)`, `insert this=A`.

        Arguments may be left out when one enabled step fits. Raises `Refused` when none is
        enabled, `InputError` when the words do not fit the model or several steps fit.
        """
        try:
            return self._meant(text)
        except WordError as wrong:
            raise wrong.placed("<event>", Line(1, text), text) from None

    def play(self, script: Script) -> list[Step]:
        """Let the events of the script happen; raises `InputError` at the first that cannot."""
        played = []
        for line in script.events:
            try:
                played.append(self._meant(line.text))
            except WordError as wrong:
                raise script.error(line, wrong) from None
            except Refused as refused:
                why = "; ".join(map(str, refused.reasons))
                refusal = WordError(f"`{refused.step}` cannot happen here", why)
                raise script.error(line, refusal) from None
            self.step(played[-1])
        return played

    def _meant(self, text: str) -> Step:
        instances, wanted = _named(self.system, text)
        indices = {i.index for i in instances}
        fits = [s for s in self.runtime.enabled()
                if s.instance.index in indices and _agrees(s, wanted)]
        if len(fits) > 1:  # a fault happens between rules unless it says `during` which
            fits = [s for s in fits if s.instance.cut is None] or fits
        if len(fits) > 1:
            raise WordError(f"`{text.strip()}` can be any of {len(fits)} steps", _missing(fits))
        if not fits:
            raise closest(self.runtime, steps_of(self.system, text))
        return fits[0]


def steps_of(system: TransitionSystem, text: str) -> Iterator[Step]:
    """Yield every step that an event can mean as it was typed; raises `WordError` when it is none.

    What is left out may have any value.
    """
    instances, wanted = _named(system, text)
    for instance in instances:
        for payload in instance.payloads():
            step = Step(instance, payload)
            if _agrees(step, wanted):
                yield step


def closest(runtime: Runtime, steps: Iterable[Step]) -> Refused:
    """Return why the step fails that fails for the fewest reasons."""
    refused = [Refused(s, runtime.refusals(s)) for s in islice(steps, LOOKED_AT)]
    return min(refused, key=lambda one: len(one.reasons))


def _named(system: TransitionSystem, text: str) -> tuple[list[RuleInstance], dict[str, str]]:
    """Return the rule instances that an event as it was typed can be, and what it says of them."""
    event = read_event(text)
    instances = [i for i in system.instances if event.name in (i.rule.event, i.rule.name)]
    if not instances:
        if event.name in system.model.events:
            raise NeverHappensError(f"`{event.name}` never happens in this model",
                                    at=event.name_at)
        known = {n for i in system.instances for n in (i.rule.event, i.rule.name)}
        raise WordError(f"unknown event `{event.name}`", did_you_mean(event.name, known),
                        event.name_at)
    for word in event.words:
        instances = _with(instances, word, event.name)
    return instances, {word.name: word.value for word in event.words}


def _with(instances: list[RuleInstance], word: Word, event: str) -> list[RuleInstance]:
    """Return the rule instances that can have this argument."""
    known: dict[str, dict[str, None]] = {}
    fits = []
    for instance in instances:
        values = {a.name: [a.sort.text(a.term.low)] for a in instance.arguments}
        values |= {a.name: list(map(a.sort.text, a.sort.codes())) for a in instance.given}
        for name, texts in values.items():
            known.setdefault(name, {}).update(dict.fromkeys(texts))
        if word.value in values.get(word.name, ()):
            fits.append(instance)
    if word.name not in known:
        raise WordError(f"`{event}` has no argument `{word.name}`",
                        did_you_mean(word.name, known) if known else "it has none", word.name_at)
    if not fits:
        raise WordError(f"`{word.name}` cannot be `{word.value}`",
                        did_you_mean(word.value, known[word.name]), word.value_at)
    return fits


def _agrees(step: Step, wanted: Mapping[str, str]) -> bool:
    return wanted.items() <= step.arguments().items()


def _missing(steps: Sequence[Step]) -> str:
    """Return what to add to tell these steps apart."""
    arguments = [step.arguments() for step in steps]
    choices = {name: list(dict.fromkeys(a[name] for a in arguments if name in a))
               for name in dict.fromkeys(n for a in arguments for n in a)}
    parts = [" or ".join(f"`{name}={value}`" for value in values[:FEW])
             for name, values in choices.items() if len(values) > 1]
    if parts:
        return "add " + ", and ".join(parts)
    rules = dict.fromkeys(f"`{step.instance.rule.name}`" for step in steps)
    return "name the rule: " + " or ".join(rules)
