"""What a step property says about the event of a step, as terms over rule instances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.statemachine import (
    BOOL,
    EventWords,
    ResolveError,
    Resolver,
    RuleInstance,
    Sort,
    Typed,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.statemachine import Formula, Model, Obligation, Vocabulary
    from twinrom.statemachine.terms import Term


class StepWords(EventWords):
    """The words `event is`, `event.by` and `event.argument` over the instances of a system."""

    def __init__(self, model: Model, instances: Sequence[RuleInstance]) -> None:
        self.model = model
        self.instances = instances

    def _where(self, chosen: Iterable[RuleInstance]) -> Term:
        return terms.event(frozenset(instance.index for instance in chosen))

    def is_event(self, name: str) -> Term | None:
        """Return the term for `event is name`; a name is an event or a rule."""
        if name not in self.names():
            return None
        return self._where(i for i in self.instances if name in (i.rule.event, i.rule.name))

    def by(self, actor: str) -> Term | None:
        """Return the term for `event.by == actor`; `automatic` and `environment` mean all such."""
        actors = self.model.actors
        meant = {actor} if actor in actors else {name for name in actors if actors[name] == actor}
        return self._where(i for i in self.instances if i.rule.by in meant) if meant else None

    def during(self, name: str) -> Term | None:
        """Return the term for `event.during == name`: the step cuts the event, or the rule."""
        if name not in self.names():
            return None
        return self._where(i for i in self.instances if i.cut is not None
                           and name in (i.cut.rule.event, i.cut.rule.name))

    def argument(self, name: str) -> tuple[Term, Typed] | str | None:
        """Return whether a step has the argument, and its value over all steps that have it."""
        found = [(i, a) for i in self.instances for a in (*i.arguments, *i.given) if a.name == name]
        if not found:  # a policy may be asked about cuts, and of events that it takes away
            asked = {"during": BOOL, "torn": BOOL, "written": Sort("", 0, 0)}
            sort = {**self.model.absent, **asked}.get(name)
            return (terms.FALSE, Typed(sort.constant(0), sort)) if sort else None
        sorts = {a.sort.name for _, a in found}
        if len(sorts) > 1:
            kinds = " and ".join(f"a `{s}`" for s in sorted(sorts))
            return f"`event.{name}` is {kinds}, in different rules"
        low, high = min(a.sort.low for _, a in found), max(a.sort.high for _, a in found)
        widest = next((a.sort for _, a in found if a.sort.optional), found[0][1].sort)
        sort = replace(widest, low=low, high=high)
        value = terms.argument(name, low, high, boolean=sort.boolean)
        return self._where(i for i, _ in found), Typed(value, sort)

    def names(self) -> list[str]:
        """Return all names of events and rules."""
        return self.model.event_names()

    def arguments(self) -> list[str]:
        """Return the names of all arguments."""
        return sorted({a.name for i in self.instances for a in (*i.arguments, *i.given)})


class WordsOfDamaged(StepWords):
    """The same words over what is left of a damaged model: what it may have lost is no mistake."""

    def __init__(self, model: Model, instances: Sequence[RuleInstance],
                 *, whole: bool) -> None:
        super().__init__(model, instances)
        self.lost = not whole
        rules = model.rules.values()
        self.written = {name for rule in rules for name in rule.given} | {
            name for rule in rules for column in rule.columns for name, _ in column}

    def is_event(self, name: str) -> Term | None:
        """Return the term for `event is name`; false where the event may be a lost one."""
        return super().is_event(name) or (terms.FALSE if self.lost else None)

    def by(self, actor: str) -> Term | None:
        """Return the term for `event.by == actor`; false where the actor may be a lost one."""
        return super().by(actor) or (terms.FALSE if self.lost else None)

    def during(self, name: str) -> Term | None:
        """Return the term for `event.during == name`; false where it may be a lost one."""
        return super().during(name) or (terms.FALSE if self.lost else None)

    def argument(self, name: str) -> tuple[Term, Typed] | str | None:
        """Return whether a step has the argument; raises `ResolveError` where a lost one may."""
        found = super().argument(name)
        if not isinstance(found, tuple) and (self.lost or name in self.written):
            raise ResolveError
        return found


def says_of_steps(kind: Kind, of_states: Vocabulary, whenever: Iterable[Formula],
                  bound: Mapping[str, Typed]) -> bool:
    """Say whether `whenever` of a property is said of steps: it means nothing of states alone.

    Of a step property it always is. Its terms do not tell: what a policy decides of every step (an
    event without rules never happens) is gone from them.
    """
    if kind.goal_in_step or not kind.whenever_in_step:
        return kind.goal_in_step
    words = replace(of_states, expanded={})
    try:
        for formula in whenever:
            Resolver(words, formula, bound).truth(formula.expr)
    except ResolveError:
        return True
    return False


def at_instance(term: Term, instance: RuleInstance, memo: dict[Term, Term], *,
                updated: bool) -> Term:
    """Return what `term` says of steps by `instance`, over the state before and the payload.

    With `updated`, later variables are replaced by what the rule makes of them (the weakest
    precondition of the step).
    """
    arguments = {a.name: a.term for a in (*instance.arguments, *instance.given)}

    def leaf(t: Term) -> Term | None:
        match t.operator:
            case "event":
                return terms.truth(instance.index in t.value)
            case "argument":
                absent = terms.FALSE if t.boolean else terms.constant(t.low)
                return arguments.get(t.value) or absent
            case "after" if updated:
                before = terms.variable(t.value, t.low, t.high, boolean=t.boolean)
                return instance.updates.get(t.value, before)
            case _:
                return None

    return terms.rebuild(term, leaf, memo)


def with_payload(term: Term, given: Mapping[str, int]) -> Term:
    """Return `term` with the payload filled in, as far as it is given."""

    def leaf(t: Term) -> Term | None:
        if t.operator != "payload" or t.value not in given:
            return None
        return terms.coded(given[t.value], boolean=t.boolean)

    return terms.rebuild(term, leaf, {})


def reads_payload(term: Term) -> bool:
    """Say whether the term depends on a payload."""
    return any(t.operator == "payload" for t in terms.leaves([term]))


def with_updates(instance: RuleInstance,
                 updates: Mapping[int, tuple[Term, list[Obligation]]]) -> RuleInstance:
    """Return the rule instance with what it makes of the observers."""
    memo: dict[Term, Term] = {}
    values = {i: at_instance(term, instance, memo, updated=True)
              for i, (term, _) in updates.items()}
    duties = [replace(duty, term=at_instance(duty.term, instance, memo, updated=True))
              for _, found in updates.values() for duty in found]
    open_duties = tuple(d for d in duties if d.term is not terms.TRUE)
    return replace(instance, updates={**instance.updates, **values},
                   obligations=(*instance.obligations, *open_duties))
