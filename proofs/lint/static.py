"""Checks that need no search: what is declared, and never used, read, changed or moved.

Without a spec only the rules count as uses, and the hint says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.lint.findings import Finding
from twinrom.proofs.spec.words import (
    mentioned,
    model_words,
    rule_formulas,
    spec_definitions,
    spec_words,
    through,
)
from twinrom.statemachine import ground, terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Model, Place, Template
    from twinrom.statemachine.terms import Term

NO_SPEC = "a spec may use it: none was given"


def check_unused(model: Model, spec: Spec | None) -> Iterator[Finding]:
    """Yield what could be taken away without changing any answer."""
    return _Unused(model, spec).findings()


def check_torn(model: Model) -> Iterator[Finding]:
    """Yield the templates whose persistent variables have no torn state."""
    for template in model.templates.values():
        if template.persistent and template.torn is None and not model.loses_power:
            yield Finding("W302", template.place.at("persistent").problem(
                f"`{template.name}` has persistent variables, and no torn state",
                "name the state in which they are half-written: `torn = ...`", at_key=True))


def check_writes(model: Model) -> Iterator[Finding]:
    """Yield the writes that read what an earlier write of their rule changes."""
    for instance in ground(model).written:
        before: dict[int, Term] = {}
        for entry in instance.entries:
            for index, value in entry.values.items():
                again = sorted(i for i in before.keys() & terms.variables([value])
                               if value is not before[i])  # that one is written out
                if again:
                    name = ground(model).variables[again[0]].name
                    yield Finding("W303", entry.places[index].problem(
                        f"this reads `{name}` as it was before the rule",
                        f"an earlier write of `{instance.rule.name}` changes it"))
            before |= entry.values


class _Unused:
    def __init__(self, model: Model, spec: Spec | None) -> None:
        self.model, self.spec, self.system = model, spec, ground(model)
        self.hint = "" if spec is not None else NO_SPEC
        self.own = spec_definitions(spec)
        definitions = {**model.definitions, **self.own}
        self.by_spec = through(spec_words(spec), definitions)
        self.words = through(model_words(model), definitions) | self.by_spec

    def findings(self) -> Iterator[Finding]:
        yield from self._definitions()
        yield from self._payloads()
        yield from self._variables()
        yield from self._observers()
        yield from self._machines()
        yield from self._declarations()

    def _found(self, code: str, place: Place, message: str, hint: str = "") -> Finding:
        return Finding(code, place.problem(message, hint, at_key=True))

    def _definitions(self) -> Iterator[Finding]:
        for definition in (*self.model.definitions.values(), *self.own.values()):
            if (definition.name,) not in self.words:
                yield self._found("W501", definition.body.place,
                                  f"definition `{definition.name}` is never used", self.hint)

    def _payloads(self) -> Iterator[Finding]:
        for rule in self.model.rules.values():
            used = through(mentioned(f.expr for f in rule_formulas(rule)), {})
            for name in rule.given:
                if (name,) not in used and ("event", name) not in self.by_spec:
                    yield self._found("W502", rule.place.at("given", name),
                                      f"payload `{name}` of rule `{rule.name}` is never used",
                                      self.hint)

    def _variables(self) -> Iterator[Finding]:
        read, changed = self._read(), self._changed()
        named = {word[-1] for word in self.by_spec if len(word) > 1}
        for template in self.model.templates.values():
            for name in template.variables:
                at = {self.system.by_name[f"{m}.{name}"].index for m in template.instances}
                place = template.place.at("vars", name)
                what = f"variable `{name}` of `{template.name}`"
                if not at & read and name not in named:
                    yield self._found("W503", place, f"{what} is never read", self.hint)
                elif not at & changed:
                    yield self._found("W504", place, f"{what} never changes",
                                      "it keeps the value it starts with")

    def _read(self) -> set[int]:
        """Return the variables that guards, duties and the new values of other variables read."""
        read = [duty.when for duty in self.system.duties]
        found: set[int] = set()
        for instance in self.system.instances:
            read.append(instance.guard)
            for index, term in instance.updates.items():
                found |= terms.variables([term]) - {index}
        return found | terms.variables(read)

    def _changed(self) -> set[int]:
        return {index for instance in self.system.instances
                for index, term in instance.updates.items()
                if term is not self.system.variables[index].term()}

    def _observers(self) -> Iterator[Finding]:
        for name in self.spec.shape.observer if self.spec is not None else ():
            if self.spec is not None and (name,) not in self.by_spec:
                yield self._found("W503", self.spec.place.at("observer", name),
                                  f"observer `{name}` is never read")

    def _machines(self) -> Iterator[Finding]:
        for template in self.model.templates.values():
            still = [m for m in template.instances if m in self.system.unmoved]
            yield from self._still(template, still)

    def _still(self, template: Template, machines: list[str]) -> Iterator[Finding]:
        for machine in machines:
            place = template.place.at("instances", template.instances.index(machine))
            yield Finding("W505", place.problem(
                f"no rule moves machine `{machine}`", "one state is enough to keep variables"))

    def _declarations(self) -> Iterator[Finding]:
        model = self.model
        for section, names, used in (("sort", model.sorts, self._sorts()),
                                     ("table", model.tables, self._tables())):
            for name in names:
                if name not in used and (name,) not in self.words:
                    yield self._found("W506", model.place.at(section, name),
                                      f"{section} `{name}` is never used", self.hint)
        acting = {rule.by for rule in model.rules.values()}
        for name in model.actors:
            declared = any(name in d.data.get("actor", {}) for d in model.place.documents)
            if declared and name not in acting:
                yield self._found("W506", model.place.at("actor", name),
                                  f"no rule is by actor `{name}`")

    def _sorts(self) -> set[str]:
        found = {s.name for t in self.model.templates.values() for s in t.variables.values()}
        found |= {s.name for table in self.model.tables.values() for s in table.of}
        for instance in self.system.instances:
            found |= {a.sort.name for a in (*instance.arguments, *instance.given)}
        if self.spec is not None:
            found |= {o.sort.removesuffix("?") for o in self.spec.shape.observer.values()}
        return found

    def _tables(self) -> set[str]:
        """Return the tables that are looked up; `[init]` counts, for it limits their choices."""
        read = [conjunct.term for conjunct in self.system.init]
        for instance in self.system.instances:
            read += [instance.guard, *instance.updates.values()]
        return {t.value for t in terms.leaves(read) if t.operator == "table"}
