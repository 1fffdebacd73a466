"""Flags that excuse: variables of a policy by which it can switch off what it is asked to do.

A property that asks for something to happen is of no use where `whenever` says "unless this is
set", and nobody says when that may be set. So the policy is asked with one more rule, which sets it
at any time: if that breaks nothing else, nothing keeps another policy from doing so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.proofs.engines.options import Options
from twinrom.proofs.lint.findings import Finding
from twinrom.proofs.mutation.failures import failures, own_failures
from twinrom.proofs.mutation.mutant import condition, follow_up, free_name
from twinrom.proofs.spec.kinds import PossibleKind, ResponseKind
from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import bare
from twinrom.statemachine import (
    Assignment,
    Formula,
    InputError,
    Problems,
    ground,
    parse,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property, Spec
    from twinrom.statemachine import Model, Place, Rule, RuleInstance, Variable

MOST_VALUES = 5  # a truth, or a few names or numbers and `none`
SHOWN = 2


class Excuse(NamedTuple):
    """A value of a variable with which `whenever` of some properties never holds."""

    variable: Variable
    code: int
    properties: tuple[str, ...]

    @property
    def value(self) -> str:
        """Return the value as text."""
        return self.variable.sort.text(self.code)

    def given(self, model: Model) -> Model:
        """Return the model with one more automatic rule, which gives the value at any time."""
        rule = self._like(model)
        place = rule.place.at("sets")
        owner, name = str(self.variable.owner), self.variable.own_name
        assignment = Assignment(owner, name, Formula(parse(self.value), place), place, (0, 0))
        becomes = f"{name}_becomes_{self.value.replace('.', '_')}"
        made = follow_up(
            rule, free_name(model, becomes), place, sets=(assignment,),
            when=(condition(self.says(self.variable.name, differs=True), rule),),
            atomic="what lint asks",
        )  # fmt: skip
        return replace(model, rules={**model.rules, made.name: made})

    def _like(self, model: Model) -> Rule:
        """Return an automatic rule: one that assigns to the variable, if there is one."""
        writers = [instance.rule for instance in _writing(model, self.variable)]
        rules = [*writers, *model.rules.values()]
        return next(filter(model.automatic, rules), replace(writers[0], by="controller"))

    def says(self, name: str, *, differs: bool) -> str:
        """Return the condition that something has the value, or has not."""
        if self.variable.sort.boolean:
            return name if bool(self.code) != differs else f"not {name}"
        return f"{name} {'!=' if differs else '=='} {self.value}"


def check_flags(model: Model, spec: Spec, max_states: int) -> Iterator[Finding]:
    """Yield the variables that excuse from what a spec asks for, and that no property guards."""
    question = pose(model, spec, Problems())
    found = list(excuses(question))
    if not found:
        return
    options = Options(max_states=max_states)
    try:
        already = own_failures(question, options)
    except InputError as error:
        yield _open(model.place, "the variables that excuse from a property",
                    error.problems[0].message)
        return
    reported: set[tuple[str, str, str]] = set()
    for excuse in found:
        template = model.machines[str(excuse.variable.owner)]
        key = (template.name, excuse.variable.own_name, excuse.value)
        if key in reported:
            continue
        place = template.place.at("vars", excuse.variable.own_name)
        finding = _asked(excuse, question, (*already, *excuse.properties), options, place)
        if finding is not None:
            reported.add(key)
            yield finding


def _asked(
    excuse: Excuse, question: Question, skip: Sequence[str], options: Options, place: Place
) -> Finding | None:
    """Return what there is to say of one excuse; None where some property guards it."""
    changed = excuse.given(question.model)
    texts = [prop.name for prop, _ in question.reads]  # the rule that is added reads, of course
    asked = pose(changed, question.spec, Problems())
    try:
        found = failures(asked, (*skip, *texts), options, None, every=False)
    except InputError:
        return None  # then it is a mistake to set it so
    if found.first is not None:
        return None
    name = excuse.variable.name
    if found.undecided is not None:
        return _open(place, f"`{name}`", found.undecided)
    steps = " and ".join(
        [excuse.says(name, differs=True), excuse.says(f"next({name})", differs=False)])
    return Finding("W601", place.problem(
        f"`{name}` switches off {_listed(excuse.properties)}, and no property says when it may "
        f"become {excuse.value}",
        f'a step property can, with `whenever = "{steps}"`', at_key=True))


def _open(place: Place, what: str, why: str) -> Finding:
    return Finding("W200", place.problem(
        f"whether a property guards {what} was not decided: {why}", at_key=True))


def _listed(properties: Sequence[str]) -> str:
    names = [f"`{n}`" for n in dict.fromkeys(map(bare, properties))]
    more = len(names) - SHOWN
    return " and ".join(names) if more <= 0 else f"{', '.join(names[:SHOWN])} and {more} more"


def excuses(question: Question) -> Iterator[Excuse]:
    """Yield the values of the policy's own variables that excuse from responses and possibilities.

    It is its own unless a rule of the environment that is no fault gives it that value, and if some
    other rule does. States of machines are what happens, and no flags.
    """
    asking = [p for p in question.properties if isinstance(p.kind, ResponseKind | PossibleKind)]
    for variable in ground(question.model).variables:
        if variable.machine or variable.sort.unbounded or variable.sort.size > MOST_VALUES:
            continue
        for code in variable.sort.codes():
            off = tuple(p.name for p in asking if _switches_off(variable, code, p))
            if off and _own(question.model, variable, code):
                yield Excuse(variable, code, off)


def _switches_off(variable: Variable, code: int, prop: Property) -> bool:
    """Say whether `whenever` never holds with the value, and that is not what is asked for."""
    value, named = variable.sort.constant(code), {variable.term(), variable.later()}
    if not named & terms.leaves([prop.whenever]):
        return False
    whenever, goal = (terms.rebuild(term, lambda t: value if t in named else None, {})
                      for term in (prop.whenever, prop.goal))
    return whenever is terms.FALSE and goal is not terms.TRUE


def _own(model: Model, variable: Variable, code: int) -> bool:
    """Say whether the policy, or a fault, gives the variable that value, and nobody else does."""
    terms_of = [(i.rule, i.updates[variable.index]) for i in _writing(model, variable)]
    rules = [rule for rule, term in terms_of if term.low <= code <= term.high]
    return bool(rules) and all(r.by == "fault" or model.automatic(r) for r in rules)


def _writing(model: Model, variable: Variable) -> list[RuleInstance]:
    """Return the rules that assign to a variable; what loses its power is not assigned to."""
    return [i for i in ground(model).written if variable.index in i.updates
            and any(a.name == variable.own_name for a in i.rule.assignments)]  # fmt: skip
