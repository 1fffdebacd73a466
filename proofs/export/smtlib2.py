"""Bounded model checking for any SMT solver: the system as functions, unrolled to a depth.

Numbers are bit-vectors of one width, in two's complement, wide enough for every number that is
computed on the way. In contrast to our own bounded check, a step is a relation: one disjunct for
each rule instance and payload, and one for doing nothing, so that shorter runs count too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.export.heading import about, heading
from twinrom.proofs.export.names import ExportLabels, Names, of_variable, remark
from twinrom.proofs.export.outline import broken_by_steps, outline, outside
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinrom.proofs.export.outline import Outline
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Sort
    from twinrom.statemachine.terms import Term

WORDS = """
Init Trans Idle InSorts Bool BitVec Int Real String Array true false not and or xor ite distinct let
forall exists match par as assert bvadd bvsub bvsle bvneg push pop
""".split()  # noqa: SIM905 - thirty words are easier to read so
DEFAULT_DEPTH = 20


def smtlib2(question: Question, depth: int = DEFAULT_DEPTH) -> str:
    """Return the question in SMT-LIB 2, for all runs of at most `depth` steps.

    Raises `InputError` when it computes with numbers that are too large.
    """
    return "\n".join(_Smtlib2(outline(question), depth).lines()) + "\n"


class _Smtlib2:
    def __init__(self, plan: Outline, depth: int) -> None:
        self.plan, self.depth = plan, depth
        fresh = Names(WORDS)
        self.variables = {v.index: v for v in plan.variables}
        self.names = {v.index: fresh.new(of_variable(v)) for v in plan.variables}
        self.labels = ExportLabels(plan.question.model, plan.variables, fresh)
        self.steps = [fresh.new(f"does.{t.name}") for t in plan.transitions]
        self.guards = [fresh.new(f"can.{t.name}") for t in plan.transitions]
        self.properties = {p.name: fresh.new(p.name) for p in plan.question.decidable}
        self.width = _width(plan)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        usage = (
            f"Each check-sat asks for one property: sat is a violation in at most {self.depth}",
            "steps, unsat none. First: may the system start at all (sat), and does an assignment",
            "leave its sort (sat is a mistake of the model; a step that does is left out).",
            "Responses and possible properties are not in this file.",
        )
        yield from (f"; {line}" for line in (*heading(self.plan), *usage))
        yield "(set-logic QF_BV)"
        yield f"(define-sort Number () (_ BitVec {self.width}))"
        for sort, codes in self.labels.codes.items():
            yield f"; {remark(sort)}"
            for code, name in codes.items():
                yield f"(define-fun {name} () Number {self._number(code)})"
        yield from self._functions()
        yield from self._unrolled()
        yield "(exit)"

    def _functions(self) -> Iterator[str]:
        variables = self.plan.variables
        before = self._parameters("")
        inside = [
            f"(bvsle {self._number(bound[0])} {name}) (bvsle {name} {self._number(bound[1])})"
            for v in variables
            for name, bound in [(self.names[v.index], (v.sort.low, v.sort.high))]
            if not v.sort.boolean
        ]
        yield f"(define-fun InSorts ({before}) Bool"
        yield f"  {_joined('and', inside)})"
        yield f"(define-fun Init ({before}) Bool"
        yield f"  {_joined('and', [self.text(t) for t in self.plan.init])})"
        names = iter(zip(self.steps, self.guards, strict=True))
        for instance, transitions in self.plan.by_instance():
            yield ""
            yield from (f"; {line}" for line in about(instance))
            for transition in transitions:
                name, guard = next(names)
                yield f"(define-fun {guard} ({before}) Bool"
                yield f"  {self.text(transition.guard)})"
                yield f"(define-fun {name} ({before} {self._parameters('!')}) Bool (and"
                yield f"  ({guard} {self._arguments('')})"
                for v in variables:
                    new = self.text(transition.updates.get(v.index, v.term()), v.sort)
                    yield f"  (= {self.names[v.index]}! {new})"
                yield "))"
        yield ""
        yield f"(define-fun Idle ({before} {self._parameters('!')}) Bool"
        kept = [f"(= {name}! {name})" for name in self.names.values()]
        yield f"  {_joined('and', kept)})"
        both = f"{self._arguments('')} {self._arguments('!')}"
        yield f"(define-fun Trans ({before} {self._parameters('!')}) Bool (or false"
        yield from (f"  ({name} {both})" for name in ("Idle", *self.steps))
        yield "))"

    def _unrolled(self) -> Iterator[str]:
        yield ""
        for at in range(self.depth + 1):
            for v in self.plan.variables:
                yield f"(declare-const {self.names[v.index]}@{at} {_typed(v.sort)})"
            yield f"(assert (InSorts {self._arguments(f'@{at}')}))"
            if at:
                previous = self._arguments(f"@{at - 1}")
                yield f"(assert (Trans {previous} {self._arguments(f'@{at}')}))"
            else:
                yield f"(assert (Init {self._arguments('@0')}))"
        yield "; can the system start?"
        yield "(check-sat)"
        bad = [
            f"(and {self._guarded(i)} {self.text(term)})" for _, i, term in outside(self.plan)
        ]
        yield from self._asked("leaves_its_sort", bad, self.depth)
        for prop, term in self.plan.invariants:
            yield from self._asked(prop.name, [self.text(term)], self.depth + 1)
        for prop, breaks in broken_by_steps(self.plan):
            bad = [f"(and {self._guarded(i)} {self.text(term)})" for i, term in breaks]
            yield from self._asked(prop.name, bad, self.depth)

    def _guarded(self, position: int) -> str:
        return f"({self.guards[position]} {self._arguments('')})"

    def _asked(self, prop: str, bad: Sequence[str], states: int) -> Iterator[str]:
        """Yield the question whether one of the first `states` states is bad."""
        name = self.properties.get(prop, prop)
        yield ""
        yield f"; {remark(prop)}"
        yield f"(define-fun bad__{name} ({self._parameters('')}) Bool"
        yield f"  {_joined('or', bad)})"
        yield "(push 1)"
        wanted = [f"(bad__{name} {self._arguments(f'@{at}')})" for at in range(states)]
        yield f"(assert {_joined('or', wanted)})"
        yield "(check-sat)"
        yield "(pop 1)"

    def _parameters(self, mark: str) -> str:
        return " ".join(
            f"({self.names[v.index]}{mark} {_typed(v.sort)})" for v in self.plan.variables
        )

    def _arguments(self, mark: str) -> str:
        return " ".join(f"{name}{mark}" for name in self.names.values())

    def text(self, term: Term, sort: Sort | None = None) -> str:
        """Return a term; constants are named as values of `sort` where that is known."""
        match term.operator:
            case "constant" if term.boolean:
                return "true" if term.value else "false"
            case "constant":
                return self.labels.text(sort, term.value) or self._number(term.value)
            case "variable":
                return self.names[term.value]
            case "if":
                c, a, b = term.arguments
                return f"(ite {self.text(c)} {self.text(a, sort)} {self.text(b, sort)})"
            case "after" | "payload" | "event" | "argument" | "opaque" | "table":
                raise AssertionError(term.operator)  # the outline has none
            case operator:
                if operator in ("equal", "at_most"):
                    read = [a.value for a in term.arguments if a.operator == "variable"]
                    sort = self.variables[read[0]].sort if read else None
                else:
                    sort = None
                inner = " ".join(self.text(a, sort) for a in term.arguments)
                return f"({terms.signature(operator).smtlib} {inner})"

    def _number(self, value: int) -> str:
        return f"#b{value % (1 << self.width):0{self.width}b}"


def _joined(operator: str, parts: Sequence[str]) -> str:
    unit = "true" if operator == "and" else "false"
    return f"({operator} {unit} {' '.join(parts)})" if parts else unit


def _typed(sort: Sort) -> str:
    return "Bool" if sort.boolean else "Number"


def _width(plan: Outline) -> int:
    """Return the bits that every number of the outline fits in, with its sign."""
    seen: set[Term] = set()
    todo = list(plan.init) + [t for _, t in plan.invariants]
    for transition in plan.transitions:
        todo += [transition.guard, *transition.updates.values()]
        todo += [t for _, t in (*transition.duties, *transition.broken)]
    while todo:
        term = todo.pop()
        if term not in seen:
            seen.add(term)
            todo.extend(term.arguments)
    bounds = [b for t in seen for b in (t.low, t.high)]
    bounds += [b for v in plan.variables for b in (v.sort.low, v.sort.high)]
    return 1 + max(1, *(max(b, -b - 1).bit_length() for b in bounds))
