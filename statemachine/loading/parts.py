"""The machines of the templates: listed, numbered, or the parts of other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine.loading.notation import check_name, distinct
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.loading.schema import MachineShape
    from twinrom.statemachine.loading.sizes import Range
    from twinrom.statemachine.source.places import Place, Problems


def count(machines: Mapping[str, MachineShape], ranges: Mapping[str, Range]) -> int:
    """Return how many machines there are, before any of them has a name."""
    found: dict[str, int] = {}

    def of(name: str, above: tuple[str, ...]) -> int:
        shape = machines.get(name)
        if shape is None or name in above:
            return 0
        if name not in found:
            found[name] = (
                ranges[name].size if name in ranges
                else of(shape.part_of, (*above, name)) * len(shape.parts) if shape.part_of
                else len(shape.instances) if isinstance(shape.instances, list) else 1)
        return found[name]

    return sum(of(name, ()) for name in machines)


def named_machines(machines: Mapping[str, MachineShape],
                   ranges: Mapping[str, Range]) -> dict[str, tuple[str, ...]]:
    """Return the machines of each template; parts by their owners, in the order of those."""
    found: dict[str, tuple[str, ...]] = {}

    def of(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        shape = machines.get(name)
        if shape is None or name in above:
            return ()
        if name not in found:
            if name in ranges:
                found[name] = tuple(ranges[name].names())
            elif shape.part_of:
                parts = dict.fromkeys(shape.parts)
                found[name] = tuple(f"{owner}.{part}" for owner in of(
                    shape.part_of, (*above, name)) for part in parts)
            else:
                listed = isinstance(shape.instances, list)
                found[name] = tuple(shape.instances or ()) if listed else (name,)
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
