"""Checks that look at every reachable state: overlaps, unanswered events, sorts, dead rules.

Every finding that shows a state is certain. What never happens is certain only when the search was
complete; otherwise the finding says up to how many steps it looked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.lint.explore import explore, possible
from twinrom.proofs.lint.findings import NOWHERE, Finding
from twinrom.proofs.spec.added import adds, never_happens
from twinrom.proofs.spec.duties import answered, called, guards
from twinrom.proofs.spec.events import with_payload
from twinrom.proofs.spec.overlaps import overlapping
from twinrom.statemachine import InputError, cannot_start, ground, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.lint.explore import Reached
    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Model, RuleInstance, Template, TransitionSystem
    from twinrom.statemachine.terms import Term


def check_reached(model: Model, spec: Spec | None, max_states: int) -> Iterator[Finding]:
    """Yield what the reachable states of the model show, whatever budget and observers it has."""
    try:
        reached = explore(ground(model), max_states)
    except InputError as error:
        problem = error.problems[0]
        yield Finding("W200", model.place.problem(
            f"no state was looked at: {problem.message}", problem.hint))
        return
    nowhere = None if reached.states else cannot_start(reached.system)
    if nowhere is not None:
        yield Finding(NOWHERE, nowhere)
        return
    reached.apart = _apart(model, spec)
    if not reached.complete:
        yield Finding("W200", model.place.problem(
            f"the search stopped at {reached.size:,} states, after {_steps(reached)}",
            "what takes more steps was not looked at"))
    yield from _overlaps(reached)
    yield from _declared(reached)
    outside = list(_out_of_sort(reached))
    yield from (finding for _, finding in outside)
    yield from _rules(model, reached, {index for index, _ in outside})
    yield from _states(model, reached)
    yield from _outcomes(model, reached)
    yield from _writes(model, reached)
    yield from _uncut(model, reached)


def _apart(model: Model, spec: Spec | None) -> str:
    """Return what the states of a check have besides; without that both count the same."""
    limits = {**(spec.budget() if spec is not None else {}), **model.budget}
    besides = ["observers"] if spec is not None and spec.shape.observer else []
    besides += ["budgets"] if any(limit is not None for limit in limits.values()) else []
    return f", {' and '.join(besides)} apart," if besides else ""


def _steps(reached: Reached) -> str:
    return f"{reached.steps} step{'s' * (reached.steps != 1)}"


def _overlaps(reached: Reached) -> Iterator[Finding]:
    shown = set()
    for pair in overlapping(reached.system):
        first, second = pair.first, pair.second
        if (first.rule.name, second.rule.name) in shown:
            continue
        state = reached.example(terms.disjunction(pair.at_payloads()))
        if state is not None:
            shown.add((first.rule.name, second.rule.name))
            yield Finding("E101", second.rule.place.problem(
                f"`{second.name}` and `{first.name}` of event `{first.rule.event}` can both happen",
                "let `when` exclude one of them, or say `nondeterministic = true` in both",
                at_key=True), state)


def _declared(reached: Reached) -> Iterator[Finding]:
    shown = set()
    for duty in reached.system.duties:
        name = duty.event.name
        if name in shown:
            continue
        unanswered = terms.negation(answered(name, duty.arguments, reached.system))
        state = reached.example(terms.conjunction([duty.when, unanswered]))
        if state is not None:
            shown.add(name)
            yield Finding("E102", duty.event.place.at("can_happen").problem(
                f"event `{called(name, duty.arguments)}` can happen, and no rule of it is enabled",
                "add the outcome that is missing, or say more narrowly when it can happen"), state)


def _out_of_sort(reached: Reached) -> Iterator[tuple[int, Finding]]:
    """Yield the instances that can leave a sort; each assignment is shown once."""
    shown = set()
    for instance in reached.system.written:
        for duty in instance.obligations:
            for step, guard in guards(instance):
                if (instance.rule.name, duty.text) in shown:
                    break
                outside = terms.negation(with_payload(duty.term, step.given()))
                state = reached.example(terms.conjunction([guard, outside]))
                if state is not None:
                    shown.add((instance.rule.name, duty.text))
                    yield instance.index, Finding("E103", duty.place.problem(
                        str(duty), f"at `{step}`"), state)


def _rules(model: Model, reached: Reached, excused: set[int]) -> Iterator[Finding]:
    """Yield the rules, or the columns of rules, that never happen; `excused` are found already."""
    for rule in model.rules.values():
        instances = [i for i in reached.system.written if i.rule is rule]
        dead = [i for i in instances if i.index not in reached.fired]
        if not dead or any(i.index in excused for i in instances):
            continue
        if reached.complete and len(dead) == len(instances) and adds(model, "rule", rule.name):
            yield Finding("E105", never_happens(rule, model))
            continue
        names = [f"`{rule.name}`"] if len(dead) == len(instances) else [f"`{i.name}`" for i in dead]
        listed = ", ".join(names)
        yield Finding("W201", rule.place.problem(
            *_never(f"rule {listed} can never happen", f"rule {listed} does not happen", reached),
            at_key=True))


def _never(sure: str, unsure: str, reached: Reached) -> tuple[str, str]:
    """Return the message and the hint about what was not found."""
    if reached.complete:
        return sure, f"all {reached.size:,} reachable states{reached.apart} were looked at"
    return f"{unsure} within {_steps(reached)}", "it may later: the search was not complete"


def _states(model: Model, reached: Reached) -> Iterator[Finding]:
    by_name = reached.system.by_name
    for template in model.templates.values():
        seen: set[int] = set()
        for name in template.instances:
            seen |= reached.codes(by_name[name].index)
        for i, state in enumerate(template.states):
            if i not in seen:
                what = f"state `{state}` of `{template.name}`"
                yield Finding("W202", template.place.at("states", i).problem(*_never(
                    f"{what} is never reached", f"{what} is not reached", reached)))


def _outcomes(model: Model, reached: Reached) -> Iterator[Finding]:
    for event in {rule.event: None for rule in model.rules.values()}:
        rules = [rule for rule in model.rules.values() if rule.event == event]
        if len(rules) > 1 and event not in model.events and all(map(model.automatic, rules)):
            found = _without_outcome(event, reached)
            if found is not None:
                yield found


def _without_outcome(event: str, reached: Reached) -> Finding | None:
    for instance in reached.system.written:
        can = possible(instance, reached.system)
        if instance.rule.event != event or can is terms.TRUE:
            continue
        unanswered = terms.negation(answered(event, instance.arguments, reached.system))
        state = reached.example(terms.conjunction([can, unanswered]))
        if state is not None:
            named = called(event, instance.arguments)
            return Finding("W203", instance.rule.place.problem(
                f"`{instance.rule.name}` could move, and no rule of event `{named}` is enabled",
                f"declare `[event.{event}]`, with `can_happen` where an answer is owed",
                at_key=True), state)
    return None


def _writes(model: Model, reached: Reached) -> Iterator[Finding]:
    """Yield the writes of persistent variables that power loss could not leave torn.

    A model that says where power is lost has its cuts instead.
    """
    shown = set()
    for instance in () if model.loses_power else reached.system.instances:
        rule = instance.rule
        for machine, template in model.machines.items():
            for name in template.persistent if rule.atomic is None and template.torn else ():
                key = (rule.name, template.name, name)
                written = reached.system.by_name[f"{machine}.{name}"].index in instance.updates
                if not written or key in shown:
                    continue
                state = reached.example(_whole(instance, machine, template, reached.system))
                if state is not None:
                    shown.add(key)
                    yield Finding("W301", rule.place.at("sets").problem(
                        f"`{instance.name}` writes the persistent `{machine}.{name}` in one step",
                        f"let `{machine}` move into or out of `{template.torn}`, or say why not "
                        "with `atomic`", at_key=True), state)


def _uncut(model: Model, reached: Reached) -> Iterator[Finding]:
    """Yield the rules with several writes that happen, and between whose writes no fault comes."""
    instances = reached.system.instances
    cut = {i.cut.rule.name for i in instances if i.cut is not None and i.index in reached.fired}
    several = {i.rule.name for i in reached.system.written
               if len(i.entries) > 1 and i.index in reached.fired}
    for rule in model.rules.values():
        if rule.name in several - cut:
            yield Finding("W304", rule.place.at("writes").problem(
                *_never(f"no fault can come between the writes of rule `{rule.name}`",
                        f"no fault comes between the writes of rule `{rule.name}`", reached),
                at_key=True))


def _whole(instance: RuleInstance, machine: str, template: Template,
           system: TransitionSystem) -> Term:
    """Return where the step moves the machine neither into nor out of its torn state."""
    variable = system.by_name[machine]
    torn = terms.constant(template.states.index(template.torn or ""))
    is_torn = terms.equal(variable.term(), torn)
    two_steps = []
    for move in instance.moves:
        if move.machine == variable.index:
            able = move.able(variable.term())
            two_steps.append(able if move.destination == torn.value
                             else terms.conjunction([able, is_torn]))
    enabled = terms.disjunction(guard for _, guard in guards(instance))
    return terms.conjunction([enabled, terms.negation(terms.disjunction(two_steps))])
