"""From the shape of a model file to its declarations: sorts, tables, templates, definitions."""

from __future__ import annotations

import re
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from twinrom.statemachine.expression.formula import Formula, read_formula, read_formulas
from twinrom.statemachine.loading.definitions import read_definitions, replace_definitions
from twinrom.statemachine.loading.notation import (
    check_name,
    distinct,
    named_sort,
    parse_move,
    parse_sort,
    unique,
)
from twinrom.statemachine.loading.parts import check_parts, count, named_machines
from twinrom.statemachine.loading.rules import read_event, read_rule
from twinrom.statemachine.loading.sizes import Range, machine_range, sizes_of
from twinrom.statemachine.model import (
    ACTORS,
    STATE,
    Model,
    Move,
    MoveSpans,
    Table,
    Template,
    instance_sort,
)
from twinrom.statemachine.sorts import BOOL, INTEGERS, Sort, integers
from twinrom.statemachine.source.diagnostics import closest, did_you_mean
from twinrom.statemachine.source.places import Problems

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sized

    from twinrom.statemachine.loading.schema import MachineShape, ModelShape, VariableShape
    from twinrom.statemachine.source.places import Place

MAX_MACHINES = 256
MAX_NAMES = 4096
MAX_STATES = 1024
MAX_ROWS = 4096


class Declarations:
    """Reads the sections of a model file in the order in which they need each other."""

    def __init__(self, shape: ModelShape, root: Place, problems: Problems,
                 sizes: Mapping[str, str]) -> None:
        self.shape, self.root, self.problems = shape, root, problems
        self.ranges = self._ranges(sizes_of(sizes, "machine"))
        self._few()
        self.instances = named_machines(shape.machine, self.ranges)
        self.own: dict[str, set[str]] = {name: set() for name in shape.machine}
        self.sorts = self._sorts(sizes_of(sizes, "sort"))
        self.known = {**self.sorts, "bool": BOOL, **{
            name: instance_sort(name, instances) for name, instances in self.instances.items()}}
        self.templates = {n: self._template(n, machine) for n, machine in shape.machine.items()}
        self._parts()
        self.tables = self._tables()
        self.definitions = read_definitions(shape.define, root.at("define"), problems)
        replace_definitions(self.definitions, sizes_of(sizes, "define"), root, problems)
        self.actors = self._actors()
        self._unique()

    def _few(self) -> None:
        """Stop at more names than any model has."""
        shape = self.shape
        machines = count(shape.machine, self.ranges)
        variables = sum(len(machine.vars) for machine in shape.machine.values())
        named: list[Sized] = [
            shape.sort, shape.table, shape.machine, shape.define, shape.rule, shape.event,
            *(values for values in shape.sort.values() if isinstance(values, list))]
        names = machines + variables + sum(len(names) for names in named)
        if machines > MAX_MACHINES or names > MAX_NAMES:
            self.problems.add(self.root.problem(
                f"a model may have {MAX_MACHINES} machines and {MAX_NAMES:,} names",
                f"this one has {machines:,} and {names:,}"))
            self.problems.finish()

    def _ranges(self, replaced: Mapping[str, str]) -> dict[str, Range]:
        """Return the templates whose machines are numbered, as many as the command line says."""
        found, machines = {}, self.shape.machine
        for name, machine in machines.items():
            spelled = machine.instances
            made = machine_range(spelled) if isinstance(spelled, str) else None
            if made is not None:
                found[name] = made
        for name, number in replaced.items():
            said = f"`--instances {name}={number}`"
            if name not in machines:
                if not self.problems.forgiven(name):
                    self.problems.add(self.root.problem(f"{said}: no such template",
                                                        did_you_mean(name, machines)))
            elif name not in found:
                self.problems.add(self.root.at("machine", name).problem(
                    f"{said}: its machines are not numbered",
                    'give a range in the file: instances = "s1..s3"', at_key=True))
            elif not re.fullmatch("[1-9][0-9]{0,8}", number):
                self.problems.add(self.root.problem(f"{said}: write a number of machines",
                                                    f"1 to {MAX_MACHINES}"))
            else:
                found[name] = found[name]._replace(high=found[name].low + int(number) - 1)
        return found

    def model(self, name: str) -> Model:
        """Return the model."""
        shape, root, problems = self.shape, self.root, self.problems
        rules = {n: read_rule(n, rule, root.at("rule", n), self.known, self.actors, problems)
                 for n, rule in shape.rule.items()}
        events = {n: read_event(n, event, root.at("event", n), self.known, problems)
                  for n, event in shape.event.items()}
        init = read_formulas(shape.init.require, root.at("init", "require"), problems)
        return Model(name, shape.title or name, shape.source, self.sorts, self.tables,
                     self.templates, init, self.actors, self.definitions, rules, events, root)

    def _sorts(self, replaced: Mapping[str, str]) -> dict[str, Sort]:
        found = {}
        for name in replaced:
            if name not in self.shape.sort:
                self.problems.add(self.root.problem(
                    f"`--sort {name}`: no such sort", did_you_mean(name, self.shape.sort)))
        for name, spelled in self.shape.sort.items():
            place = self.root.at("sort", name)
            if name in replaced:
                sort = self._replaced(name, replaced[name], spelled)
            else:
                sort = parse_sort(name, spelled, place, self.problems)
            if check_name(name, place, self.problems) and sort:
                found[name] = sort
            else:
                self.problems.broken.add(name)
        return found

    def _replaced(self, name: str, text: str, written: str | list[str]) -> Sort | None:
        """Return the sort that the command line gives instead of the file's; a wrap stays one."""
        ranged, noted = isinstance(written, str), Problems()
        wraps = isinstance(written, str) and written.endswith("wraps")
        if ranged and text == INTEGERS and not wraps:
            return integers(name)
        spelled = text if ranged else [part.strip() for part in text.split(",")]
        sort = parse_sort(name, spelled, self.root, noted)
        self.problems.extend(self.root.problem(f"`--sort {name}`: {p.message}", p.hint)
                             for p in noted.found)
        return replace(sort, wraps=wraps or sort.wraps) if sort else None

    def _template(self, name: str, shape: MachineShape) -> Template:
        place, problems = self.root.at("machine", name), self.problems
        check_name(name, place, problems)
        for i, instance in enumerate(self.instances[name]):
            if (instance != name or shape.instances is not None) and shape.part_of is None:
                check_name(instance, place.at("instances", i), problems, dotted=True, at_key=False)
        distinct(list(self.instances[name]), "machine", place.at("instances"), problems)
        states = list(dict.fromkeys(shape.states))
        if len(states) > MAX_STATES:
            problems.add(place.at("states").problem(f"a machine may have {MAX_STATES:,} states",
                                                    at_key=True))
            states = states[:MAX_STATES]
        distinct(shape.states, "state", place.at("states"), problems)
        for i, state in enumerate(shape.states):
            check_name(state, place.at("states", i), problems, reserved=frozenset(), at_key=False)
        initial = [shape.initial] if isinstance(shape.initial, str) else shape.initial
        torn = [shape.torn] if shape.torn else []
        self._among(initial or [], states, place.at("initial"), f"`{name}` has no state")
        self._among(torn, states, place.at("torn"), f"`{name}` has no state")
        sorts = {var: self._variable(name, var, said) for var, said in shape.vars.items()}
        variables = {var: sort for var, sort in sorts.items() if sort}
        own = variables if STATE in sorts else {**variables, STATE: BOOL}
        kept = list(variables) if shape.persistent is True else shape.persistent
        if shape.persistent is not True:
            self._among(kept, [*sorts, STATE], place.at("persistent"), f"`{name}` has no variable")
        keeps_state = bool(shape.torn) or len(states) == 1 or shape.persistent is True or (
            STATE in kept and STATE not in sorts)
        return Template(
            name, self.instances[name], tuple(states), tuple(initial or states[:1]), variables,
            tuple(var for var in kept if var in own), shape.torn, place, keeps_state,
            self._off(shape.unpowered, name, states, place.at("unpowered")),
            self._values(name, shape.vars, variables, "initial"),
            self._values(name, shape.vars, variables, "unpowered"),
            self._values(name, shape.vars, variables, "torn"),
            str(self.ranges[name]) if name in self.ranges else None, frozenset(self.own[name]))

    def _off(self, text: str | None, name: str, states: list[str], place: Place) -> Move | None:
        """Return the move of a machine that loses power, from any state if only one is named."""
        if text is None:
            return None
        if "->" not in text:
            move: Move | None = Move(name, None, text, place, MoveSpans((0, 0), (), (0, len(text))))
        else:
            move = parse_move(text, place, self.problems, name)
        for state, span in move.named() if move else ():
            if state not in states:
                self.problems.add(place.problem(f"`{name}` has no state `{state}`",
                                                did_you_mean(state, states), span=span))
        return move if move and all(state in states for state, _ in move.named()) else None

    def _values(self, machine: str, variables: Mapping[str, VariableShape],
                known: Collection[str], key: str) -> dict[str, Formula]:
        """Return what the variables whose sort is known say of their value under a key."""
        found = {}
        for name, said in variables.items():
            text = getattr(said, key)
            place = self.root.at("machine", machine, "vars", name, key)
            formula = read_formula(text, place, self.problems) if text is not None else None
            if formula is not None and name in known:
                found[name] = formula
        return found

    def _variable(self, machine: str, name: str, said: VariableShape) -> Sort | None:
        at = self.root.at("machine", machine, "vars", name)
        text = said.sort
        sorted_at = at.at("sort") if isinstance(at.value, dict) else at
        kind = text.removeprefix("this.")
        sort = named_sort(kind, self.known, sorted_at, self.problems)
        if sort is not None and kind != text:
            self._own_parts(machine, name, sort, sorted_at)
        if not check_name(name, at, self.problems, inner=True) or sort is None:
            self.problems.broken.add(f"{machine}.{name}")
        return sort

    def _own_parts(self, name: str, variable: str, sort: Sort, place: Place) -> None:
        """Keep that a variable names a part of its own machine, of which each must have some."""
        shape = self.shape.machine.get(sort.name)
        if shape is None:
            self.problems.add(place.problem(f"`{sort.name}` is no template, and no part of `this`",
                                            f"write `{sort}`"))
            return
        self.own[name].add(variable)
        if self.instances[sort.name] and (shape.part_of is not None or not shape.parts):
            lacks = [machine for machine in self.instances[name] if not any(
                part.startswith(f"{machine}.") for part in self.instances[sort.name])]
            if lacks:
                self.problems.add(place.problem(f"no `{sort.name}` is part of `{lacks[0]}`"))

    def _among(self, names: list[str], known: list[str], place: Place, message: str) -> None:
        for i, name in enumerate(names):
            if name not in known:
                self.problems.add(place.at(i).problem(f"{message} `{name}`",
                                                      did_you_mean(name, known)))

    def _parts(self) -> None:
        """Note parts of machines that there are not, and parts named like a variable."""
        check_parts(self.shape.machine, self.root, self.problems)
        owners = {name: t for t in self.templates.values() for name in t.instances}
        for template in self.templates.values():
            listed = self.shape.machine[template.name].part_of is None
            for i, name in enumerate(template.instances if listed else ()):
                owner, _, part = name.partition(".")
                at = template.place.at("instances", i)
                if part and owner in owners:
                    if part in owners[owner].variables:
                        self.problems.add(at.problem(f"`{name}` is already a variable of `{owner}`",
                                                     "choose another name"))
                elif part and not self.problems.forgiven(owner):
                    known = [o for o in owners if "." not in o]
                    self.problems.add(at.problem(f"`{name}` is part of `{owner}`, which is no "
                                                 "machine", did_you_mean(owner, known)))

    def _tables(self) -> dict[str, Table]:
        found = {}
        for name, shape in self.shape.table.items():
            place = self.root.at("table", name)
            named = check_name(name, place, self.problems)
            of = [named_sort(s, self.known, place.at("of", i), self.problems)
                  for i, s in enumerate(shape.of)]
            sorts = tuple(s for s in of if s)
            if not named or len(sorts) < len(of):
                self.problems.broken.add(name)
                continue
            rows = 0 if any(s.unbounded for s in sorts) else prod(sort.size for sort in sorts)
            if shape.allow is None and rows > MAX_ROWS:
                self.problems.add(place.problem(
                    f"the table `{name}` has {rows:,} entries to choose",
                    f"at most {MAX_ROWS:,}: list those that hold in `allow`", at_key=True))
            allow = self._rows(shape.allow, sorts, place) if shape.allow is not None else None
            found[name] = Table(name, sorts, allow)
        return found

    def _rows(self, rows: list[list[str | int | bool]], sorts: tuple[Sort, ...],
              place: Place) -> frozenset[tuple[int, ...]]:
        found = set()
        for i, row in enumerate(rows):
            at = place.at("allow", i)
            if len(row) != len(sorts):
                plural = "s" * (len(sorts) != 1)
                self.problems.add(at.problem(
                    f"expected {len(sorts)} value{plural}, found {len(row)}",
                    f"one of each sort in `of`: {', '.join(f'`{s}`' for s in sorts)}"))
                continue
            codes = [sort.code(str(value)) for sort, value in zip(sorts, row, strict=True)]
            for j, code in enumerate(codes):
                if code is None:
                    self.problems.add(at.at(j).problem(
                        f"`{row[j]}` is not in {sorts[j].describe()}",
                        closest(str(row[j]), sorts[j].labels or ())))
            found.add(tuple(c for c in codes if c is not None))
        return frozenset(row for row in found if len(row) == len(sorts))

    def _actors(self) -> dict[str, str]:
        for name in self.shape.actor:
            place = self.root.at("actor", name)
            check_name(name, place, self.problems)
            if name in ACTORS:
                self.problems.add(place.problem(f"`{name}` is a built-in actor",
                                                "choose another name", at_key=True))
        return {**ACTORS, **{n: k for n, k in self.shape.actor.items() if n not in ACTORS}}

    def _unique(self) -> None:
        sections = (("sort", self.shape.sort), ("table", self.shape.table),
                    ("machine", self.templates), ("define", self.definitions))
        named = [(n, self._declared(section, n)) for section, names in sections for n in names]
        for template in self.templates.values():
            shape = self.shape.machine[template.name]
            if shape.part_of is not None:  # of the first owner: the others have the same
                named += [(n, template.place.at("parts", i))
                          for i, n in enumerate(template.instances[:len(set(shape.parts))])]
                continue
            named += [(n, template.place.at("instances", i))
                      for i, n in enumerate(template.instances)
                      if n not in template.instances[:i]
                      and shape.instances is not None]
        unique(named, self.problems)
        values = {v for s in self.sorts.values() for v in s.labels or ()}
        for name, place in named:
            if name in values:
                self.problems.add(place.problem(f"`{name}` is also a value of a sort",
                                                "choose another name", at_key=True))

    def _declared(self, section: str, name: str) -> Place:
        if section == "define":
            return self.definitions[name].body.place  # its key may have parameters
        return self.root.at(section, name)
