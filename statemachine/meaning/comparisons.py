"""What comparisons mean: of values, of states, of membership, of the event of a step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.event_words import (
    event_by,
    event_during,
    event_is,
    event_presence,
)
from twinrom.statemachine.meaning.references import state_is, there
from twinrom.statemachine.meaning.scope import ResolveError, gathered, kind_of
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from twinrom.statemachine.meaning.context import Context
    from twinrom.statemachine.meaning.scope import Typed
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.terms import Term

OF_EVENTS = {("event",): event_is, ("event", "by"): event_by, ("event", "during"): event_during}
POSITIVE = {"is not": "is", "not in": "in", "!=": "=="}


def compared(r: Context, left: e.Expr, pair: tuple[str, e.Expr]) -> Term:
    """Return the meaning of `left word right`."""
    word, right = pair
    if isinstance(left, e.Name) and left.path in OF_EVENTS:
        test = OF_EVENTS[left.path](r, left, POSITIVE.get(word, word), right)
        return _present(r, [left], word, test)
    if word in ("in", "not in"):
        return _membership(r, left, word, right)
    if word in ("is", "is not"):
        return _state_test(r, left, word, right)
    return _compare(r, left, word, right)


def _present(r: Context, sides: list[e.Expr], word: str, test: Term,
             *defined: Term) -> Term:
    """Return the test, or its negation, where both sides are something.

    Also the negation is false of nothing, and when the step lacks the argument that is compared.
    """
    present = [event_presence(r, side) for side in sides]
    return terms.conjunction([*(p for p in present if p is not None), *defined,
                              terms.negation(test) if word in POSITIVE else test])


def _membership(r: Context, left: e.Expr, word: str, right: e.Expr) -> Term:
    assert isinstance(right, e.Choice)  # noqa: S101 - the parser refuses anything else
    negated, of_states = word in POSITIVE, _of_states(r, r.value(left), right)

    def test(option: e.Expr) -> Term:
        if of_states:
            return _state_test(r, left, "is not" if negated else "is", option)
        return _compare(r, left, "!=" if negated else "==", option, option.span)

    join = terms.conjunction if negated else terms.disjunction
    return join(gathered(partial(test, option) for option in right.options))


def _of_states(r: Context, typed: Typed, right: e.Choice) -> bool:
    """Say whether the options are states of a machine rather than machines."""
    others = [str(o) for o in right.options if not _is_value(r, o)]
    if typed.machine is not None:
        return bool(others)
    states = r.vocabulary.model.templates[typed.sort.name].states if typed.sort.template else ()
    return any(name in states for name in others)


def _is_value(r: Context, option: e.Expr) -> bool:
    """Say whether the option is a machine rather than the name of a state."""
    v = r.vocabulary
    if not isinstance(option, e.Name) or len(option.path) > 1:
        return True
    name = option.path[0]
    return name == "none" or name in r.bound or name in v.model.machines or (
        name in v.definitions or name in v.variables or v.forgiven(name))


def _state_test(r: Context, left: e.Expr, word: str, right: e.Expr) -> Term:
    typed = r.value(left)
    if not typed.sort.template:
        known = () if typed.sort.unbounded else map(typed.sort.text, typed.sort.codes())
        hint = r.advice(f"{left} == {right}", *(f"{left} == {value}" for value in known))
        if typed.sort.boolean:
            hint = f"write `{left}`"
        r.refuse(left, f"`is` asks for the state of a machine, and `{left}` is "
                 f"{kind_of(typed.sort)}", hint)
    template = r.vocabulary.model.templates[typed.sort.name]
    state = str(right)
    if state not in template.states:
        machine = state in r.bound or state in r.vocabulary.model.machines
        hint = did_you_mean(state, template.states)
        if machine and (same := r.advice(f"{left} == {state}")):
            hint = f"to compare machines {same}"
        if isinstance(right, e.Junction) and right.operator == "or":
            hint = r.advice(f"{left} in ({', '.join(map(str, right.operands))})")
        if r.vocabulary.may_have(template):
            raise ResolveError
        r.refuse(right, f"`{template.name}` has no state `{state}`", hint)
    test = state_is(typed, template.states.index(state), r.vocabulary)
    return _present(r, [left], word, test, there(typed))


def _compare(r: Context, left: e.Expr, word: str, right: e.Expr,
             at: Span | None = None) -> Term:
    a, b = both(r, left, right)
    for side, other in ((left, b), (right, a)):
        if str(side) == "none" and "none" not in r.bound:
            _check_none(r, side, other.sort)
    whole = at or (left.span[0], max(right.span[1], left.span[1]))
    positive = POSITIVE.get(word, word)
    _check_sorts(r, whole, f"`{left} {positive} {right}`", (a, b))
    if positive != "==" and not a.sort.ordered:
        r.refuse(whole, f"`{left} {word} {right}` needs an order, and `{a.sort}` has none")
    return _present(r, [left, right], word, _holds(a, positive, b), a.defined, b.defined)


def _holds(a: Typed, word: str, b: Typed) -> Term:
    match word:
        case "==":
            return terms.equal(a.term, b.term)
        case "<":
            return terms.negation(terms.at_most(b.term, a.term))
        case "<=":
            return terms.at_most(a.term, b.term)
        case ">":
            return terms.negation(terms.at_most(a.term, b.term))
        case _:
            return terms.at_most(b.term, a.term)


def _check_sorts(r: Context, whole: Span, text: str, sides: tuple[Typed, Typed]) -> None:
    """Refuse the comparison of two sorts; a bare number compares with every ordered sort."""
    a, b = (typed.sort for typed in sides)
    if a.name == b.name:
        return
    if "" not in (a.name, b.name) or not (a.ordered and b.ordered):
        r.refuse(whole, f"{text} compares {kind_of(a)} with {kind_of(b)}")
    if a.optional or b.optional:
        r.refuse(whole, f"{text} compares a number with something that may be `none`")


def _check_none(r: Context, node: e.Expr, sort: Sort) -> None:
    """Refuse to compare with `none` what never is."""
    if not sort.optional:
        declared = sort.name and not sort.boolean
        r.refuse(node, f"{kind_of(sort)} is never `none`",
                 f"a variable that may be is declared as `{sort.name}?`" if declared else "")


def both(r: Context, left: e.Expr, right: e.Expr) -> tuple[Typed, Typed]:
    """Resolve two operands; a literal takes its sort from the other, unless that is computed."""
    if is_open(r, left):
        b = r.value(right)
        return r.value(left, None if isinstance(right, e.Arithmetic) else b.sort), b
    if is_open(r, right):
        a = r.value(left)
        return a, r.value(right, None if isinstance(left, e.Arithmetic) else a.sort)
    first, second = gathered(partial(r.value, side) for side in (left, right))
    return first, second


def is_open(r: Context, node: e.Expr) -> bool:
    """Say whether what `node` means depends on what it is compared with."""
    match node:
        case e.Literal():
            return True
        case e.Name((name,)):
            v = r.vocabulary
            known = name in r.bound or name in v.variables or name in v.definitions
            return not known and name != "event"
        case _:
            return False
