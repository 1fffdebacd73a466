"""Which rules name a state or a variable: decided on their text, definitions written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from twinrom.statemachine import (
    BROKEN,
    Column,
    Formula,
    Model,
    Problems,
    ResolveError,
    Resolver,
    Typed,
    Variable,
    Vocabulary,
    bind_column,
    did_you_mean,
    each_column,
    model_vocabulary,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinrom.proofs.spec.schema import ReadsShape
    from twinrom.statemachine import Place, Rule


class Mention(NamedTuple):
    """A rule that names a state or a variable where it may not, and the place."""

    rule: str
    named: str
    where: str
    place: Place

    def __str__(self) -> str:
        return f"`{self.rule}` names `{self.named}` in {self.where}, {self.place}"


def readers(model: Model, shape: ReadsShape) -> tuple[Mention, ...]:
    """Return who names one of `of`, save faults and the rules (or events) of `only`."""
    found: dict[tuple[str, str, str], Mention] = {}
    for rule in model.rules.values():
        if rule.by != "fault" and not {rule.name, rule.event} & set(shape.only):
            for reader in _named(model, rule):
                if reader.named in shape.of:
                    found.setdefault((reader.rule, reader.named, str(reader.place)), reader)
    return tuple(found.values())


def check_reads(model: Model, shape: ReadsShape, place: Place, problems: Problems) -> None:
    """Note states, variables and rules that a model does not have."""
    known = [n for t in model.templates.values()
             for n in (t.name, *(f"{t.name}.{v}" for v in t.variables))]
    for i, name in enumerate(shape.of):
        if name not in known and place.at("of").key not in problems.pruned:
            machine, _, own = name.partition(".")
            owner = model.machines.get(name) or model.machines.get(machine)
            hint = did_you_mean(name, known)
            if owner is not None:
                hint = f"write `{owner.name}{f'.{own}' if name not in model.machines else ''}`"
            problems.add(place.at("of", i).problem(
                f"`{name}` is neither a template nor a variable of one", hint))
    for i, name in enumerate(shape.only):
        if name not in model.event_names():
            problems.add(place.at("only", i).problem(
                f"unknown rule or event `{name}`", did_you_mean(name, model.event_names())))


def _named(model: Model, rule: Rule) -> Iterator[Mention]:
    """Yield what a rule names in its guard, its right-hand sides and the sources of its moves."""
    for column in each_column(rule.columns, Problems()):
        names = _Names(model, rule, column)
        for formula in rule.when:
            yield from names.of(formula, "`when`")
        for assignment in rule.assignments:
            where = f"the value of `{assignment.target}`"
            target = names.variable(assignment.owner, assignment.name)
            yield from names.of(assignment.value, where, target)
        for move in rule.all_moves:
            machine = names.variable("", move.target)
            if move.sources is not None and machine is not None:
                yield Mention(rule.name, names.by_template(machine), f"the sources of `{move}`",
                             move.place)


class _Names:
    """What a rule names under one column of its `each`."""

    def __init__(self, model: Model, rule: Rule, column: Column) -> None:
        self.model, self.rule = model, rule
        self.words = model_vocabulary(model)
        given = {n: Typed(terms.payload(n, s.low, s.high, boolean=s.boolean), s)
                 for n, s in rule.given.items()}
        self.bound = given | bind_column(column, rule.place.at("each"), self.words, Problems())

    def of(self, formula: Formula, where: str, target: Variable | None = None) -> Iterator[Mention]:
        """Yield what a formula names, its definitions written out: all that is looked up."""
        seen = _Seen(self.words.variables)
        words = Vocabulary(self.model, seen, self.words.sorts, self.words.definitions)
        try:
            Resolver(words, formula, self.bound).value(
                formula.expr, target.sort if target else None)
        except ResolveError:  # pragma: no cover - the model has been loaded
            raise AssertionError(formula) from None
        for variable in seen.looked_up:
            yield Mention(self.rule.name, self.by_template(variable), where, formula.place)

    def variable(self, owner: str, name: str) -> Variable | None:
        """Return the variable at a path, of the first machine where the path means several."""
        head, *rest = f"{owner}.{name}".strip(".").split(".")
        typed = self.bound.get(head, BROKEN)
        template = self.model.templates.get(head)
        first = typed.machine or (template.instances[0] if template else head)
        return self.words.variables.get(".".join((first, *rest)))

    def by_template(self, variable: Variable) -> str:
        """Return what stands in a spec for the variable, or the state, of every machine like it."""
        template = self.model.machines[variable.owner or ""].name
        return template if variable.machine else f"{template}.{variable.own_name}"


class _Seen(dict[str, Variable]):
    """The variables by name, and which of them were looked up, in order."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        super().__init__(variables)
        self.looked_up: dict[Variable, None] = {}

    def __getitem__(self, name: str) -> Variable:
        """Return a variable, and note that it was looked up."""
        found = super().__getitem__(name)
        self.looked_up[found] = None
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """Return a variable if there is one, and note that it was looked up."""
        try:
            return self[name]
        except KeyError:
            return default
