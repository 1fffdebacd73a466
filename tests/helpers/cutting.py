"""Cuts by definition: a state is written to entry by entry, and then the fault has its effect.

Written from the language's text over concrete states, apart from what makes the steps of a model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from direct import named_values

from twinrom.statemachine import (
    ALL_POWER,
    Formula,
    Move,
    Resolver,
    State,
    Step,
    Typed,
    ground,
    model_vocabulary,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import Model, TransitionSystem

Values = dict[int, int]


class Made(NamedTuple):
    """An entry: the values it writes, and what a cut within leaves of them (nothing: no cut)."""

    values: Values
    torn: Values


class Cutting:
    """The cuts of a model in one state."""

    def __init__(self, model: Model) -> None:
        self.model, self.system = model, ground(model)
        self.words = model_vocabulary(model)
        self.index = {v.name: v.index for v in self.system.variables}

    def after(self, state: State) -> set[tuple[str, tuple[int, ...]]]:
        """Return each fault that cuts something here, with the values it leaves."""
        found = set()
        for fault in self.steps(lambda i: i.rule.by == "fault" and i.rule.cuts):
            for rule in self.steps(lambda i: i.rule.by != "fault" and i.rule.atomic is None):
                if not self.holds(rule, state):
                    continue
                whole = self.system.after(state, rule)
                if self.holds(fault, state) or self.holds(fault, whole):
                    found |= {(str(fault), self.failed(fault, left).values)
                              for left in self.left(fault, rule, state)}
        return found

    def steps(self, wanted: object) -> Iterator[Step]:
        for instance in self.system.written:
            if wanted(instance):  # type: ignore[operator]
                yield from (Step(instance, payload) for payload in instance.payloads())

    def holds(self, step: Step, state: State) -> bool:
        entry = self.system.entry(state.tables)
        return bool(terms.evaluate(step.instance.guard, state.values, (), step.given(), entry))

    def value(self, formula: Formula, step: Step | None, state: State, this: str, want: int) -> int:
        """Return the value of an expression of a rule, or of a declaration (`this`)."""
        bound: dict[str, Typed] = {}
        if step is not None:
            for a in step.instance.arguments:
                name = a.sort.text(a.term.low)
                bound[a.name] = Typed(a.term, a.sort, name if a.sort.template else None)
            for a, code in zip(step.instance.given, step.payload, strict=True):
                bound[a.name] = Typed(a.sort.constant(code), a.sort)
        else:
            sort = self.words.sorts[self.model.machines[this].name]
            bound["this"] = Typed(sort.constant(sort.code(this) or 0), sort, this)
        sort = self.system.variables[want].sort
        term = Resolver(self.words, formula, bound).value(formula.expr, sort).term
        return terms.evaluate(term, state.values, (), {}, self.system.entry(state.tables))

    def targets(self, path: str, step: Step, state: State | None) -> list[str]:
        """Return what a path means in a state, or everything it may mean in any."""
        head, dot, rest = path.partition(".")
        path = step.arguments().get(head, head) + dot + rest
        if path in self.model.machines:
            return [path]
        if path in self.model.templates:
            return [*self.model.templates[path].instances]
        start, _, behind = path.partition(".peer")
        if state is None:
            return [m for m in self.model.machines if m in (f"A{behind}", f"B{behind}")]
        peer = named_values(self.system, state.values)[f"{start}.peer"]
        return [f"{peer}{behind}"]

    def changes(self, change: object, step: Step, state: State) -> list[tuple[int, int, str]]:
        """Return the values that a move or an assignment gives, and how: `>torn` or `torn>`."""
        found = []
        if isinstance(change, Move):
            for machine in self.targets(change.target, step, state):
                template = self.model.machines[machine]
                how = ">torn" if change.destination == template.torn else (
                    "torn>" if change.sources == (template.torn,) else "")
                code = template.states.index(change.destination)
                found.append((self.index[machine], code, how))
            return found
        for machine in self.targets(change.owner, step, state):  # type: ignore[attr-defined]
            index = self.index[f"{machine}.{change.name}"]  # type: ignore[attr-defined]
            value = self.value(change.value, step, state, "", index)  # type: ignore[attr-defined]
            found.append((index, value, ""))
        return found

    def entries(self, step: Step, state: State) -> list[Made]:
        rule, made = step.instance.rule, []
        for write in rule.writes:
            changed = [c for change in write.changes for c in self.changes(change, step, state)]
            made += [changed] if write.listed else [[one] for one in changed]
        if not rule.writes:
            all_of = [c for change in (*rule.moves, *rule.also, *rule.sets)
                      for c in self.changes(change, step, state)]
            kept = [c for c in all_of if self.persists(c[0])]
            through = {self.owner(i) for i, _, _ in kept if self.through(i, rule)}
            kept += [c for c in all_of if self.owner(c[0]) in through and c not in kept]
            made = [kept] if kept else []
        return [Made({i: v for i, v, _ in e}, self.torn(e, state)) for e in made]

    def through(self, index: int, rule: object) -> bool:
        """Say whether this is the state of a machine that comes into `torn`, or out of it."""
        name = self.system.variables[index].machine
        torn = self.model.machines[name].torn if name else None
        return torn is not None and any(
            m.destination == torn or m.sources is None or torn in m.sources
            for m in (*rule.moves, *rule.also))  # type: ignore[attr-defined]

    def owner(self, index: int) -> str:
        return str(self.system.variables[index].owner)

    def persists(self, index: int) -> bool:
        variable = self.system.variables[index]
        template = self.model.machines[self.owner(index)]
        return template.keeps_state if variable.machine else (
            variable.own_name in template.persistent)

    def torn(self, entry: list[tuple[int, int, str]], state: State) -> Values:
        found: Values = {}
        for index, _, _ in entry:
            variable = self.system.variables[index]
            template = self.model.machines[self.owner(index)]
            formula = template.torn_values.get(variable.own_name) if not variable.machine else None
            if formula is not None:
                found[index] = self.value(formula, None, state, self.owner(index), index)
            own = self.index[self.owner(index)]
            safe = any(i == own and how for i, _, how in entry)
            if template.torn is not None and not safe:
                found[own] = template.states.index(template.torn)
        return found

    def left(self, fault: Step, rule: Step, state: State) -> Iterator[State]:
        """Yield the states in which the fault finds what it cuts."""
        entries = self.entries(rule, state)
        lost = self.scope(fault)
        if not any(self.owner(i) in lost for e in entries for i in e.values):
            return
        now = dict(enumerate(state.values))
        for number, entry in enumerate(entries):
            if number:
                yield State(tuple(now.values()), state.tables)
            if entry.torn:
                yield State(tuple({**now, **entry.values, **entry.torn}.values()), state.tables)
            now |= entry.values
        written = {i for e in entries for i in e.values}
        written |= {self.index[f"{m}.{c.name}" if hasattr(c, "name") else m]
                    for write in rule.instance.rule.writes for c in write.changes
                    for m in self.targets(getattr(c, "target" if isinstance(c, Move) else "owner"),
                                          rule, None)}
        if any(self.survives(fault, rule, i) for i in rule.instance.updates if i not in written):
            yield State(tuple(now.values()), state.tables)

    def scope(self, fault: Step) -> set[str]:
        power = fault.instance.rule.power
        if power is None or power == ALL_POWER:
            return set(self.model.machines)
        named = {m for path in power for m in self.targets(path, fault, None)}
        return {m for m in self.model.machines if any(f"{m}.".startswith(f"{n}.") for n in named)}

    def own(self, fault: Step) -> set[int]:
        """Return what the fault itself moves or sets."""
        rule = fault.instance.rule
        start = next(iter(self.system.initial()))
        return {i for c in (*rule.moves, *rule.also, *rule.sets)
                for i, _, _ in self.changes(c, fault, start)}

    def survives(self, fault: Step, rule: Step, index: int) -> bool:
        if index in self.own(fault):
            return index in {self.index[m] for c in fault.instance.rule.also
                             for m in self.targets(c.target, fault, None)} and self.partly(
                                 fault.instance.rule.also, rule, index)
        powered = fault.instance.rule.power is None or self.owner(index) not in self.scope(fault)
        if powered or self.persists(index):
            return True
        variable = self.system.variables[index]
        off = self.model.machines[self.owner(index)].off
        return bool(variable.machine) and off is not None and self.partly((off,), rule, index)

    def partly(self, moves: tuple[Move, ...], rule: Step, index: int) -> bool:
        """Say whether the moves leave a state alone that the rule may bring the machine into."""
        states = self.model.machines[self.owner(index)].states
        ends = {states[m.destination] for m in rule.instance.moves if m.machine == index}
        return any(all(m.sources is not None and e not in m.sources for m in moves)
                   or (all(m.sources is not None for m in moves)
                       and any(m.destination == e and e in (m.sources or ()) for m in moves))
                   for e in ends)

    def cleared(self, fault: Step, left: State) -> list[int]:
        """Return the values once what is volatile in the fault's scope has lost its own."""
        values, own = list(left.values), self.own(fault)
        for machine in self.scope(fault) if fault.instance.rule.power is not None else ():
            template = self.model.machines[machine]
            for name in ("", *template.variables):
                index = self.index[f"{machine}.{name}" if name else machine]
                if index in own or self.persists(index) or (not name and len(template.states) < 2):
                    continue
                if name:
                    formula = template.unpowered.get(name) or template.initials[name]
                    values[index] = self.value(formula, None, left, machine, index)
                    continue
                off = template.off
                assert off is not None
                if off.sources is None or template.states[left.values[index]] in off.sources:
                    values[index] = template.states.index(off.destination)
        return values

    def failed(self, fault: Step, left: State) -> State:
        """Return the state after the fault, whose moves go to their end from anywhere."""
        rule, values = fault.instance.rule, self.cleared(fault, left)
        for change in (*rule.moves, *rule.sets):
            for index, value, _ in self.changes(change, fault, left):
                values[index] = value
        for move in rule.also:
            for machine in self.targets(move.target, fault, left):
                template = self.model.machines[machine]
                here = template.states[left.values[self.index[machine]]]
                if move.sources is None or here in move.sources:
                    values[self.index[machine]] = template.states.index(move.destination)
        return State(tuple(values), left.tables)


def cut_steps(system: TransitionSystem, state: State) -> set[tuple[str, tuple[int, ...]]]:
    """Return the cuts that the system has in a state, by the fault with its own arguments."""
    found = set()
    for step, after in system.successors(state):
        cut = step.instance.cut
        if cut is not None:
            own = {n: v for n, v in step.arguments().items() if n in cut.own}
            inner = ", ".join(f"{k}={v}" for k, v in own.items())
            found.add((f"{step.event}({inner})" if inner else step.event, after.values))
    return found


