"""From the shape of a model file to its declarations: sorts, tables, templates, definitions, rules."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from statemachine.diagnostics import did_you_mean
from statemachine.model import (
    ACTORS,
    Definition,
    Event,
    Model,
    Rule,
    Table,
    Template,
    instance_sort,
)
from statemachine.names import (
    check_name,
    is_name,
    named_sort,
    parse_assignment,
    parse_columns,
    parse_move,
    parse_sort,
    unique,
)
from statemachine.sorts import BOOL, Sort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from statemachine.places import Place, Problems
    from statemachine.schema import MachineShape, ModelShape, RuleShape

MAX_MACHINES = 256


class Declarations:
    """Reads the sections of a model file in the order in which they need each other."""

    def __init__(self, shape: ModelShape, root: Place, problems: Problems,
                 sorts: Mapping[str, str]) -> None:
        self.shape, self.root, self.problems = shape, root, problems
        self.sorts = self._sorts(sorts)
        self.known = {**self.sorts, "bool": BOOL, **{
            name: instance_sort(name, tuple(machine.instances))
            for name, machine in shape.machine.items()}}
        self.templates = {n: self._template(n, machine) for n, machine in shape.machine.items()}
        self.tables = self._tables()
        self.definitions = read_definitions(shape.define, root.at("define"), problems)
        self.actors = {**ACTORS, **shape.actor}
        self._unique()

    def model(self, name: str) -> Model:
        """Return the model."""
        shape = self.shape
        rules = {n: self._rule(n, rule) for n, rule in shape.rule.items()}
        events = {}
        for event, declared in shape.event.items():
            place = self.root.at("event", event)
            check_name(event, place, self.problems)
            columns = parse_columns(declared.each, place.at("each"), self.problems)
            can = self.problems.formulas(declared.can_happen, place.at("can_happen"))
            events[event] = Event(event, columns, can, place)
        init = self.problems.formulas(shape.init.require, self.root.at("init", "require"))
        return Model(name, shape.title or name, shape.source, self.sorts, self.tables,
                     self.templates, init, self.actors, self.definitions, rules, events, self.root)

    def _sorts(self, replaced: Mapping[str, str]) -> dict[str, Sort]:
        found = {}
        for name in replaced:
            if name not in self.shape.sort:
                self.problems.add(self.root.problem(
                    f"`--sort {name}`: no such sort", did_you_mean(name, self.shape.sort)))
        for name, spelled in self.shape.sort.items():
            place = self.root.at("sort", name)
            new = replaced.get(name)
            if new is not None:
                spelled = new if isinstance(spelled, str) else [p.strip() for p in new.split(",")]  # noqa: PLW2901
                place = self.root
            sort = parse_sort(name, spelled, place, self.problems)
            if check_name(name, self.root.at("sort", name), self.problems) and sort:
                found[name] = sort
        return found

    def _template(self, name: str, shape: MachineShape) -> Template:
        place, problems = self.root.at("machine", name), self.problems
        check_name(name, place, problems)
        for i, instance in enumerate(shape.instances):
            check_name(instance, place.at("instances", i), problems, dotted=True, at_key=False)
        for i, state in enumerate(shape.states):
            at = place.at("states", i)
            check_name(state, at, problems, reserved=frozenset(), at_key=False)
            if state in shape.states[:i]:
                problems.add(at.problem(f"state `{state}` is listed twice"))
        initial = shape.initial or shape.states[:1]
        initial = [initial] if isinstance(initial, str) else initial
        for key, states in (("initial", initial), ("torn", [shape.torn] if shape.torn else [])):
            for state in states:
                if state not in shape.states:
                    problems.add(place.at(key).problem(f"machine `{name}` has no state `{state}`",
                                                       did_you_mean(state, shape.states)))
        variables = {}
        for var, text in shape.vars.items():
            at = place.at("vars", var)
            check_name(var, at, problems)
            variables[var] = named_sort(text, self.known, at, problems) or BOOL
        for i, var in enumerate(shape.persistent):
            if var not in variables:
                problems.add(place.at("persistent", i).problem(
                    f"machine `{name}` has no variable `{var}`", did_you_mean(var, variables)))
        return Template(name, tuple(shape.instances), tuple(shape.states), tuple(initial),
                        variables, tuple(shape.persistent), shape.torn, place)

    def _tables(self) -> dict[str, Table]:
        found = {}
        for name, shape in self.shape.table.items():
            place = self.root.at("table", name)
            check_name(name, place, self.problems)
            of = [named_sort(s, self.known, place.at("of", i), self.problems)
                  for i, s in enumerate(shape.of)]
            sorts = tuple(s for s in of if s)
            if len(sorts) < len(of):
                continue
            allow = self._rows(shape.allow, sorts, place) if shape.allow is not None else None
            found[name] = Table(name, sorts, allow)
        return found

    def _rows(self, rows: list[list[str | int | bool]], sorts: tuple[Sort, ...],
              place: Place) -> frozenset[tuple[int, ...]]:
        found = set()
        for i, row in enumerate(rows):
            at = place.at("allow", i)
            if len(row) != len(sorts):
                self.problems.add(at.problem(f"expected {len(sorts)} values, found {len(row)}"))
                continue
            codes = [sort.code(str(value)) for sort, value in zip(sorts, row, strict=True)]
            for j, code in enumerate(codes):
                if code is None:
                    self.problems.add(at.at(j).problem(f"`{row[j]}` is not in {sorts[j].describe()}"))
            found.add(tuple(c for c in codes if c is not None))
        return frozenset(row for row in found if len(row) == len(sorts))

    def _unique(self) -> None:
        root = self.root
        named: list[tuple[str, Place]] = [("bool", root)]
        for section, names in (("sort", self.sorts), ("table", self.tables),
                               ("machine", self.templates), ("define", self.definitions)):
            named += [(n, root.at(section, n)) for n in names]
        for template in self.templates.values():
            named += [(n, template.place.at("instances", i))
                      for i, n in enumerate(template.instances)]
        unique(named, self.problems)
        values = {v for s in self.sorts.values() for v in s.labels or ()}
        for name, place in named:
            if name in values and place.key[:1] in (("define",), ("table",), ("sort",), ("machine",)):
                self.problems.add(place.problem(f"`{name}` is also a value of a sort", at_key=True))
        if len(named) > MAX_MACHINES * 8 or sum(len(t.instances) for t in self.templates.values()) > MAX_MACHINES:
            self.problems.add(root.at("machine").problem(f"a model may have {MAX_MACHINES} machines"))

    def _rule(self, name: str, shape: RuleShape) -> Rule:
        place, problems = self.root.at("rule", name), self.problems
        check_name(name, place, problems)
        if shape.by not in self.actors:
            problems.add(place.at("by").problem(f"unknown actor `{shape.by}`",
                                                did_you_mean(shape.by, self.actors)))
        event = shape.on or name
        if shape.on is not None:
            check_name(event, place.at("on"), problems, at_key=False)
        given = {}
        for parameter, text in shape.given.items():
            check_name(parameter, place.at("given", parameter), problems)
            sort = named_sort(text, self.known, place.at("given", parameter), problems)
            if sort is not None and sort.template:
                problems.add(place.at("given", parameter).problem(
                    "a machine cannot be a payload", "use `each`"))
            given[parameter] = sort or BOOL
            if parameter in shape.each:
                problems.add(place.at("given", parameter).problem(
                    f"`{parameter}` is already bound by `each`", at_key=True))
        moves, also = (
            [parse_move(text, _item(place, key, texts, i), problems) for i, text in enumerate(texts)]
            for key, texts in (("moves", shape.moves), ("also", shape.also)))
        sets = [parse_assignment(text, _item(place, "sets", shape.sets, i), problems)
                for i, text in enumerate(shape.sets)]
        if not (shape.moves or shape.also or shape.sets):
            problems.add(place.problem(f"rule `{name}` does nothing", "give it `moves` or `sets`",
                                       at_key=True))
        return Rule(
            name, tuple(shape.clause), shape.by if shape.by in self.actors else "operator", event,
            parse_columns(shape.each, place.at("each"), problems), given,
            tuple(m for m in moves if m), tuple(m for m in also if m),
            problems.formulas(shape.when, place.at("when")), tuple(s for s in sets if s),
            shape.says, shape.kind or event, shape.atomic, shape.nondeterministic, place)


def _item(place: Place, key: str, texts: list[str], index: int) -> Place:
    """Return the place of an item of a list, or of the single string that stood for a list."""
    at = place.at(key)
    listed = any(d.has((*at.key, 0)) for d in at.documents) if len(texts) == 1 else True
    return at.at(index) if listed else at


def read_definitions(define: Mapping[str, str], place: Place, problems: Problems) -> dict[str, Definition]:
    """Return the named expressions; a name may have parameters: `fits(v)`."""
    found: dict[str, Definition] = {}
    for head, text in define.items():
        at = place.at(head)
        match = re.fullmatch(r"\s*(\w+)\s*(?:\(([\w\s,]*)\))?\s*", head)
        if not match:
            problems.add(at.problem(f"`{head[:60]}` cannot be defined", "write `name` or `name(a, b)`",
                                    at_key=True))
            continue
        name = match[1]
        inner = match[2]
        parameters = tuple(p.strip() for p in inner.split(",")) if inner and inner.strip() else ()
        if not check_name(name, at, problems):
            continue
        bad = [p for p in parameters if not is_name(p)]
        twice = [a for a, b in itertools.combinations(parameters, 2) if a == b]
        if bad or twice:
            problems.add(at.problem(f"`{head[:60]}` has a parameter that is not a name of its own",
                                    at_key=True))
            continue
        body = problems.formula(text, at)
        if name in found:
            problems.add(at.problem(f"`{name}` is defined twice", at_key=True))
        elif body:
            found[name] = Definition(name, parameters, body)
    return found
