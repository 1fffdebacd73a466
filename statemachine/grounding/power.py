"""What is left without power: of the machines in the scope of a rule, whatever is persistent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from twinrom.statemachine import terms
from twinrom.statemachine.grounding.writes import persists
from twinrom.statemachine.model import ALL_POWER
from twinrom.statemachine.system import GroundMove

if TYPE_CHECKING:
    from twinrom.statemachine.grounding.effects import Effects
    from twinrom.statemachine.model import Rule, Template
    from twinrom.statemachine.system import Variable
    from twinrom.statemachine.terms import Term


def scope(effects: Effects, rule: Rule) -> list[str]:
    """Return the machines that lose power by a rule, parts with their owners."""
    machines = effects.model.machines
    if rule.power is None:
        return []
    if rule.power == ALL_POWER:
        return list(machines)
    named = set()
    for i, path in enumerate(rule.power):
        place = rule.place.at("power", i)
        targets = effects.targets(path, None, place)
        if any(where is not terms.TRUE for _, where in targets):
            effects.problems.add(place.problem(f"`{path}` is one machine or another",
                                               "what loses power is a machine or a template"))
        named |= {machine for machine, _ in targets}
    return [m for m in machines if any(m == n or m.startswith(f"{n}.") for n in named)]


class PowerLoss(NamedTuple):
    """The machines that lose power by a step, and how they move."""

    machines: frozenset[str]
    moves: tuple[GroundMove, ...]


def lose_power(effects: Effects, rule: Rule) -> PowerLoss:
    """Give everything volatile in the scope of a rule its value without power.

    What the rule itself moves or sets is left as it is.
    """
    moved = []
    machines = scope(effects, rule)
    for machine in machines:
        template = effects.model.machines[machine]
        for name in ("", *template.variables):
            variable = effects.vocabulary.variables[f"{machine}.{name}" if name else machine]
            kept = terms.disjunction(w for w, _ in effects.changes.get(variable.index, ()))
            if kept is terms.TRUE or persists(variable, template):
                continue
            if variable.machine and len(template.states) == 1:
                continue
            if not variable.machine:
                value = _value(effects, rule, variable, template)
            elif (off := _off(effects, rule, variable, template)) is None:
                continue
            else:
                value = terms.choose(off.able(variable.term()), terms.constant(off.destination),
                                     variable.term())
                moved.append(replace(off, where=terms.negation(kept)))
            if value is not None:
                effects.update(variable, value, rule.place, None, terms.negation(kept))
    return PowerLoss(frozenset(machines), tuple(moved))


def _value(effects: Effects, rule: Rule, variable: Variable, template: Template) -> Term | None:
    name = variable.own_name
    formula = template.unpowered.get(name) or template.initials.get(name)
    if formula is not None:
        return effects.declared(formula, variable)
    effects.problems.add(template.place.at("vars", name).problem(
        f"`{template.name}.{name}` has no value when `{rule.name}` takes its power",
        "say `unpowered` or `initial`, or name it under `persistent`", at_key=True))
    return None


def _off(effects: Effects, rule: Rule, variable: Variable,
         template: Template) -> GroundMove | None:
    """Return how a machine moves without power, noting if it does not say."""
    off = template.off
    if off is None:
        effects.problems.add(template.place.at("states").problem(
            f"`{template.name}` has no state when `{rule.name}` takes its power",
            f'say `unpowered = "{template.states[0]}"`, or `state` under `persistent`',
            at_key=True))
        return None
    sources = None if off.sources is None else tuple(map(template.states.index, off.sources))
    return GroundMove(variable.index, sources, template.states.index(off.destination),
                      optional=True, target=template.name)
