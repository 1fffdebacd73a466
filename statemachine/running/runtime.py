"""The running machines: one `transitions.Machine` for each machine of a model.

All guards read one snapshot of the state before the step, and all new values are computed from it
before the first machine moves: no machine sees another's half-made step. A step that is refused,
or that would leave the sort of a variable, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.system import Conjunct, State, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from transitions.core import Callback, TransitionConfigDict

    from twinrom.statemachine.model import Template
    from twinrom.statemachine.system import GroundMove, RuleInstance, TransitionSystem
    from twinrom.statemachine.tables import TableChoices
    from twinrom.statemachine.terms import Term


@dataclass(frozen=True)
class Refusal:
    """A part of a guard that is false, with the values that make it so."""

    text: str
    reads: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.reads)
        return f"`{self.text}` is false: {values}" if values else f"`{self.text}` is false"


class Refused(Exception):  # noqa: N818 - it says what happened, and is no error of the machines
    """The step cannot happen in the present state; `reasons` are the false parts of its guard."""

    def __init__(self, step: Step, reasons: Iterable[Refusal]) -> None:
        self.step = step
        self.reasons = tuple(reasons)
        why = "; ".join(map(str, self.reasons))
        super().__init__(f"`{step}` cannot happen" + (f": {why}" if why else ""))


class ReplayError(Exception):
    """A run is not one of the running machines: refused, or not where the system says it leads."""


class Moment:
    """A step about to happen: a snapshot of the state before it, and what it will assign."""

    def __init__(self, values: Sequence[int], given: Mapping[str, int],
                 entry: TableChoices.Entry) -> None:
        self.values, self.given, self.entry = values, given, entry
        self.assigned: dict[int, int] = {}
        self._known: dict[Term, int] = {}

    def value(self, term: Term) -> int:
        """Return the value of `term` in the snapshot."""
        if term not in self._known:
            self._known[term] = terms.evaluate(term, self.values, (), self.given, self.entry)
        return self._known[term]


@dataclass(frozen=True)
class Guard:
    """A part of a rule's guard, in the form in which `transitions` asks for it."""

    conjunct: Conjunct

    def __call__(self, moment: Moment) -> bool:
        """Say whether it holds in the snapshot."""
        return bool(moment.value(self.conjunct.term))


class Unit:
    """What one machine drives: `transitions` keeps `state`, the machine's variables are beside it.

    `transitions` attaches triggers to it; none is an identifier, so none can hide an attribute.
    """

    state: str
    trigger: Callable[[str, Moment], bool]
    may_trigger: Callable[[str, Moment], bool]

    def __init__(self, name: str) -> None:
        self.name, self.values = name, dict[int, int]()

    def take(self, moment: Moment) -> None:
        """Take over the new values of its own variables."""
        for index in self.values.keys() & moment.assigned.keys():
            self.values[index] = moment.assigned[index]


@dataclass(frozen=True)
class _Wiring:
    """A rule instance on the machines: those that must be able to take part, those that may."""

    instance: RuleInstance
    trigger: str
    must: tuple[Unit, ...]
    may: tuple[Unit, ...]


class Runtime:
    """The machines of a system; until `start`, every variable has the lowest value of its sort."""

    def __init__(self, system: TransitionSystem) -> None:
        from transitions import Machine  # noqa: PLC0415 - only who runs machines pays for it

        self.system = system
        self.units = {name: Unit(name) for name in system.model.machines}
        self.unowned: dict[int, int] = {}  # observers and budgets belong to no machine
        self._owner = {v.index: v.owner for v in system.variables if v.owner is not None}
        self._holders = [self.units[self._owner[v.index]].values if v.index in self._owner
                         else self.unowned for v in system.variables]
        arrows: dict[str, list[TransitionConfigDict]] = {name: [] for name in self.units}
        self._wirings = {i.index: self._wire(i, arrows) for i in system.instances}
        self.machines = {
            name: Machine(self.units[name], list(template.states), template.states[0],
                          arrows[name], auto_transitions=False, name=name)
            for name, template in system.model.machines.items()
        }
        self.start(State(tuple(v.sort.low for v in system.variables), 0))

    def _wire(self, instance: RuleInstance,
              arrows: Mapping[str, list[TransitionConfigDict]]) -> _Wiring:
        """Give each machine that takes part its transitions, all under one trigger."""
        moves: dict[str, list[GroundMove]] = {}
        for move in instance.moves:
            moves.setdefault(self._owner[move.machine], []).append(move)
        required = {self._owner[m.machine]: None for m in instance.moves if m.required}
        owners = {self._owner[i]: None for i in instance.updates
                  if i in self._owner and not self.system.variables[i].machine}
        # A rule that need not touch any machine is decided by one that then stays where it is.
        must = required | owners or dict.fromkeys([*moves, *self.units][:1])
        sources = {self._source(m, m.sources) for m in instance.moves
                   if m.required and m.sources is not None}
        guards: list[Callback] = [Guard(c) for c in instance.conjuncts if c.term not in sources]
        trigger = f"{instance.name} #{instance.index}"
        for name in must | dict.fromkeys(moves):
            template = self.system.model.machines[name]
            stays = name in must and name not in required
            for states, destination, where in _arrows(template, moves.get(name, ()), stays=stays):
                meant = [Guard(Conjunct("", where))] * (where is not terms.TRUE)
                arrows[name].append({
                    "trigger": trigger, "source": states, "dest": destination,
                    "conditions": [*guards, *meant],
                    "after": [self.units[name].take] if name in owners else [],
                })
        return _Wiring(instance, trigger, tuple(self.units[n] for n in must),
                       tuple(self.units[n] for n in moves if n not in must))

    def _source(self, move: GroundMove, codes: tuple[int, ...]) -> Term:
        """Return the guard of a required move, which `transitions` decides by the source state."""
        variable = self.system.variables[move.machine].term()
        return terms.disjunction(terms.equal(variable, terms.constant(code)) for code in codes)

    def start(self, state: State) -> None:
        """Put every machine and every variable where `state` says."""
        self._tables = state.tables
        for variable, value in zip(self.system.variables, state.values, strict=True):
            if variable.machine:
                self.machines[variable.machine].set_state(variable.sort.text(value))
            else:
                self._holders[variable.index][variable.index] = value

    def state(self) -> State:
        """Return the state as the machines have it."""
        machines = self.system.model.machines
        return State(tuple(
            machines[v.machine].states.index(self.units[v.machine].state) if v.machine
            else self._holders[v.index][v.index] for v in self.system.variables), self._tables)

    def enabled(self) -> list[Step]:
        """Return every step that the machines allow, in the order of the file."""
        values = self.state().values
        known = {n: set(m.get_triggers(self.units[n].state)) for n, m in self.machines.items()}
        return [step for wiring in self._wirings.values()
                if all(wiring.trigger in known[unit.name] for unit in wiring.must)
                for step in (Step(wiring.instance, p) for p in wiring.instance.payloads())
                if _allowed(wiring, self._moment(step, values))]

    def fire(self, step: Step) -> State:
        """Let `step` happen and return the state after it.

        Raises `Refused` when a guard is false, `InputError` when a value would leave its sort.
        """
        wiring, before = self._wiring(step), self.state()
        moment = self._moment(step, before.values)
        if _impossible(step) or not _allowed(wiring, moment):
            raise Refused(step, self.refusals(step))
        for duty in step.instance.obligations:
            if not moment.value(duty.term):
                raise self.system.out_of_range(step, duty, before)
        moment.assigned = {i: moment.value(term) for i, term in step.instance.updates.items()}
        can = [unit for unit in wiring.may if unit.may_trigger(wiring.trigger, moment)]
        for unit in (*wiring.must, *can):
            unit.trigger(wiring.trigger, moment)
        for index in self.unowned.keys() & moment.assigned.keys():
            self.unowned[index] = moment.assigned[index]
        return self.state()

    def refusals(self, step: Step) -> list[Refusal]:
        """Return the parts of the guard that are false in the present state, with their reasons."""
        moment = self._moment(step, self.state().values)
        return _impossible(step) or [
            Refusal(c.text, tuple(dict.fromkeys(
                self._reading(leaf, step, moment) for leaf in _deciding(c.term, moment))))
            for c in step.instance.conjuncts if not moment.value(c.term)]

    def _reading(self, leaf: Term, step: Step, moment: Moment) -> tuple[str, str]:
        value = moment.value(leaf)
        if leaf.operator == "variable":
            return (v := self.system.variables[leaf.value]).name, v.sort.text(value)
        if leaf.operator == "payload":
            return leaf.value, step.arguments()[leaf.value]
        cells = zip(self.system.tables[leaf.value].of, leaf.arguments, strict=True)
        row = ", ".join(sort.text(moment.value(argument)) for sort, argument in cells)
        return f"{leaf.value}({row})", str(bool(value))

    def _moment(self, step: Step, values: Sequence[int]) -> Moment:
        return Moment(values, step.given(), self.system.entry(self._tables))

    def _wiring(self, step: Step) -> _Wiring:
        found = self._wirings.get(step.instance.index)
        if found is None or found.instance is not step.instance:
            raise ValueError(f"`{step}` is a step of another system")
        return found


def replay(system: TransitionSystem, start: State, steps: Iterable[Step], *,
           anywhere: bool = False, on: Runtime | None = None) -> list[State]:
    """Return the states of a run, `start` first: `on` machines started anew, or fresh ones.

    Raises `ReplayError` when `start` is not initial (unless it may be `anywhere`), when a step is
    refused, or when it does not lead where `system.after` says.
    """
    entry = system.entry(start.tables)
    for conjunct in () if anywhere else system.init:
        if not terms.evaluate(conjunct.term, start.values, (), {}, entry):
            raise ReplayError(f"the run starts where `{conjunct.text}` is false")
    runtime = on or Runtime(system)
    runtime.start(start)
    states = [runtime.state()]
    for number, step in enumerate(steps, 1):
        try:
            states.append(runtime.fire(step))
        except Refused as error:
            raise ReplayError(f"step {number}: {error}") from error
        expected = system.after(states[-2], step)
        if states[-1] != expected:
            pairs = zip(system.variables, states[-1].values, expected.values, strict=True)
            wrong = ", ".join(f"{v.name} is {v.sort.text(is_)} instead of {v.sort.text(should)}"
                              for v, is_, should in pairs if is_ != should)
            raise ReplayError(f"step {number}: after `{step}` {wrong}")
    return states


def _arrows(template: Template, moves: Sequence[GroundMove], *,
            stays: bool) -> Iterator[tuple[list[str], str | None, Term]]:
    """Return source states with their destination; None is a machine that `stays` where it is.

    The first that applies counts: one that is meant only somewhere may leave it to the others.
    """
    left = list(template.states)
    for move in reversed(moves):  # of two moves out of one state the later one counts
        states = range(len(template.states)) if move.sources is None else move.sources
        sources = [name for name in left if template.states.index(name) in states]
        if move.where is terms.TRUE:
            left = [name for name in left if name not in sources]
        yield sources, template.states[move.destination], move.where
    if stays:
        yield left, None, terms.TRUE


def _allowed(wiring: _Wiring, moment: Moment) -> bool:
    return all(unit.may_trigger(wiring.trigger, moment) for unit in wiring.must)


def _impossible(step: Step) -> list[Refusal]:
    """Return which values of the payload are not in their sort."""
    return [Refusal(f"{a.name} in {a.sort.describe()}", ((a.name, str(code)),))
            for a, code in zip(step.instance.given, step.payload, strict=True)
            if code not in a.sort.codes()]


def _deciding(term: Term, moment: Moment) -> Iterator[Term]:
    """Return the leaves that make `term` what it is: of a false `and`, the first false part's."""
    arguments = term.arguments
    if term.operator in ("and", "or"):
        decides = term.operator == "or"
        arguments = next(((a,) for a in arguments if moment.value(a) == decides), arguments)
    elif term.operator == "if":
        condition, then, otherwise = arguments
        arguments = (condition, then if moment.value(condition) else otherwise)
    for argument in arguments:
        yield from _deciding(argument, moment)
    if term.operator in ("variable", "payload", "table"):
        yield term
