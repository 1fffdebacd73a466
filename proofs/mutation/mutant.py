"""Mutants as plain data, so that a worker process makes the same one again from the model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from twinrom.statemachine import Formula, ground, parse, terms
from twinrom.statemachine import syntax as e

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.statemachine import (
        Model,
        Move,
        Place,
        Rule,
        RuleInstance,
        Template,
        TransitionSystem,
    )


Item = TypeVar("Item")


@dataclass(frozen=True)
class Mutant:
    """One change: its `kind`, the rule, and the place in it.

    `part` is the key of the rule (`when`, `moves`, `also`, `sets`, `writes`, `power`, `by`, `on`),
    `position` the item below it; of `when` it counts conjuncts. `to` is the new state, or actor,
    or the condition that a guard gets.
    """

    name: str
    rule: str
    kind: str
    part: str
    position: int = 0
    to: str = ""


def free_name(model: Model, name: str) -> str:
    """Return the name, longer where the model has a rule or an event of that name."""
    known = model.event_names()
    while name in known:
        name += "_"
    return name


def condition(text: str, rule: Rule) -> Formula:
    """Return a condition that a mutant adds to a rule."""
    return Formula(parse(text), rule.place)


def one_machine(model: Model, move: Move) -> bool:
    """Say whether the move is of one machine: a template stands for as many as it has."""
    template = model.templates.get(move.target)
    return template is None or move.target in model.machines


def template_of(model: Model, rule: Rule, move: Move) -> Template | None:
    """Return the template of what a move moves; None at a size at which there is no such rule."""
    system = ground(model)
    machine = next((m.machine for i in system.instances if i.rule is rule
                    for m in i.moves if m.target == move.target), None)  # fmt: skip
    return None if machine is None else model.machines[system.variables[machine].name]


def moved(model: Model, rule: Rule, move: Move) -> Template | None:
    """Return the template of the one machine that a move moves; None where it is of several."""
    return template_of(model, rule, move) if one_machine(model, move) else None


def instead(items: tuple[Item, ...], position: int, *new: Item) -> tuple[Item, ...]:
    """Return the items with others, or with none, in the place of one."""
    return (*items[:position], *new, *items[position + 1 :])


def in_one_write(rule: Rule, template: Template | None) -> Rule:
    """Return the rule as atomic, if a move of such a machine tells when something is written."""
    torn = template is not None and template.torn is not None
    return replace(rule, atomic=rule.atomic or "a mutant") if torn else rule


def follow_up(rule: Rule, name: str, place: Place, **does: Any) -> Rule:
    """Return a rule of the same actor, with an event of its own, that does nothing but `does`.

    It has those columns of the rule that tell apart what it names, and no payload. `place` is below
    that of the rule, where no columns are written.
    """
    bare = replace(
        rule, name=name, event=name, kind=name, given={}, moves=(), also=(), when=(), sets=(),
        writes=(), power=None, cuts=False, says=None, nondeterministic=False, place=place,
    )  # fmt: skip
    made = replace(bare, **does)
    heads = {path.partition(".")[0] for path in named_in(made)}
    columns = (tuple(pair for pair in column if pair[0] in heads) for column in rule.columns)
    return replace(made, columns=tuple(dict.fromkeys(columns)))


def instances_of(system: TransitionSystem, rule: Rule) -> list[RuleInstance]:
    """Return what the rule is with each of its columns."""
    return [i for i in system.written if i.rule is rule]


def allowed(instance: RuleInstance) -> dict[terms.Term, frozenset[int]]:
    """Return the values of a variable, or a payload, that those conjuncts allow that read it alone.

    What is not in it may have any value.
    """
    found: dict[terms.Term, frozenset[int]] = {}
    for part in terms.separated(c.term for c in instance.conjuncts):
        read = terms.leaves([part])
        if len(read) == 1:
            leaf = next(iter(read))
            if leaf.operator in ("variable", "payload"):
                every = range(leaf.low, leaf.high + 1)
                codes = frozenset(code for code in every if _holds(part, leaf, code))
                found[leaf] = found.get(leaf, codes) & codes
    return found


def _holds(term: terms.Term, leaf: terms.Term, code: int) -> bool:
    value = terms.coded(code, boolean=leaf.boolean)
    return terms.rebuild(term, lambda t: value if t is leaf else None, {}) is terms.TRUE


def named_in(rule: Rule) -> Iterator[str]:
    """Yield every path that a rule names, as it is written."""
    yield from (move.target for move in rule.all_moves)
    yield from (assignment.target for assignment in rule.assignments)
    todo: list[e.Expr] = [*(f.expr for f in rule.when), *(a.value.expr for a in rule.assignments)]
    while todo:
        node = todo.pop(0)
        todo += e.parts(node)
        if isinstance(node, e.Name):
            yield str(node)


def filled(path: str, instance: RuleInstance) -> str:
    """Return a path, or a value, with the column filled in."""
    head, dot, rest = path.partition(".")
    for argument in instance.arguments:
        if argument.name == head:
            return f"{argument.sort.text(argument.term.low)}{dot}{rest}"
    return path
