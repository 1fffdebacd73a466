"""Small conditions over what a rule can look at: its own machines, single machines, its arguments.

Each reads one variable, one payload or the column alone, so what it adds to a guard is decided
without any search: which of the values that the guard allows it leaves.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from twinrom.proofs.mutation.mutant import allowed, filled, instances_of, named_in
from twinrom.statemachine import Sort, ground, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.statemachine import Model, Rule, RuleInstance, TransitionSystem

FEW = 4
NEVER = "False"


class Small(NamedTuple):
    """A condition `path word value`; of a truth value `path`, or `not path`."""

    path: str
    word: str
    value: str

    def __str__(self) -> str:
        match self.word:
            case "":
                return self.path
            case "not":
                return f"not {self.path}"
        return f"{self.path} {self.word} {self.value}"

    @property
    def positive(self) -> bool:
        """Say whether it asks for its value, and not for any other."""
        return self.word in ("", "is", "==")


Values: TypeAlias = frozenset[int]


class Left(NamedTuple):
    """What a condition reads in one instance, and its values before the condition and after."""

    read: terms.Term | str
    before: Values
    after: Values


def small_conditions(model: Model, rule: Rule) -> Iterator[str]:
    """Yield, as text, what the guard of a rule does not say already; of what is alike, the first.

    The last of them is `False`: it stands for all that never hold where the guard does.
    """
    system = ground(model)
    guards = [(i, allowed(i)) for i in instances_of(system, rule)]
    told: set[tuple[tuple[terms.Term | str, Values], ...]] = set()
    for condition in _conditions(model, [i for i, _ in guards], rule):
        left = [_left(condition, instance, guard, system) for instance, guard in guards]
        known = [one for one in left if one is not None]
        alike = tuple((one.read, one.after) for one in known)
        narrows = any(one.after != one.before for one in known)
        if len(known) == len(left) and any(one.after for one in known) and narrows and (
            alike not in told
        ):
            told.add(alike)
            yield str(condition)
    if guards:
        yield NEVER


def _left(
    condition: Small, instance: RuleInstance, guard: dict[terms.Term, Values],
    system: TransitionSystem,
) -> Left | None:
    """Return what a condition leaves of a guard; None where what it names is not there."""
    fixed = {a.name: a for a in instance.arguments}
    if condition.path in fixed and condition.word == "==":
        same = filled(condition.path, instance) == filled(condition.value, instance)
        return Left(f"column {condition.path}", frozenset({1}), frozenset({1} if same else ()))
    payload = next((a for a in instance.given if a.name == condition.path), None)
    variable = system.by_name.get(filled(condition.path, instance))
    if payload is not None:
        read, sort = payload.term, payload.sort
    elif variable is not None:
        read, sort = variable.term(), variable.sort
    else:
        return None
    code = 1 if sort.boolean else sort.code(filled(condition.value, instance))
    before = guard.get(read, frozenset(sort.codes()))
    return Left(read, before, frozenset(c for c in before if (c == code) == condition.positive))


def _conditions(model: Model, instances: list[RuleInstance], rule: Rule) -> Iterator[Small]:
    """Yield every condition that can be said of a rule, whether its guard says so or not."""
    if not instances:
        return
    columns = {a.name: a.sort for a in instances[0].arguments}
    columns = {name: sort for name, sort in columns.items()
               if all(a.sort.name == sort.name for i in instances for a in i.arguments
                      if a.name == name)}  # fmt: skip
    own = [name for name, sort in columns.items() if sort.template]
    for path in dict.fromkeys(chain(own, _named(model, rule), _single(model))):
        machine = filled(path, instances[0])
        for tail in _parts(model, machine):
            yield from _of_machine(model, path + tail, machine + tail, columns)
    for name, sort in rule.given.items():
        yield from _of_value(name, sort, _few(sort))
    for name in columns:
        values = list(dict.fromkeys(filled(name, i) for i in instances))
        for value in values if len(values) == 2 else values[:-1][:1]:  # noqa: PLR2004 - of more, all are alike
            yield Small(name, "==", value)


def _named(model: Model, rule: Rule) -> Iterator[str]:
    """Yield the machines that a rule names itself."""
    for path in named_in(rule):
        words = path.split(".")
        starts = (".".join(words[:end]) for end in range(len(words), 0, -1))
        yield from [start for start in starts if start in model.machines][:1]


def _single(model: Model) -> Iterator[str]:
    """Yield the machines of which there is one."""
    for template in model.templates.values():
        if len(template.instances) == 1 and "." not in template.instances[0]:
            yield template.instances[0]


def _parts(model: Model, machine: str) -> Iterator[str]:
    """Yield what to write behind a machine for itself and for each of its parts."""
    yield ""
    yield from (m[len(machine) :] for m in model.machines if m.startswith(f"{machine}."))


def _of_machine(
    model: Model, path: str, machine: str, columns: dict[str, Sort]
) -> Iterator[Small]:
    template = model.machines[machine]
    for state in template.states if len(template.states) > 1 else ():
        yield Small(path, "is", state)
        yield Small(path, "is not", state)
    for name, sort in template.variables.items():
        values = [n for n, s in columns.items() if s.name == sort.name] or _few(sort)
        if name in template.own:
            inside = model.templates[sort.name].instances
            values = [path + t for t in _parts(model, machine) if machine + t in inside]
        yield from _of_value(f"{path}.{name}", sort, values)


def _of_value(path: str, sort: Sort, values: Iterable[str]) -> Iterator[Small]:
    """Yield what can be asked of a variable or a payload: whether it has one of some values."""
    if sort.boolean:
        yield Small(path, "", "")
        yield Small(path, "not", "")
        return
    for value in (*(["none"] if sort.optional else []), *values):
        yield Small(path, "==", value)
        if sort.optional:
            yield Small(path, "!=", value)


def _few(sort: Sort) -> list[str]:
    """Return the values but `none`; of many, the first and the last."""
    if sort.unbounded:
        return []
    codes = range(sort.plain_low, sort.high + 1)
    return [sort.text(code) for code in (codes if len(codes) <= FEW else (codes[0], codes[-1]))]
