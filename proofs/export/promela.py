"""The model for SPIN: one process, one loop, one option for each rule instance and payload.

Every option is a `d_step`, so that a rule is one transition. The initial choices are one `atomic`
sequence without dead ends, so that SPIN stores exactly one state more than there are: its own
first one. Nothing is declared that the state does not need, and each variable has its own bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.export.heading import about, heading
from twinrom.proofs.export.infix import AND, Infix, Spelling
from twinrom.proofs.export.names import ExportLabels, Names, of_variable, remark
from twinrom.proofs.export.outline import outline
from twinrom.proofs.export.start import choices
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.proofs.export.outline import Transition
    from twinrom.proofs.export.start import StartChoice
    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Sort, Variable
    from twinrom.statemachine.terms import Term

WORDS = """
active assert atomic bit bool break byte c_code c_decl c_expr c_state c_track chan d_proctype d_step
defined do else empty enabled end eval false fi for full get_priority hidden if in init inline int
len local ltl mtype nempty never nfull notrace np_ od of pc_value pid print printf printm priority
proctype provided return run select set_priority short show skip timeout trace true typedef unless
unsigned xr xs check everything nothing error elif endif ifdef ifndef include line pragma undef
""".split()  # noqa: SIM905 - forty words are easier to read so
SPELLING = Spelling("true", "false", "!", "&&", "||", "==", "!=", "<=", "({} -> {} : {})", "%")
WIDEST = 16
USAGE = (
    "spin -o2 -a FILE && gcc -O1 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan",
    "Shortest counterexample: add -DBFS to gcc; then spin -t FILE shows its steps.",
    "One property, or none: add -DCHECK=name or -DCHECK=nothing to spin.",
    "SPIN stores one state more than there are: its own first one. It counts that one and the",
    "initial states as transitions too. Responses and possible properties are not in this file.",
)


def promela(question: Question) -> str:
    """Return the question as a Promela model.

    Raises `InputError` when it computes with numbers that are too large, and when the initial
    states are too many to list.
    """
    return "\n".join(_Promela(question).lines()) + "\n"


class _Promela:
    def __init__(self, question: Question) -> None:
        self.plan = plan = outline(question)
        self.fresh = Names(WORDS)
        self.variables = {v.index: v for v in plan.variables}
        self.names = {v.index: self.fresh.new(of_variable(v)) for v in plan.variables}
        self.labels = ExportLabels(question.model, plan.variables, self.fresh)
        self.offset: dict[str, int] = {}
        for v in plan.variables:
            self.offset[v.sort.name] = min(v.sort.low, self.offset.get(v.sort.name, 0))
        self.infix = Infix(SPELLING, self.variables, self.names, self.labels, self.offset)
        self.properties = {p.name: self.fresh.new(p.name) for p in question.decidable}
        self.saved: dict[int, str] = {}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        options = list(self._options())  # first: they say which variables need a second place
        yield from map(_comment, (*heading(self.plan), *USAGE))
        yield ""
        yield from self._switches()
        yield from self._constants()
        start = choices(self.plan)
        yield from self._declarations(start)
        yield ""
        yield "init {"
        yield "  atomic {"
        yield from self._start(start)
        yield "    skip"
        yield "  };"
        yield "end:"
        yield "  do"
        yield from options
        if not self.plan.transitions:
            yield "  :: false  /* nothing can happen */"
        yield "  od"
        yield "}"

    def _switches(self) -> Iterator[str]:
        if self.properties:
            yield _comment("What CHECK can be: everything, nothing, or one of the properties.")
        yield "#define everything -1"
        yield "#define nothing 0"
        for number, name in enumerate(self.properties.values(), 1):
            yield f"#define {name} {number}"
        yield "#ifndef CHECK"
        yield "#define CHECK everything"
        yield "#endif"
        yield ""

    def _constants(self) -> Iterator[str]:
        for sort, codes in self.labels.codes.items():
            yield _comment(sort)
            for code, name in codes.items():
                yield f"#define {name} {code - self.offset[sort]}"
            yield ""

    def _declarations(self, start: Sequence[StartChoice]) -> Iterator[str]:
        pinned = {
            choice.variables[0].index: choice.alternatives[0].values[0]
            for choice in start
            if choice.pinned
        }
        for v in self.plan.variables:
            first = f" = {self.infix.code(v.sort, pinned[v.index])}" if v.index in pinned else ""
            yield f"{self._typed(v.sort, self.names[v.index])}{first};  {_comment(_meaning(v))}"
        for index, name in self.saved.items():
            yield f"{self._typed(self.variables[index].sort, name)};  {_comment('0 between steps')}"

    def _typed(self, sort: Sort, name: str) -> str:
        width = (sort.high - self.offset[sort.name]).bit_length()
        return f"unsigned {name} : {max(width, 1)}" if width <= WIDEST else f"int {name}"

    def _start(self, start: Sequence[StartChoice]) -> Iterator[str]:
        for choice in start:
            if choice.pinned:
                continue
            yield "    if"
            for alternative in choice.alternatives:
                values = zip(choice.variables, alternative.values, strict=True)
                sets = "; ".join(
                    f"{self.names[v.index]} = {self.infix.code(v.sort, code)}" for v, code in values
                )
                where = alternative.condition
                guard = "" if where is terms.TRUE else f"{self._condition(where)} -> "
                yield f"    :: d_step {{ {guard}{sets} }}"
            if not choice.alternatives:
                yield "    :: false  /* there is no initial state */"
            yield "    fi;"

    def _options(self) -> Iterator[str]:
        for instance, transitions in self.plan.by_instance():
            yield ""
            yield from (f"  {_comment(line)}" for line in about(instance))
            if not transitions:
                yield "  /* never possible */"
            for transition in transitions:
                yield from self._option(transition)
        if self.plan.invariants:
            yield ""
            yield "  /* Invariants: an option is possible only where one is broken. */"
        for prop, bad in self.plan.invariants:
            yield from self._checked(prop.name, [
                f"  :: d_step {{ {self._condition(bad)} ->",
                f'       printf("broken: {remark(prop.name)}\\n"); assert(false) }}',
            ])  # fmt: skip

    def _option(self, transition: Transition) -> Iterator[str]:
        yield f"  :: d_step {{ {self._condition(transition.guard)} ->"
        yield f'       printf("{remark(transition.name)}\\n")'
        for text, duty in transition.duties:
            if duty is not terms.TRUE:
                yield f"       {_comment(f'`{text}` stays in its sort')}"
                yield self._refused("leaves its sort", terms.negation(duty))
        for prop, bad in transition.broken:
            lines = [self._refused(f"broken: {remark(prop.name)}", bad)]
            yield from self._checked(prop.name, lines)
        for line in self._assignments(transition.updates):
            yield f"       ; {line}"
        yield "     }"

    def _refused(self, message: str, bad: Term) -> str:
        where = self._condition(bad)
        return f'       ; if :: {where} -> printf("{message}\\n"); assert(false) :: else fi'

    def _checked(self, name: str, lines: Sequence[str]) -> Iterator[str]:
        yield f"#if CHECK == everything || CHECK == {self.properties[name]}"
        yield from lines
        yield "#endif"

    def _condition(self, term: Term) -> str:
        """Return a term as a statement, which is never taken for an assignment or a call."""
        return self.infix.text(term) if term.arguments else f"({self.infix.within(term, AND)})"

    def _assignments(self, updates: Mapping[int, Term]) -> Iterator[str]:
        """Yield assignments in an order in which none reads what another has written.

        Where they go round in a circle, one new value is kept aside until the end.
        """
        reads = {i: terms.variables([term]) - {i} for i, term in updates.items()}
        later: list[int] = []
        while reads:
            read = set().union(*reads.values())
            free = [i for i in reads if i not in read]
            if not free:
                index = next(iter(reads))
                aside = self.saved.setdefault(
                    index, self.fresh.new(f"saved.{of_variable(self.variables[index])}")
                )
                yield f"{aside} = {self._new(index, updates[index])}"
                later.append(index)
                del reads[index]
            for index in free:
                del reads[index]
                yield f"{self.names[index]} = {self._new(index, updates[index])}"
        for index in later:
            yield f"{self.names[index]} = {self.saved[index]}"
            yield f"{self.saved[index]} = 0"

    def _new(self, index: int, term: Term) -> str:
        return self.infix.stored(term, self.variables[index].sort)


def _meaning(variable: Variable) -> str:
    return f"{variable.name}: {variable.sort.name or variable.sort.range_text()}"


def _comment(text: str) -> str:
    return f"/* {remark(text)} */"
