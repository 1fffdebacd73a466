"""The module for TLC: one action for each rule instance, a disjunct for each payload.

Behind the module stands the configuration that TLC reads from a file of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.export.heading import about, heading
from twinrom.proofs.export.infix import AND, Infix, Spelling
from twinrom.proofs.export.names import ExportLabels, Names, of_variable, plain, remark
from twinrom.proofs.export.outline import broken_by_steps, outline
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import RuleInstance, Sort
    from twinrom.statemachine.terms import Term

WORDS = """
ASSUME ASSUMPTION AXIOM CASE CHOOSE CONSTANT CONSTANTS DOMAIN ELSE ENABLED EXCEPT EXTENDS IF IN
INSTANCE LET LOCAL MODULE OTHER SF_ SUBSET THEN THEOREM UNCHANGED UNION VARIABLE VARIABLES WF_ WITH
ACTION ASSUME BY COROLLARY DEF DEFINE DEFS HAVE HIDE LAMBDA LEMMA NEW OBVIOUS OMITTED ONLY PICK
PROOF PROPOSITION PROVE QED RECURSIVE STATE SUFFICES TAKE TEMPORAL USE WITNESS TRUE FALSE BOOLEAN
STRING Int Nat Real Infinity Init Next Spec vars InSorts
""".split()  # noqa: SIM905 - eighty words are easier to read so
SPELLING = Spelling(
    "TRUE", "FALSE", "~", "/\\", "\\/", "=", "/=", "<=", "(IF {} THEN {} ELSE {})", "%"
)
USAGE = (
    "java -jar tla2tools.jar -deadlock FILE",
    "A state without a step is no error of the module: -deadlock keeps TLC from looking for one.",
    "Distinct states are as many as twinrom counts; states generated are its transitions and",
    "initial states together. A step property says of a state that no possible step breaks it:",
    "its counterexample ends one step early. Responses and possible properties are not here.",
)
END = "=" * 20
OF_STATES = "/\\ vars = vars"  # TLC refuses an invariant that reads no variable and is false
FAIR = ("WF_", "SF_")  # no name may begin so


def tla(question: Question, name: str | None = None) -> str:
    """Return the question as a TLA+ module called `name`, with its configuration behind it.

    Raises `InputError` when it computes with numbers that are too large.
    """
    return "\n".join(_Tla(question, plain(name or question.model.name)).lines()) + "\n"


def configuration(module: str) -> str:
    """Return the configuration that stands behind a module."""
    return module.partition(f"\n{END}\n")[2]


class _Tla:
    def __init__(self, question: Question, name: str) -> None:
        self.name, self.plan = name, outline(question)
        plan, fresh = self.plan, Names([*WORDS, name])
        self.variables = {v.index: v for v in plan.variables}
        self.names = {v.index: fresh.new(of_variable(v)) for v in plan.variables}
        self.labels = ExportLabels(question.model, plan.variables, fresh)
        self.infix = Infix(SPELLING, self.variables, self.names, self.labels, {})
        self.actions = {i: fresh.new(f"does.{i.name}") for i in question.system.instances}
        self.guards = [fresh.new(f"can.{t.name}") for t in plan.transitions]
        self.properties = {
            p.name: fresh.new(f"is.{p.name}" if p.name.startswith(FAIR) else p.name)
            for p in question.decidable
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines of the module, then those of its configuration."""
        yield f"---- MODULE {self.name} ----"
        yield from (f"\\* {line}" for line in (*heading(self.plan), *USAGE))
        yield "EXTENDS Integers"
        yield ""
        for sort, codes in self.labels.codes.items():
            yield f"\\* {remark(sort)}"
            yield from (f"{name} == {code}" for code, name in codes.items())
        yield f"VARIABLES {', '.join(self.names.values())}"
        yield f"vars == <<{', '.join(self.names.values())}>>"
        yield ""
        yield "Init =="
        yield from (f"  /\\ {text}" for text in self._start())
        yield from self._actions()
        yield from self._specification()
        yield from self._properties()
        yield END
        yield "SPECIFICATION Spec"
        yield from (f"INVARIANT {name}" for name in ("InSorts", *self.properties.values()))

    def _start(self) -> Iterator[str]:
        """Yield what holds at the start, each condition as soon as all it reads has a value."""
        order = sorted(self.plan.variables, key=lambda v: (v.role != "table", v.index))
        position = {v.index: i for i, v in enumerate(order)}
        waiting: dict[int, list[Term]] = {}
        for term in self.plan.init:
            read = [position[t.value] for t in terms.leaves([term])]
            waiting.setdefault(max(read, default=len(order) - 1), []).append(term)
        for i, v in enumerate(order):
            given = [t for t in waiting.get(i, ()) if _pins(t)]
            if given:
                own = v.term()
                code = int(given[0] is own) if own.boolean else given[0].arguments[0].value
                yield f"{self.names[v.index]} = {self.infix.code(v.sort, code)}"
            else:
                yield f"{self.names[v.index]} \\in {_values(v.sort)}"
            yield from (
                self.infix.within(t, AND) + _once(t)
                for t in waiting.get(i, ())
                if t not in given[:1]
            )

    def _actions(self) -> Iterator[str]:
        guards = iter(self.guards)
        for instance, transitions in self.plan.by_instance():
            yield ""
            named = [(t, next(guards)) for t in transitions]
            yield from (
                f"{guard} == {self.infix.text(transition.guard)}" for transition, guard in named
            )
            yield from (f"\\* {line}" for line in about(instance))
            yield f"{self.actions[instance]} =="
            for transition, guard in named:
                yield f"  \\/ /\\ {guard}{_once(transition.guard)}"
                for index, term in transition.updates.items():
                    new = self.infix.stored(term, self.variables[index].sort)
                    yield f"     /\\ {self.names[index]}' = ({new})"
                kept = [n for index, n in self.names.items() if index not in transition.updates]
                yield f"     /\\ UNCHANGED <<{', '.join(kept)}>>"
            if not named:
                yield "  FALSE  \\* never possible"

    def _specification(self) -> Iterator[str]:
        yield ""
        yield "Next =="
        yield from (f"  \\/ {name}" for name in self.actions.values())
        if not self.actions:
            yield "  FALSE /\\ UNCHANGED vars"
        yield "\\* What happens by itself is weakly fair."
        yield "Spec == Init /\\ [][Next]_vars"
        yield from (f"  /\\ WF_vars({n})" for i, n in self.actions.items() if self._automatic(i))

    def _automatic(self, instance: RuleInstance) -> bool:
        return self.plan.question.model.automatic(instance.rule)

    def _properties(self) -> Iterator[str]:
        yield ""
        yield "InSorts =="
        for v in self.plan.variables:
            yield f"  /\\ {self.names[v.index]} \\in {_values(v.sort)}"
        for prop, bad in self.plan.invariants:
            always = "" if terms.leaves([bad]) else f" {OF_STATES}"
            yield f"{self.properties[prop.name]} == ~({self.infix.text(bad)}){always}"
        for prop, breaks in broken_by_steps(self.plan):
            yield f"{self.properties[prop.name]} =="
            for i, bad in breaks:
                yield f"  /\\ ~({self.guards[i]} /\\ {self.infix.within(bad, AND)})"
            if not terms.leaves(t for i, bad in breaks for t in (self._guard(i), bad)):
                yield f"  {OF_STATES}"

    def _guard(self, position: int) -> Term:
        return self.plan.transitions[position].guard


def _once(term: Term) -> str:
    """Return what keeps TLC from generating a state once for each alternative that holds."""
    parts = term.arguments if term.operator == "and" else (term,)
    return " = TRUE" if any(part.operator == "or" for part in parts) else ""


def _pins(term: Term) -> bool:
    """Say whether a condition says what one variable is."""
    if term.operator == "not":
        term = term.arguments[0]
        return term.operator == "variable"
    if term.operator == "equal":
        a, b = term.arguments
        return a.operator == "constant" and b.operator == "variable"
    return term.operator == "variable"


def _values(sort: Sort) -> str:
    return "BOOLEAN" if sort.boolean else f"({sort.low})..({sort.high})".replace(
        "(-", "(0 - ") if sort.low < 0 else f"{sort.low}..{sort.high}"  # fmt: skip
