"""The writes of a rule in their order: what power failing between them, or within one, leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.grounding.moves import moves_to
from twinrom.statemachine.model import Move
from twinrom.statemachine.system import Conjunct, Entry, Obligation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine.grounding.effects import Effects
    from twinrom.statemachine.model import Rule, Template, Write
    from twinrom.statemachine.source.places import Place
    from twinrom.statemachine.system import GroundMove, Variable
    from twinrom.statemachine.terms import Term


class Change(NamedTuple):
    """The new value of one variable, with the moves that make it if it is a machine's state.

    What is written through a reference is a change of each machine that may be meant, `where` it
    is; elsewhere the value is the old one.
    """

    variable: Variable
    value: Term
    moves: tuple[GroundMove, ...]
    place: Place
    where: Term = terms.TRUE


class Writes:
    """The writes of one rule instance; the moves and assignments beside them are made already."""

    def __init__(self, effects: Effects, rule: Rule) -> None:
        self.effects, self.rule = effects, rule
        self.moved: dict[int, list[GroundMove]] = {}
        self.done: dict[int, Change] = {}
        self.guard: list[Conjunct] = []
        self.entries: list[list[Change]] = []
        for write in rule.writes:
            self.entries += self._made(write)
        for change in self.done.values():
            effects.update(change.variable, change.value, change.place, None)

    def moves(self) -> Iterator[GroundMove]:
        """Yield the moves of the step, from the state before it to that after."""
        for index, made in self.moved.items():
            first, *_, last = *made, made[-1]
            if all(move.where is terms.TRUE for move in made):
                yield replace(first, destination=last.destination)
            else:
                variable = self.effects.variables[index]
                yield from moves_to(variable, self.done[index].value, last.target)

    def _made(self, write: Write) -> list[list[Change]]:
        """Return the entries of one write: a list is one, and so is a reference."""
        found: list[list[Change]] = []
        for change in write.changes:
            if isinstance(change, Move):
                made = [Change(self.effects.variables[m.machine], terms.constant(m.destination),
                               (m,), place, m.where)
                        for m, place in self.effects.moves((change,), optional=False)]
                self._moved([(m, c.place) for c in made for m in c.moves])
            else:
                made = [Change(variable, value, (), change.place, where)
                        for variable, value, where in self.effects.values(change)]
            several = any(c.where is not terms.TRUE for c in made)
            found += [made] if several else [[c] for c in made]
        entries = [[c for made in found for c in made]] if write.listed else found
        return [self._entry(entry) for entry in entries]

    def _entry(self, changes: list[Change]) -> list[Change]:
        """Return the changes of one entry with the values that they leave."""
        found: dict[int, Change] = {}
        for change in changes:
            index = change.variable.index
            if index in found:
                self._twice(change, found[index])
            before = self.done[index].value if index in self.done else change.variable.term()
            value = terms.choose(change.where, change.value, before)
            self.done[index] = found[index] = change._replace(value=value)
        return list(found.values())

    def _twice(self, change: Change, other: Change) -> None:
        effects, name = self.effects, change.variable.name
        both = terms.conjunction([change.where, other.where])
        if change.where is other.where:
            effects.problems.add(change.place.problem(
                f"this write changes `{name}` a second time",
                "what is written one after the other are two writes"))
        elif both is not terms.FALSE:
            effects.obligations.append(Obligation(
                name, terms.negation(both), change.place, "is changed under two names"))

    def _moved(self, moves: list[tuple[GroundMove, Place]]) -> None:
        """Go on from where the earlier writes left a machine; the first sources are the guard."""
        able = []
        for move, place in moves:
            state = self.effects.variables[move.machine].term()
            earlier = self.moved.get(move.machine, [])
            reached = terms.disjunction(e.where for e in earlier)
            able.append(terms.disjunction([
                terms.conjunction([move.where, reached]), move.able(state)]))
            later = terms.FALSE
            for last in reversed(earlier):
                here = terms.conjunction([move.where, last.where, terms.negation(later)])
                later = terms.disjunction([later, last.where])
                if move.sources is not None and last.destination not in move.sources:
                    self._too_late(move, last, here, place)
        for move, _ in moves:
            self.moved.setdefault(move.machine, []).append(move)
        if not moves:
            return
        if any(move.where is not terms.TRUE for move, _ in moves):
            conjunct = self.effects.possible(*(move for move, _ in moves))
            self.guard.append(replace(conjunct, term=terms.disjunction(able)))
        else:
            self.guard += [replace(self.effects.possible(move), term=term)
                           for (move, _), term in zip(moves, able, strict=True)]

    def _too_late(self, move: GroundMove, last: GroundMove, here: Term, place: Place) -> None:
        """Note that an earlier write has moved the machine where this one cannot start."""
        variable = self.effects.variables[move.machine]
        state = variable.sort.text(last.destination)
        if move.where is last.where and here is not terms.FALSE:
            self.effects.problems.add(place.problem(
                f"`{variable.name}` is `{state}` by then", "an earlier write moves it there"))
        elif here is not terms.FALSE:
            self.effects.obligations.append(Obligation(
                variable.name, terms.negation(here), place, f"is `{state}` by then"))


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
    made: list[Entry] = []
    done: dict[int, Term] = {}
    for entry in found:
        torn, tears = _torn(effects, entry, done)
        made.append(Entry(
            {c.variable.index: c.value for c in entry}, torn,
            {c.variable.index: c.place for c in entry},
            {c.variable.index: c.where for c in entry if c.where is not terms.TRUE}, tears))
        done |= made[-1].values
    return tuple(made)


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
        whole, tail = variable.owner in torn, "" if variable.machine else f".{variable.own_name}"
        for path, where in effects.through.get(index, {str(variable.owner): terms.TRUE}).items():
            found.setdefault(path if whole else path + tail, []).append(
                Change(variable, value, own, effects.places[index], where))
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


def _torn(effects: Effects, entry: list[Change],
          done: Mapping[int, Term]) -> tuple[dict[int, Term], Term]:
    """Return what there is instead of the new values when power fails within the write, and where.

    What is torn is asked of the machines that are meant; `also` counts as if all of them moved.
    """
    found: dict[int, Term] = {}
    tears: list[Term] = []
    for owner in dict.fromkeys(str(c.variable.owner) for c in entry):
        template = effects.model.machines[owner]
        own = [c for c in entry if c.variable.owner == owner]
        for change in own:
            formula = template.torn_values.get(change.variable.own_name)
            value = effects.declared(formula, change.variable) if formula else None
            if value is not None and not change.variable.machine:
                found[change.variable.index] = terms.choose(change.where, value, change.value)
                tears.append(change.where)
        if template.torn is None:
            continue
        state = effects.vocabulary.variables[owner]
        code = template.states.index(template.torn)
        moves = [m for c in own for m in c.moves]
        safe = [m for m in moves if m.destination == code or m.sources == (code,)]
        if moves and len(safe) == len(moves) and all(m.where is terms.TRUE for m in safe):
            continue
        covered = {m.where for m in safe} if any(m.where is not terms.TRUE for m in safe) else set()
        moved = [m.able(state.term()) if m.optional else m.where for m in moves
                 if m.where not in covered]
        alone = [c.variable for c in own] == [state]
        changed = [c.where for c in own if c.where not in covered]
        touched = terms.conjunction([terms.disjunction(moved if alone else changed),
                                     *map(terms.negation, covered)])
        left = next((c.value for c in own if c.variable is state and c.where is not terms.TRUE),
                    done.get(state.index, state.term()))
        if touched is not terms.FALSE:
            found[state.index] = terms.choose(touched, terms.constant(code), left)
            through = any(c.where is not terms.TRUE for c in own)
            tears.append(touched if through else terms.TRUE)
    return found, terms.disjunction(tears)
