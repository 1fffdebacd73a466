"""The model for NuSMV and nuXmv: one input says which step happens, or `idle`.

The input names a rule instance with its payload; `TRANS` says when it may and what it does. `idle`
leaves everything as it is, and is always possible: these tools want a step in every state. It adds
no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.export.heading import about, heading
from twinrom.proofs.export.infix import AND, Infix, Spelling
from twinrom.proofs.export.names import ExportLabels, Names, of_variable, remark
from twinrom.proofs.export.outline import broken_by_steps, outline, outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs.spec.question import Question
    from twinrom.statemachine import Sort, Variable
    from twinrom.statemachine.terms import Term

WORDS = """
MODULE DEFINE MDEFINE CONSTANTS VAR IVAR FROZENVAR INIT TRANS INVAR SPEC CTLSPEC LTLSPEC PSLSPEC
COMPUTE NAME INVARSPEC FAIRNESS JUSTICE COMPASSION ISA ASSIGN CONSTRAINT SIMPWFF CTLWFF LTLWFF
PSLWFF COMPWFF IN MIN MAX MIRROR PRED PREDICATES process array of boolean integer real word word1
bool signed unsigned extend resize sizeof uwconst swconst EX AX EF AF EG AG E F O G H X Y Z A U S V
T BU EBF ABF EBG ABG case esac mod next init union in xor xnor self TRUE FALSE count abs max min
toint floor step idle main fun fune frozenvar itype clock time until since asserttype read write
""".split()  # noqa: SIM905 - eighty words are easier to read so
SPELLING = Spelling("TRUE", "FALSE", "!", "&", "|", "=", "!=", "<=", "({} ? {} : {})", "mod")
USAGE = (
    "NuSMV FILE, or NuSMV -r FILE to count the reachable states: as many as twinrom counts.",
    "A step property says of a state that no possible step breaks it: its counterexample ends",
    "one step early. Responses are not in this file.",
)


def smv(question: Question) -> str:
    """Return the question in the language of NuSMV.

    Raises `InputError` when it computes with numbers that are too large.
    """
    return "\n".join(_Smv(question).lines()) + "\n"


class _Smv:
    def __init__(self, question: Question) -> None:
        self.plan = plan = outline(question)
        fresh = Names(WORDS)
        self.variables = {v.index: v for v in plan.variables}
        self.names = {v.index: fresh.new(of_variable(v)) for v in plan.variables}
        self.labels = ExportLabels(question.model, plan.variables, fresh)
        self.infix = Infix(SPELLING, self.variables, self.names, self.labels, {})
        self.steps = [fresh.new(f"does.{t.name}") for t in plan.transitions]
        self.guards = [fresh.new(f"can.{t.name}") for t in plan.transitions]
        self.properties = {p.name: fresh.new(p.name) for p in question.properties}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        yield from (f"-- {line}" for line in (*heading(self.plan), *USAGE))
        yield "MODULE main"
        if self.labels.codes:
            yield "DEFINE"
        for sort, codes in self.labels.codes.items():
            yield f"  -- {remark(sort)}"
            yield from (f"  {name} := {code};" for code, name in codes.items())
        for kind, chosen in (("VAR", self._moving()), ("FROZENVAR", list(self.plan.rigid))):
            if chosen:
                yield kind
            for v in chosen:
                yield f"  {self.names[v.index]} : {_typed(v.sort)};  -- {remark(v.name)}"
        yield "IVAR"
        yield f"  step : {{{', '.join(['idle', *self.steps])}}};"
        yield ""
        yield "INIT"
        yield from self._all(self.plan.init, "  ")
        yield from self._transitions()
        yield from self._specified()

    def _moving(self) -> list[Variable]:
        return [v for v in self.plan.variables if v.role != "table"]

    def _all(self, parts: tuple[Term, ...], indent: str) -> Iterator[str]:
        texts = [self.infix.within(part, AND) for part in parts] or ["TRUE"]
        for i, text in enumerate(texts):
            yield f"{indent}{'& ' if i else '  '}{text}"
        yield f"{indent};"

    def _transitions(self) -> Iterator[str]:
        names = iter(zip(self.steps, self.guards, strict=True))
        writers: dict[int, list[str]] = {}
        for instance, transitions in self.plan.by_instance():
            yield ""
            yield from (f"-- {line}" for line in about(instance))
            if not transitions:
                yield "-- never possible"
            for transition in transitions:
                name, guard = next(names)
                yield f"DEFINE {guard} := {self.infix.text(transition.guard)};"
                yield f"TRANS step = {name} -> {guard}"
                for index, term in transition.updates.items():
                    writers.setdefault(index, []).append(name)
                    new = self.infix.stored(term, self.variables[index].sort)
                    yield f"  & next({self.names[index]}) = ({new})"
                yield "  ;"
        yield ""
        yield "-- What a step does not name stays."
        for v in self._moving():
            stays = f"next({self.names[v.index]}) = {self.names[v.index]}"
            if v.index in writers:
                stays = f"step in {{{', '.join(writers[v.index])}}} | {stays}"
            yield f"TRANS {stays};"

    def _specified(self) -> Iterator[str]:
        yield ""
        for text, i, bad in outside(self.plan):
            yield f"-- `{remark(text)}` stays in its sort: a step that leaves it would be left out"
            yield f"INVARSPEC !({self.guards[i]} & {self.infix.within(bad, AND)});"
        for prop, bad in self.plan.invariants:
            yield f"INVARSPEC NAME {self.properties[prop.name]} := !({self.infix.text(bad)});"
        for prop, breaks in broken_by_steps(self.plan):
            yield f"INVARSPEC NAME {self.properties[prop.name]} := TRUE"
            for i, bad in breaks:
                yield f"  & !({self.guards[i]} & {self.infix.within(bad, AND)})"
            yield "  ;"
        for prop, whenever, goal in self.plan.possible:
            given, can = self.infix.text(whenever), self.infix.text(goal)
            yield f"CTLSPEC NAME {self.properties[prop.name]} := AG (({given}) -> EF ({can}));"
        for prop in self.plan.question.properties:
            if prop.without:
                left_out = f"without {', '.join(prop.without)}: CTL cannot say whose steps count"
                yield f"-- {remark(prop.name)} is not in this file: {remark(left_out)}"


def _typed(sort: Sort) -> str:
    return "boolean" if sort.boolean else f"{sort.low}..{sort.high}"
