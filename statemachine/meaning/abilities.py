"""Whether an event can happen: `enabled(EVENT, argument=value)`, its guards written out."""

from __future__ import annotations

import itertools
from functools import partial
from math import prod
from typing import TYPE_CHECKING

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax as e
from twinrom.statemachine.meaning.event_words import event_presence, refuse_steps, unknown_event
from twinrom.statemachine.meaning.scope import Typed, gathered, in_sort, kind_of
from twinrom.statemachine.sorts import BOOL
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.statemachine.meaning.context import Context
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.system import Argument, RuleInstance
    from twinrom.statemachine.terms import Term

MAX_PAYLOADS = 20_000


def at_payloads(term: Term, given: Sequence[Argument]) -> Iterator[Term]:
    """Yield `term` for each choice of those payloads among `given` that it reads."""
    read = {t.value for t in terms.leaves([term]) if t.operator == "payload"}
    chosen = [a for a in given if a.name in read]
    for codes in itertools.product(*(a.sort.codes() for a in chosen)):
        values = {a.name: terms.coded(code, boolean=a.sort.boolean)
                  for a, code in zip(chosen, codes, strict=True)}
        yield _with(term, values) if values else term


def _with(term: Term, payload: Mapping[str, Term]) -> Term:
    """Return `term` with payloads filled in."""

    def leaf(t: Term) -> Term | None:
        return payload.get(t.value) if t.operator == "payload" else None

    return terms.rebuild(term, leaf, {})


def enabled(r: Context, node: e.Call) -> Typed:
    """Return where some rule of an event, as it is written, has a true guard."""
    if r.vocabulary.rules is None:
        r.refuse(node, f"`{e.ENABLED}` belongs into a spec")
    if len(node.arguments) - len(node.names) != 1:
        r.refuse(node, f"`{e.ENABLED}` takes an event, and its arguments by name",
                 f"write `{e.ENABLED}(EVENT, argument=value)`")
    event, *values = node.arguments
    name = str(event)
    if name not in r.vocabulary.model.event_names():
        unknown_event(r, event, r.vocabulary.model.event_names())
    rules = [i for i in r.vocabulary.rules if name in (i.rule.event, i.rule.name)]
    if not rules:
        for value in values:
            refuse_steps(r, value)
        return Typed(terms.FALSE, BOOL)
    named = zip(node.names, node.name_spans, strict=True)
    tries = (partial(_asked, r, node, rules, *pair) for pair in zip(named, values, strict=True))
    asked = dict(zip(node.names, gathered(tries), strict=True))
    if len(asked) < len(node.names):
        again = next(i for i, n in enumerate(node.names) if n in node.names[:i])
        r.refuse(node.name_spans[again], f"`{node.names[again]}` is given twice")
    present = [event_presence(r, value) for value in values]
    holds = terms.disjunction(t for i in rules for t in _guards(r, node, i, asked))
    return Typed(terms.conjunction([*(p for p in present if p is not None), holds]), BOOL)


def _asked(r: Context, node: e.Call, rules: Sequence[RuleInstance], named: tuple[str, Span],
           value: e.Expr) -> Typed:
    """Return the value that an argument is to have."""
    event, (name, span) = node.arguments[0], named
    having = [a for i in rules for a in (*i.arguments, *i.given)]
    sorts = {a.sort.name: a.sort for a in having if a.name == name}
    if not sorts:
        known = sorted({a.name for a in having})
        r.refuse(span, f"no rule of `{event}` has an argument `{name}`",
                 did_you_mean(name, known) or "it has none")
    if len(sorts) > 1:
        kinds = " and ".join(kind_of(sorts[s]) for s in sorted(sorts))
        r.refuse(span, f"`{name}` of `{event}` is {kinds}, in different rules")
    sort = next(iter(sorts.values()))
    typed = r.value(value, sort)
    number = sort.ordered and typed.sort.ordered and not typed.sort.name
    if typed.sort.name != sort.name and not number:
        r.refuse(value, f"expected {kind_of(sort)}, and `{value}` is {kind_of(typed.sort)}")
    return typed


def _guards(r: Context, node: e.Call, instance: RuleInstance,
            asked: Mapping[str, Typed]) -> Iterator[Term]:
    """Yield guards one of which holds where the rule can happen with these arguments.

    What a rule does not have cannot tell it apart, as for overlaps and `can_happen`.
    """
    fixed = {a.name: a for a in instance.arguments}
    given = {a.name: a for a in instance.given}
    here = [terms.equal(fixed[n].term, v.term) if n in fixed else in_sort(v, given[n].sort)
            for n, v in asked.items() if n in fixed or n in given]
    here += [v.defined for v in asked.values()]
    own = terms.later(instance.guard) if r.later else instance.guard
    guard = _with(own, {n: v.term for n, v in asked.items() if n in given})
    read = {t.value for t in terms.leaves([guard]) if t.operator == "payload"}
    if any(given[n].sort.unbounded for n in read):
        yield terms.opaque(0, 1, boolean=True)
        return
    choices = prod(len(given[n].sort.codes()) for n in read)
    if choices > MAX_PAYLOADS:
        r.refuse(node, f"`{instance.name}` has {choices:,} payloads to look at, and at most "
                 f"{MAX_PAYLOADS:,} are written out", "name its arguments")
    for chosen in at_payloads(guard, instance.given):
        yield terms.conjunction([*here, chosen])
