"""The columns of an `each` table: lists go side by side, templates run over all their machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine.loading.notation import check_name
from twinrom.statemachine.source.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.loading.schema import Each
    from twinrom.statemachine.model import Column
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.source.places import Place, Problems

MAX_COLUMNS = 1000


def parse_columns(each: Each, place: Place, problems: Problems,
                  sorts: Mapping[str, Sort]) -> tuple[Column, ...]:
    """Return the columns of an `each` table, one binding of all its names per column.

    There is none when there are too few machines, and after a mistake, which is noted.
    """
    if not each:
        return ((),)
    for name in each:
        check_name(name, place.at(name), problems)
    machines = {name: sort.labels or () for name, sort in sorts.items() if sort.template}
    columns = _side_by_side(each, place, problems)
    known = [_check_template(name, each, sorts, place, problems)
             for name, values in each.items() if isinstance(values, str)]
    if not columns or not all(known):
        return ()
    waiting = {name: values for name, values in each.items() if isinstance(values, str)}
    while waiting:
        following = [n for n in waiting if waiting[n].rpartition(".")[0] not in waiting]
        if not following:
            first = next(iter(waiting))
            problems.add(place.at(first).problem(f"`{first}` is a part of its own part"))
            return ()
        text = waiting.pop(following[0])
        columns = [{**column, following[0]: machine} for column in columns
                   for machine in _others(text, column, machines)]
        if len(columns) > MAX_COLUMNS:
            _too_many(place, problems)
            return ()
    return tuple(tuple((name, column[name]) for name in each) for column in columns)


def _side_by_side(each: Each, place: Place,
                  problems: Problems) -> list[dict[str, str | int | bool]]:
    """Return the columns of the lists alone: each takes one value of every list."""
    lists = {name: values for name, values in each.items() if not isinstance(values, str)}
    if not lists:
        return [{}]
    first, *others = lists
    length = len(lists[first])
    wrong = [n for n in others if len(lists[n]) != length]
    for name in wrong:
        problems.add(place.at(name).problem(
            f"`{name}` has {_values(len(lists[name]))}, and `{first}` has {_values(length)}",
            "each column takes one value of every list"))
    if not length and not wrong:
        problems.add(place.at(first).problem(f"`{first}` has no values"))
    elif length > MAX_COLUMNS:
        _too_many(place, problems)
    if wrong or not 0 < length <= MAX_COLUMNS:
        return []
    columns = [{name: values[i] for name, values in lists.items()} for i in range(length)]
    if len({tuple(column.values()) for column in columns}) < len(columns):
        problems.add(place.problem("`each` lists the same column twice", at_key=True))
        return []
    return columns


def _others(text: str, column: Mapping[str, str | int | bool],
            machines: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the machines of a template, or those that are parts of one, not in the column yet."""
    owner, dot, template = text.rpartition(".")
    start = f"{column[owner]}." if dot else ""
    taken = {value for value in column.values() if isinstance(value, str)}
    return [m for m in machines[template] if m.startswith(start) and m not in taken]


def _check_template(name: str, each: Each, sorts: Mapping[str, Sort], place: Place,
                    problems: Problems) -> bool:
    """Say whether what `name` runs over is there, noting it if not."""
    text, at = str(each[name]), place.at(name)
    owner, dot, template = text.rpartition(".")
    templates = {n: s.labels or () for n, s in sorts.items() if s.template}
    if any(text in machines for machines in templates.values()):
        problems.add(at.problem(f"`{text}` is a machine", f'list it: ["{text}"]'))
    elif template in sorts and template not in templates:
        problems.add(at.problem(f"`{template}` is no template", "list the values of a sort"))
    elif template not in templates:
        if not problems.forgiven(template):
            problems.add(at.problem(f"unknown template `{template}`",
                                    did_you_mean(template, templates)))
    elif dot and (owner not in each or owner == name):
        others = [other for other in each if other != name]
        problems.add(at.problem(f"`{owner}` is no other name of this `each`",
                                did_you_mean(owner, others)))
    elif dot and not _has_parts(each[owner], templates, template):
        problems.add(at.problem(f"no `{template}` is part of `{owner}`"))
    else:
        return True
    return False


def _has_parts(owners: str | list[str | int | bool], templates: Mapping[str, tuple[str, ...]],
               template: str) -> bool:
    """Say whether some machine of the template is a part of one of the owners."""
    above = templates.get(owners.rpartition(".")[2], ()) if isinstance(owners, str) else owners
    starts = tuple(f"{owner}." for owner in above)
    return not above or any(machine.startswith(starts) for machine in templates[template])


def _too_many(place: Place, problems: Problems) -> None:
    problems.add(place.problem(f"`each` may have {MAX_COLUMNS:,} columns", at_key=True))


def _values(number: int) -> str:
    return f"{number} value{'s' * (number != 1)}" if number else "no values"
