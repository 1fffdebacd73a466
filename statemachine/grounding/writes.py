"""The writes of a rule in their order: what power failing between them, or within one, leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.model import Move
from twinrom.statemachine.system import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.statemachine.grounding.effects import Effects
    from twinrom.statemachine.model import Rule, Template, Write
    from twinrom.statemachine.source.places import Place
    from twinrom.statemachine.system import GroundMove, Variable
    from twinrom.statemachine.terms import Term


class Change(NamedTuple):
    """The new value of one variable, with the moves that make it if it is a machine's state."""

    variable: Variable
    value: Term
    moves: tuple[GroundMove, ...]
    place: Place


class Writes:
    """The writes of one rule instance; the moves and assignments beside them are made already."""

    def __init__(self, effects: Effects, rule: Rule) -> None:
        self.effects, self.rule = effects, rule
        self.moves: dict[int, GroundMove] = {}
        self.entries: list[list[Change]] = []
        for write in rule.writes:
            changes = self._changes(write)
            self.entries += [changes] if write.listed else [[change] for change in changes]
        self._made()

    def _changes(self, write: Write) -> list[Change]:
        effects, found = self.effects, list[Change]()
        for change in write.changes:
            if isinstance(change, Move):
                made = [Change(effects.variables[m.machine], terms.constant(m.destination), (m,),
                               place) for m, place in effects.moves((change,), optional=False)]
            else:
                made = [Change(variable, value, (), change.place)
                        for variable, value in effects.values(change)]
            for one in made:
                if any(one.variable is other.variable for other in found):
                    effects.problems.add(one.place.problem(
                        f"this write changes `{one.variable.name}` a second time",
                        "what is written one after the other are two writes"))
            found += made
        return found

    def _made(self) -> None:
        """Add the last value of everything that is written to the updates of the step."""
        effects, last = self.effects, dict[int, Change]()
        for change in (c for entry in self.entries for c in entry):
            last[change.variable.index] = change
            for move in change.moves:
                self._moved(move, change.place)
        for change in last.values():
            effects.update(change.variable, change.value, change.place, None)

    def _moved(self, move: GroundMove, place: Place) -> None:
        """Go on from where the earlier writes left a machine; the first sources are the guard."""
        before = self.moves.get(move.machine)
        if before is None:
            self.moves[move.machine] = move
            return
        if move.sources is not None and before.destination not in move.sources:
            variable = self.effects.variables[move.machine]
            state = variable.sort.text(before.destination)
            self.effects.problems.add(place.problem(
                f"`{variable.name}` is `{state}` by then", "an earlier write moves it there"))
        self.moves[move.machine] = replace(before, destination=move.destination)


def entries(effects: Effects, rule: Rule, moves: Sequence[tuple[GroundMove, Place]],
            writes: Writes) -> tuple[Entry, ...]:
    """Return the writes of a rule that power can interrupt; none for those that it cannot.

    What else is persistent must be the only write: the order of several is asked for.
    """
    if rule.by == "fault" or rule.atomic is not None or not effects.model.loses_power:
        return ()
    found = [*writes.entries]
    groups = _groups(effects, moves, {c.variable.index for e in found for c in e})
    places = [groups[0][0].place if groups else rule.place,
              groups[1][0].place if len(groups) > 1 else rule.place.at("writes")]
    if groups and (found or len(groups) > 1):
        first = groups[0][0].variable.name
        second = groups[1][0].variable.name if len(groups) > 1 else ""
        message = (f"`{first}` and `{second}` survive power loss: which is written first?"
                   if second else f"`{first}` survives power loss: when is it written?")
        effects.problems.add(places[0].problem(
            message, f"give the order in `writes` (see {places[1]}), or say with `atomic` why "
            "there is none"))
    found = found or groups[:1]
    return tuple(Entry({c.variable.index: c.value for c in entry}, _torn(effects, entry),
                       {c.variable.index: c.place for c in entry}) for entry in found)


def _groups(effects: Effects, moves: Sequence[tuple[GroundMove, Place]],
            written: set[int]) -> list[list[Change]]:
    """Return what is changed beside `writes` and persistent; together what is one write."""
    machines = effects.model.machines
    torn = {effects.variables[m.machine].owner for m, _ in moves
            if _through_torn(m, effects.variables[m.machine], machines)}
    found: dict[str, list[Change]] = {}
    for index, value in effects.updates.items():
        variable = effects.variables[index]
        template = machines[str(variable.owner)]
        if index in written or not (variable.owner in torn or persists(variable, template)):
            continue
        own = tuple(m for m, _ in moves if m.machine == index)
        key = variable.owner if variable.owner in torn else variable.name
        found.setdefault(str(key), []).append(Change(variable, value, own, effects.places[index]))
    return [*found.values()]


def persists(variable: Variable, template: Template) -> bool:
    """Say whether the variable, of a machine of the template, survives power loss."""
    if variable.machine:
        return template.keeps_state and len(template.states) > 1
    return variable.own_name in template.persistent


def _through_torn(move: GroundMove, variable: Variable, machines: Mapping[str, Template]) -> bool:
    """Say whether a machine may come into its torn state, or out of it."""
    template = machines[str(variable.owner)]
    if template.torn is None:
        return False
    code = template.states.index(template.torn)
    return move.destination == code or move.sources is None or code in move.sources


def _torn(effects: Effects, entry: list[Change]) -> dict[int, Term]:
    """Return what there is instead of the new values when power fails within the write."""
    found: dict[int, Term] = {}
    for owner in dict.fromkeys(str(c.variable.owner) for c in entry):
        template = effects.model.machines[owner]
        own = [c for c in entry if c.variable.owner == owner]
        for change in own:
            formula = template.torn_values.get(change.variable.own_name)
            value = effects.declared(formula, change.variable) if formula else None
            if value is not None and not change.variable.machine:
                found[change.variable.index] = value
        if template.torn is None:
            continue
        state = effects.vocabulary.variables[owner]
        code = template.states.index(template.torn)
        moves = [m for c in own for m in c.moves]
        if moves and all(m.destination == code or m.sources == (code,) for m in moves):
            continue
        moved = [m.able(state.term()) if m.optional else terms.TRUE for m in moves]
        alone = [c.variable for c in own] == [state]
        touched = terms.disjunction(moved) if alone else terms.TRUE
        found[state.index] = terms.choose(touched, terms.constant(code), state.term())
    return found
