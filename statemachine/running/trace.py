"""Runs of a system, and their interchange form: Apalache's Informal Trace Format (ITF JSON).

`from_itf(system, to_itf(system, trace)) == trace`. A file is read as hostile input: whatever is
wrong with it is one `InputError`. Whether it is a run of the system is for `replay` to say.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from twinrom.statemachine.source.diagnostics import InputError, did_you_mean
from twinrom.statemachine.source.files import read_bytes, write_whole
from twinrom.statemachine.system import State, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinrom.statemachine.model import Table
    from twinrom.statemachine.sorts import Sort
    from twinrom.statemachine.system import RuleInstance, TransitionSystem

FORMAT = "https://apalache-mc.org/docs/adr/015adr-trace.html"
MAX_BYTES = 50_000_000
SHOWN = 60
INIT: dict[str, Any] = {"name": "init", "rule": "none", "by": "none", "args": {}}


@dataclass(frozen=True)
class Trace:
    """A run: `steps[i]` leads from `states[i]` to `states[i + 1]`.

    With a `loop` it goes on for ever: the last state equals `states[loop]`, and what follows that
    one repeats. When `loop` is the last state itself, nothing happens any more.
    """

    model: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    loop: int | None = None

    def __post_init__(self) -> None:
        if len(self.states) != len(self.steps) + 1:
            raise ValueError(f"{len(self.steps)} steps between {len(self.states)} states")
        if self.loop is not None and self.states[self.loop] != self.states[-1]:
            raise ValueError(f"the last state is not state {self.loop}, where the loop starts")


def to_itf(system: TransitionSystem, trace: Trace) -> dict[str, Any]:
    """Return the trace as ITF JSON; the tables are parameters, set in the first state."""
    tables = {name: _table(system, table, trace.states[0].tables)
              for name, table in system.tables.items()}
    events = [{**INIT, "args": {}}, *map(_event, trace.steps)]
    found: dict[str, Any] = {
        "#meta": {"format": "ITF", "format-description": FORMAT, "model": trace.model,
                  "description": system.model.title,
                  "watching": [v.name for v in system.variables if v.role != "model"]},
        "params": list(tables),
        "vars": [*(v.name for v in system.variables), "event"],
        "states": [
            {"#meta": {"index": i}, **(tables if i == 0 else {}),
             **{v.name: v.sort.value(code)
                for v, code in zip(system.variables, state.values, strict=True)},
             "event": event}
            for i, (state, event) in enumerate(zip(trace.states, events, strict=True))
        ],
    }
    return found | ({} if trace.loop is None else {"loop": trace.loop})


def _table(system: TransitionSystem, table: Table, choice: int) -> dict[str, Any]:
    entry = system.entry(choice)
    return {"#map": [
        [{"#tup": [sort.value(code) for sort, code in zip(table.of, row, strict=True)]},
         bool(entry(table.name, row))]
        for row in itertools.product(*(sort.codes() for sort in table.of))]}


def _event(step: Step) -> dict[str, Any]:
    rule, given = step.instance.rule, step.given()
    fixed = {a.name: a.sort.value(a.term.low) for a in step.instance.arguments}
    chosen = {a.name: a.sort.value(given[a.name]) for a in step.instance.given}
    return {"name": rule.event, "rule": rule.name, "by": rule.by, "args": fixed | chosen}


def write_trace(system: TransitionSystem, trace: Trace, path: str) -> None:
    """Write the trace to an ITF file, whole or not at all."""
    write_whole(path, json.dumps(to_itf(system, trace), indent=2, ensure_ascii=False) + "\n")


def read_trace(system: TransitionSystem, path: str) -> Trace:
    """Return the trace in an ITF file; raises `InputError` when there is none."""
    raw = read_bytes(path, MAX_BYTES)
    try:
        data = json.loads(raw)
    except RecursionError:
        raise InputError.whole_file(path, "is not a trace", "it is nested too deeply") from None
    except ValueError as error:
        raise InputError.whole_file(path, "is not JSON", str(error)) from None
    return from_itf(system, data, path)


def from_itf(system: TransitionSystem, data: object, path: str = "<trace>") -> Trace:
    """Return the trace that ITF JSON spells; `path` is its name in the `InputError`."""
    return _Reader(system, path).trace(data)


class _Reader:
    def __init__(self, system: TransitionSystem, path: str) -> None:
        self.system, self.path = system, path
        self.rules: dict[str, list[RuleInstance]] = {}
        for instance in system.instances:
            self.rules.setdefault(instance.rule.name, []).append(instance)

    def fail(self, message: str, hint: str = "") -> NoReturn:
        raise InputError.whole_file(self.path, message, hint)

    def trace(self, data: object) -> Trace:
        top = self.record(data, "the trace", ("vars", "states"), ("#meta", "params", "loop"))
        names = [v.name for v in self.system.variables]
        others = self.watching(top.get("#meta"), names)
        self.names(top["vars"], "vars", [*names, *others, "event"])
        self.names(top.get("params", []), "params", self.system.tables)
        raw = top["states"]
        if not isinstance(raw, list) or not raw:
            self.fail("`states` is not a list of states" if raw != [] else "`states` is empty")
        tables, states, steps = 0, list[State](), list[Step]()
        for i, item in enumerate(raw):
            where = f"state {i}"
            params = self.system.tables if i == 0 else ()
            state = self.record(item, where, (*params, *names, "event"), ("#meta", *others))
            for table in params:
                tables |= self.table(state[table], self.system.tables[table], where)
            values = tuple(self.code(v.sort, state[v.name], f"{where}: `{v.name}`")
                           for v in self.system.variables)
            states.append(State(values, tables))
            if i > 0:
                steps.append(self.step(state["event"], where))
            elif state["event"] != INIT:
                self.fail(f"{where}: `event` is not {json.dumps(INIT)}")
        return Trace(self.system.model.name, tuple(states), tuple(steps),
                     self.loop(top.get("loop"), states))

    def watching(self, meta: object, known: list[str]) -> list[str]:
        """Return the variables of a spec that the trace also shows, and this system lacks."""
        listed = meta.get("watching", []) if isinstance(meta, dict) else []
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            self.fail("`watching` is not a list of names")
        return [name for name in listed if name not in known]

    def record(self, data: object, where: str, required: Iterable[str],
               optional: Iterable[str] = ()) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail(f"{where} is not an object: {_shown(data)}")
        known = [*required, *optional]
        for key in data:
            if key not in known:
                self.fail(f"{where} has an unknown key {_shown(key)}",
                          did_you_mean(str(key)[:SHOWN], known))
        for key in required:
            if key not in data:
                self.fail(f"{where} has no `{key}`")
        return data

    def names(self, data: object, key: str, known: Iterable[str]) -> None:
        if not isinstance(data, list) or not all(isinstance(name, str) for name in data):
            self.fail(f"`{key}` is not a list of names")
        for name in data:
            if name not in known:
                self.fail(f"`{key}` lists {_shown(name)}, which the model does not have",
                          did_you_mean(name[:SHOWN], known))
        for name in known:
            if name not in data:
                self.fail(f"`{key}` does not list `{name}`")

    def table(self, data: object, table: Table, where: str) -> int:
        """Return the bits of the table choice in which exactly these rows hold."""
        where = f"{where}: table `{table.name}`"
        pairs = self.record(data, where, ("#map",))["#map"]
        if not isinstance(pairs, list):
            self.fail(f"{where} has a `#map` that is not a list")
        found, size = 0, 1
        rows: set[tuple[int, ...]] = set()
        for pair in pairs:
            if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], bool):  # noqa: PLR2004
                self.fail(f"{where} has an entry that is not a pair of a tuple and a truth value")
            cells = self.record(pair[0], f"{where}: a row", ("#tup",))["#tup"]
            if not isinstance(cells, list) or len(cells) != len(table.of):
                self.fail(f"{where} has a row that is not a list of {len(table.of)}")
            row = tuple(self.code(sort, cell, where)
                        for sort, cell in zip(table.of, cells, strict=True))
            text = ", ".join(sort.text(code) for sort, code in zip(table.of, row, strict=True))
            if row in rows:
                self.fail(f"{where} lists ({text}) twice")
            rows.add(row)
            if table.allow is None:
                found |= pair[1] << self.system.choices.position[table.name, row]
            elif pair[1] != (row in table.allow):
                self.fail(f"{where} has ({text}) {str(pair[1]).lower()}",
                          "the model fixes it otherwise")
        for sort in table.of:
            size *= sort.size
        if len(rows) < size:
            self.fail(f"{where} has {len(rows)} of {size} rows")
        return found

    def code(self, sort: Sort, data: object, where: str) -> int:
        code: int | None = None
        if isinstance(data, bool):
            code = int(data) if sort.boolean else None
        elif isinstance(data, int):
            code = data if sort.ordered and sort.plain_low <= data <= sort.high else None
        elif isinstance(data, str) and not sort.boolean and (data == "none" or not sort.ordered):
            code = sort.code(data)
        if code is None:
            self.fail(f"{where} cannot be {_shown(data)}", f"it is in {sort.describe()}")
        return code

    def step(self, data: object, where: str) -> Step:
        where = f"{where}: `event`"
        event = self.record(data, where, INIT)
        name = event["rule"]
        if not isinstance(name, str) or name not in self.rules:
            hint = did_you_mean(name[:SHOWN], self.rules) if isinstance(name, str) else ""
            self.fail(f"{where} is by an unknown rule {_shown(name)}", hint)
        rule = self.rules[name][0].rule
        for key, expected in (("name", rule.event), ("by", rule.by)):
            if event[key] != expected:
                self.fail(f"{where} has the {key} {_shown(event[key])}",
                          f"rule `{name}` has `{expected}`")
        named = event["args"].keys() if isinstance(event["args"], dict) else set()
        alike = [i for i in self.rules[name] if named == {a.name for a in (*i.arguments, *i.given)}]
        first = (alike or self.rules[name])[0]
        given = self.record(event["args"], f"{where}: `args`",
                            [a.name for a in (*first.arguments, *first.given)])
        for instance in alike:
            if all(_same(given[a.name], a.sort.value(a.term.low)) for a in instance.arguments):
                return Step(instance, tuple(
                    self.code(a.sort, given[a.name], f"{where}: `{a.name}`")
                    for a in instance.given))
        return self.fail(f"{where}: rule `{name}` has no such column in its `each`",
                         ", ".join(f"`{i.name}`" for i in self.rules[name][:8]))

    def loop(self, data: object, states: list[State]) -> int | None:
        if data is None:
            return None
        if isinstance(data, bool) or not isinstance(data, int) or not 0 <= data < len(states):
            self.fail(f"`loop` is not a state of the trace: {_shown(data)}")
        if states[data] != states[-1]:
            self.fail(f"the last state is not state {data}, where the loop starts")
        return data


def _same(data: object, value: object) -> bool:
    return type(data) is type(value) and data == value


def _shown(data: object) -> str:
    if isinstance(data, str):
        return f"`{data[:SHOWN]}`"
    if isinstance(data, list | dict):
        return "a list" if isinstance(data, list) else "an object"
    if isinstance(data, int) and not isinstance(data, bool) and data.bit_length() > SHOWN:
        return "a huge number"
    return f"`{json.dumps(data)}`" if isinstance(data, bool | int | float | None) else "no JSON"
