"""Which initial state is meant when only some variables and table rows are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.running.script import WordError, plain
from twinrom.statemachine.sorts import BOOL
from twinrom.statemachine.source.diagnostics import InputError, did_you_mean
from twinrom.statemachine.system import Conjunct
from twinrom.statemachine.tables import TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.statemachine.model import Model, Table
    from twinrom.statemachine.running.script import Word
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.system import State, TransitionSystem
    from twinrom.statemachine.terms import Term

FEW = 8


def cannot_start(system: TransitionSystem) -> Problem | None:
    """Return what to say of a system without an initial state; None where there may be one.

    Where too many states would have to be looked at, whoever enumerates them says so.
    """
    try:
        if starts_with(system, []) is not None:
            return None
    except TooLargeError:
        return None
    return nowhere(system.model)


def nowhere(model: Model) -> Problem:
    """Return what to say of a model without an initial state."""
    initials = [t.place.at("vars", name, "initial")
                for t in model.templates.values() for name in t.initials]
    if model.init or not initials:
        place, said = model.place.at("init", "require"), "all of this"
    else:
        place, said = initials[0], "this and every other `initial`"
    return place.problem(f"no state satisfies {said}", "there is nothing to check", at_key=True)


def starts_with(system: TransitionSystem, conditions: Sequence[Conjunct]) -> State | None:
    """Return an initial state with these conditions, if there is one.

    What nothing is said of has its first value. Raises `TooLargeError`.
    """
    read = terms.variables(c.term for c in (*system.init, *conditions))
    free = [Conjunct(v.name, terms.equal(v.term(), terms.constant(v.sort.codes()[0])))
            for v in system.variables if v.index not in read]
    return _first(system, [*conditions, *free])


def first_state(system: TransitionSystem, words: Sequence[Word]) -> State:
    """Return the first initial state in which all the words hold."""
    pinned = [_pinned(system, word) for word in words]
    found = _first(system, pinned)
    if found is not None:
        return found
    nothing = cannot_start(system)
    if nothing is not None:
        raise InputError([nothing])
    for word, conjunct in zip(words, pinned, strict=True):
        if _first(system, [conjunct]) is None:
            raise WordError(f"`{conjunct.text}` holds in no initial state",
                            _starts_as(system, word), word.value_at)
    together = " and ".join(f"`{conjunct.text}`" for conjunct in pinned)
    raise WordError(f"no initial state has {together}", "each of them alone is possible")


def starts(system: TransitionSystem, words: Sequence[Word]) -> Iterator[State]:
    """Yield every initial state in which all the words hold; there is one (`first_state`)."""
    pinned = [_pinned(system, word) for word in words]
    yield from system.extended((), pinned, system.instances).initial()


def _first(system: TransitionSystem, pinned: Sequence[Conjunct]) -> State | None:
    return next(system.extended((), pinned, system.instances).initial(), None)


def _pinned(system: TransitionSystem, word: Word) -> Conjunct:
    """Return what the word says of an initial state."""
    name = word.name if word.name in system.by_name else plain(word.name)
    head, bracket, rest = name.partition("(")
    sort, term = BOOL, terms.TRUE
    if not bracket and head in system.by_name:
        variable = system.by_name[head]
        sort, term = variable.sort, variable.term()
    elif bracket and head in system.tables:
        term = _entry(system.tables[head], rest.rstrip(")").split(", "), word)
    else:
        rows = {t.name: f"{t.name}({', '.join(map(str, t.of))})" for t in system.tables.values()}
        hint = f"write `{rows[head]}`" if head in rows else ""
        raise WordError(f"unknown {'table' if bracket else 'variable'} `{head}`",
                        hint or did_you_mean(head, [*system.by_name, *rows]), word.name_at)
    code = sort.code(word.value)
    if code is None:
        raise WordError(f"`{name}` cannot be `{word.value}`", _values_hint(word.value, sort),
                        word.value_at)
    text = f"{name}={sort.text(code)}"
    return Conjunct(text, terms.equal(term, terms.constant(code)))


def _entry(table: Table, cells: list[str], word: Word) -> Term:
    if len(cells) != len(table.of):
        raise WordError(f"`{table.name}` has {len(table.of)} arguments, not {len(cells)}",
                        f"write `{table.name}({', '.join(map(str, table.of))})`", word.name_at)
    codes = []
    for sort, cell in zip(table.of, cells, strict=True):
        code = sort.code(cell)
        if code is None:
            raise WordError(f"`{word.name}`: `{cell}` is not in `{sort}`", _values_hint(cell, sort),
                            word.name_at)
        codes.append(terms.constant(code))
    return terms.table(table.name, codes)


def _starts_as(system: TransitionSystem, word: Word) -> str:
    variable = system.by_name.get(word.name)
    if variable is None or variable.sort.size > FEW:
        return ""
    texts = map(variable.sort.text, variable.sort.codes())
    possible = [t for t in texts
                if _first(system, [_pinned(system, word._replace(value=t))]) is not None]
    return f"it starts as {' or '.join(possible)}"


def _values_hint(value: str, sort: Sort) -> str:
    texts = list(map(sort.text, sort.codes()))
    return did_you_mean(value, texts) or f"it is in {sort.describe()}"
