"""What a name can mean to the expressions of a file, and the error for one that means nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from twinrom.statemachine import terms
from twinrom.statemachine.model import ONLY_STATE
from twinrom.statemachine.sorts import Sort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from twinrom.statemachine.expression.formula import Formula
    from twinrom.statemachine.model import Definition, Model, Template
    from twinrom.statemachine.source.diagnostics import Problem
    from twinrom.statemachine.source.locate import Span
    from twinrom.statemachine.system import RuleInstance, Variable
    from twinrom.statemachine.terms import Term

Meaning = TypeVar("Meaning")

MAX_WORK = 400_000
MAX_LEVELS = 80
MAX_TERM_LEVELS = 150
MAX_TERM_SIZE = 200_000


class ResolveError(ValueError):
    """An expression does not mean anything; `problems` say where and why.

    There are none when an earlier mistake, already noted, is the reason.
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Typed:
    """A term with its sort; where `defined` does not hold it is nothing (and no truth holds).

    `machine` is set when it is one known machine. What is read of a machine is read in the state
    after the step where `later` holds.
    """

    term: Term
    sort: Sort
    machine: str | None = None
    later: Term = terms.FALSE
    defined: Term = terms.TRUE


BROKEN = Typed(terms.FALSE, Sort("?", 0, 0))  # what a name means whose binding has a mistake


@dataclass(frozen=True)
class Family:
    """Variables that are told apart by values: `hit(s1)`; `members` has them by their codes."""

    sorts: tuple[Sort, ...]
    value: Sort
    members: Mapping[tuple[int, ...], Variable]


@dataclass
class Vocabulary:
    """Everything a name can mean, apart from what is bound locally.

    `events`, when given, resolves what a step property may say of the event, and `rules` are those
    of which `enabled` speaks. `broken` has the names whose declaration has a mistake of its own
    (`*`: any name may be one of them).
    """

    model: Model
    variables: Mapping[str, Variable]
    sorts: Mapping[str, Sort]
    definitions: Mapping[str, Definition]
    events: EventWords | None = None
    expanded: dict[tuple[object, ...], Typed] = field(default_factory=dict)
    work: int = 0
    broken: frozenset[str] = frozenset()
    level: int = 0
    advising: bool = False
    extents: dict[Term, tuple[int, int]] = field(default_factory=dict)
    rules: Sequence[RuleInstance] | None = None
    families: Mapping[str, Family] = field(default_factory=dict)

    def labelled(self, name: str) -> Iterator[Sort]:
        """Return the sorts that have a value called `name`."""
        return (s for s in self.sorts.values() if s.labels and name in s.labels and not s.boolean)

    def taken(self, name: str) -> bool:
        """Say whether `name` means something everywhere, so that nothing can be bound to it."""
        known = (self.model.machines, self.model.tables, self.variables, self.sorts,
                 self.definitions, self.families)
        return any(name in names for names in known) or any(self.labelled(name))

    def forgiven(self, name: str) -> bool:
        """Say whether an earlier mistake explains that `name` means nothing."""
        return "*" in self.broken or name in self.broken

    def may_have(self, template: Template) -> bool:
        """Say whether a mistake elsewhere may be why a state of the template is not known."""
        return "*" in self.broken and template.states == (ONLY_STATE,)

    def too_large(self, term: Term) -> bool:
        """Say whether `term`, written out as a tree, is too deep or too large to be computed."""
        todo = [term]
        while todo:
            top = todo[-1]
            inner = [a for a in top.arguments if a not in self.extents]
            if inner:
                todo += inner
                continue
            found = [self.extents[a] for a in top.arguments]
            self.extents[todo.pop()] = (
                1 + max((level for level, _ in found), default=0),
                1 + sum(size for _, size in found))
        levels, size = self.extents[term]
        return levels > MAX_TERM_LEVELS or size > MAX_TERM_SIZE


class EventWords:
    """What may be said about the event of a step; the layer that knows the steps fills it in."""

    def is_event(self, name: str) -> Term | None:
        """Return the term for `event is name`, None for an unknown name."""
        raise NotImplementedError

    def by(self, actor: str) -> Term | None:
        """Return the term for `event.by == actor`, None for an unknown actor."""
        raise NotImplementedError

    def during(self, name: str) -> Term | None:
        """Return the term for `event.during == name`, None for an unknown name."""
        raise NotImplementedError

    def argument(self, name: str) -> tuple[Term, Typed] | str | None:
        """Return whether the step has the argument, and its value; or why it cannot be used."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """Return all names of events and rules."""
        raise NotImplementedError

    def arguments(self) -> list[str]:
        """Return the names of all arguments."""
        return []


def gathered(tries: Iterable[Callable[[], Meaning]]) -> list[Meaning]:
    """Return the results of all tries; when some fail, raise the problems of all of them."""
    found: list[Meaning] = []
    failures: list[ResolveError] = []
    for attempt in tries:
        try:
            found.append(attempt())
        except ResolveError as error:
            failures.append(error)
    if failures:
        raise ResolveError(*(p for failure in failures for p in failure.problems))
    return found


def check_known(term: Term, formula: Formula, span: Span) -> None:
    """Raise `ResolveError` when the value of `term` ranges over a sort without end."""
    if terms.unknowable(term):
        raise ResolveError(formula.problem("this runs over a sort that is any integer here", span,
                                           "give the sort a range, or list the values"))


def in_sort(typed: Typed, sort: Sort) -> Term:
    """Return what says that the value is one of `sort`, given that the sorts are of one kind."""
    value = typed.term
    if value.boolean:
        return terms.TRUE
    if sort.unbounded:
        needed = typed.sort.optional and not sort.optional
        none = terms.equal(value, terms.constant(sort.none))
        return terms.negation(none) if needed else terms.TRUE
    lowest = sort.low if typed.sort.optional else sort.plain_low  # a computed number is never none
    low, high = terms.constant(lowest), terms.constant(sort.high)
    return terms.conjunction([terms.at_most(low, value), terms.at_most(value, high)])


def kind_of(sort: Sort) -> str:
    """Return what a value of the sort is called in an error."""
    if not sort.name:
        return "a number"
    article = "an" if sort.name[0].lower() in "aeiou" else "a"
    return f"{article} `{sort}`"
