"""The machines of the templates: listed, numbered, or the parts of other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from twinrom.statemachine.loading.notation import check_name, distinct
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinrom.statemachine.loading.schema import MachineShape
    from twinrom.statemachine.loading.sizes import Range
    from twinrom.statemachine.source.places import Place, Problems


Machines = TypeVar("Machines")


def count(machines: Mapping[str, MachineShape], ranges: Mapping[str, Range]) -> int:
    """Return how many machines there are, before any of them has a name."""
    own = {name: ranges[name].size if name in ranges else len(_listed(name, shape))
           for name, shape in machines.items()}
    return sum(_with_parts(machines, own, 0, lambda owners, parts: owners * len(parts)).values())


def named_machines(machines: Mapping[str, MachineShape],
                   ranges: Mapping[str, Range]) -> dict[str, tuple[str, ...]]:
    """Return the machines of each template; parts by their owners, in the order of those."""
    own = {name: tuple(ranges[name].names()) if name in ranges else _listed(name, shape)
           for name, shape in machines.items()}
    return _with_parts(machines, own, (), lambda owners, parts: tuple(
        f"{owner}.{part}" for owner in owners for part in dict.fromkeys(parts)))


def _listed(name: str, shape: MachineShape) -> tuple[str, ...]:
    """Return the machines that a template lists; without a list it is one of its own name."""
    return tuple(shape.instances) if isinstance(shape.instances, list) else (name,)


def _with_parts(machines: Mapping[str, MachineShape], own: Mapping[str, Machines], none: Machines,
                made: Callable[[Machines, list[str]], Machines]) -> dict[str, Machines]:
    """Return what is `made` of the owners of each template, or what it has of its `own`."""
    found: dict[str, Machines] = {}

    def of(name: str, above: tuple[str, ...]) -> Machines:
        shape = machines.get(name)
        if shape is None or name in above:
            return none
        if name not in found:
            part_of = shape.part_of if not isinstance(shape.instances, str) else None
            found[name] = made(of(part_of, (*above, name)), shape.parts) if part_of else own[name]
        return found[name]

    return {name: of(name, ()) for name in machines}


def check_parts(machines: Mapping[str, MachineShape], root: Place, problems: Problems) -> None:
    """Note what is wrong with `part_of` and `parts`."""
    for name, shape in machines.items():
        place = root.at("machine", name)
        pruned = {key[2] for key in problems.pruned if key[:2] == place.key and key[2:]}
        if shape.part_of is None:
            if shape.parts and "part_of" not in pruned:
                problems.add(place.at("parts").problem(
                    f"`{name}` is part of nothing", 'say of what: part_of = "TEMPLATE"',
                    at_key=True))
            continue
        _check_owner(name, shape.part_of, machines, place, problems)
        if shape.instances is not None:
            problems.add(place.at("instances").problem(
                f"`{name}` has `parts`, and they are its machines", "leave out `instances`",
                at_key=True))
        if not shape.parts and "parts" not in pruned:
            problems.add(place.problem(f"`{name}` has no parts", "name them: parts = [...]",
                                       at_key=True))
        distinct(shape.parts, "part", place.at("parts"), problems)
        owner = machines.get(shape.part_of)
        for i, part in enumerate(shape.parts):
            at = place.at("parts", i)
            named = check_name(part, at, problems, inner=True, at_key=False)
            if named and owner and part in owner.vars:
                problems.add(at.problem(f"`{part}` is already a variable of `{shape.part_of}`",
                                        "choose another name"))


def _check_owner(name: str, owner: str, machines: Mapping[str, MachineShape], place: Place,
                 problems: Problems) -> None:
    """Note an owner that there is not, or that is part of its own part."""
    above, seen = owner, [name]
    while above in machines and above not in seen:
        seen.append(above)
        above = machines[above].part_of or ""
    if above == name:
        problems.add(place.at("part_of").problem(f"`{name}` is part of itself"))
    elif owner not in machines and not problems.forgiven(owner):
        problems.add(place.at("part_of").problem(f"unknown template `{owner}`",
                                                 did_you_mean(owner, machines)))
