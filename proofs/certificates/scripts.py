"""What a certificate claims, as SMT-LIB 2 scripts that any solver must answer with `unsat`.

`initiation`: no initial state is outside the invariant. `consecution`: no step leads out of it.
`safety`: no state in it, and no step from one, breaks a property. With `k` above 1 the first two
speak of paths of k states (k-induction: Sheeran, Singh, Stalmarck, FMCAD 2000).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinrom.proofs.solver.dialect import CERTIFIED_FINITE, CERTIFIED_SYMBOLIC
from twinrom.proofs.solver.mistakes import mistakes
from twinrom.proofs.solver.theory import Theory
from twinrom.statemachine import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term

SCRIPTS = ("initiation", "consecution", "safety")
KEPT = "kept?"


def scripts(  # noqa: PLR0913 - what a certificate says
    question: Question,
    properties: Sequence[Property],
    invariant: Sequence[Term],
    *,
    k: int,
    exclusive: bool,
    kept: Sequence[Term] | None = None,
) -> dict[str, str]:
    """Return the scripts by name: the invariant holds always, and `properties` follow from it.

    No assignment leaves its sort then; with `exclusive`, rules of one event exclude each other.
    Only what is in `kept` is asked for at the start and after a step, where it is given.
    """
    return _Writer(question, properties, invariant, k=k, exclusive=exclusive, kept=kept).scripts()


def start_script(question: Question) -> str:
    """Return the script that is to be answered with `sat`: there is a state to start in."""
    return _Writer(question, (), (), k=1, exclusive=False).start()


class _Writer:
    def __init__(  # noqa: PLR0913 - what a certificate says
        self,
        question: Question,
        properties: Sequence[Property],
        invariant: Sequence[Term],
        *,
        k: int,
        exclusive: bool,
        kept: Sequence[Term] | None = None,
    ) -> None:
        self.kept = kept
        self.question, self.properties, self.invariant = question, properties, invariant
        self.k, self.exclusive = k, exclusive
        symbolic = question.symbolic
        dialect = CERTIFIED_SYMBOLIC if symbolic else CERTIFIED_FINITE
        self.logic = "ALL" if symbolic else "QF_UFBV"
        goals = [*(p.bad for p in properties), *invariant]
        self.theory = Theory(question.system, dialect, goals)
        t = self.theory
        self.before = list(t.state)
        self.choice = [*t.payloads.values(), *([t.rule] if t.rules else [])]

    def scripts(self) -> dict[str, str]:
        texts = (self._initiation(), self._consecution(), self._safety())
        return dict(zip(SCRIPTS, texts, strict=True))

    def start(self) -> str:
        return self._script(
            "start: there is an initial state", self._ranges(), self._initial(),
            *self._declared(1), f"(assert {self._call('initial?', self._at(self.before, 0))})",
        )  # fmt: skip

    def _script(self, says: str, *parts: str) -> str:
        model = printable(self.question.model.name)  # a file's name may hold the end of a line
        lines = [
            f"; {says}",
            f"; model {model}; every answer must be unsat",
            f"(set-logic {self.logic})",
            *self._sorts(),
            *self._tables(),
            *parts,
            "(check-sat)",
        ]
        return "\n".join(lines) + "\n"

    def _sorts(self) -> list[str]:
        """Declare the enumerations, each once."""
        if not self.theory.dialect.enumerations:
            return []
        found = {}
        for e in [*self.theory.state, *self.choice, *self.theory.labels.sorts.values()]:
            sort = e if not hasattr(e, "sort") else e.sort()
            if hasattr(sort, "num_constructors"):
                labels = [sort.constructor(i) for i in range(sort.num_constructors())]
                inner = " ".join(f"({c().sexpr()})" for c in labels)
                found[sort.sexpr()] = (
                    f"(declare-datatypes (({sort.sexpr()} 0)) (({inner})))"
                )
        return list(found.values())

    def _tables(self) -> list[str]:
        return [
            f"(declare-fun {_quoted(z.name())} "
            f"({' '.join(z.domain(i).sexpr() for i in range(z.arity()))}) Bool)"
            for z in self.theory.tables.values()
        ]

    def _definition(self, name: str, parameters: Sequence[Any], body: Any) -> str:
        inner = " ".join(f"({p.sexpr()} {p.sort().sexpr()})" for p in parameters)
        return f"(define-fun {name} ({inner}) Bool\n  {body.sexpr()})"

    def _invariant(self) -> str:
        body = self.theory.every(self.theory.term(c) for c in self.invariant)
        return self._definition("invariant?", self.before, body)

    def _kept(self) -> list[str]:
        """Define what is to be kept, if that is not all of the invariant."""
        if self.kept is None:
            return []
        body = self.theory.every(self.theory.term(c) for c in self.kept)
        return [self._definition(KEPT, self.before, body)]

    def _ranges(self) -> str:
        return self._definition(
            "sorted?", self.before, self.theory.every(self.theory.in_ranges())
        )

    def _initial(self) -> str:
        return self._definition("initial?", self.before, self.theory.every(self.theory.initial()))

    def _step(self) -> str:
        t = self.theory
        pairs = zip(t.later, t.successor(), strict=True)
        body = t.every([*t.enabled(), *(later == value for later, value in pairs)])
        return self._definition("step?", [*self.before, *self.choice, *t.later], body)

    def _at(self, constants: Sequence[Any], i: int) -> list[str]:
        return [_quoted(f"{c}@{i}") for c in constants]

    def _path(self, states: int) -> list[str]:
        """Declare a path of so many states, each sorted, and say that each step is one."""
        steps = [f"(assert {self._taken(i)})" for i in range(states - 1)]
        return [*self._declared(states), *steps]

    def _declared(self, states: int) -> list[str]:
        """Declare so many states, each sorted, and the choices between them."""
        found = []
        for i in range(states):
            names = zip(self._at(self.before, i), self.before, strict=True)
            found += [f"(declare-const {name} {c.sort().sexpr()})" for name, c in names]
            found.append(f"(assert {self._call('sorted?', self._at(self.before, i))})")
        return [*found, *(line for i in range(states - 1) for line in self._chosen(i))]

    def _taken(self, i: int) -> str:
        """Return that a step leads from state `i` to the next."""
        now = [*self._at(self.before, i), *self._at(self.choice, i)]
        return self._call("step?", [*now, *self._at(self.before, i + 1)])

    def _chosen(self, i: int) -> list[str]:
        names = zip(self._at(self.choice, i), self.choice, strict=True)
        return [f"(declare-const {name} {c.sort().sexpr()})" for name, c in names]

    def _call(self, name: str, arguments: Sequence[str]) -> str:
        return f"({name} {' '.join(arguments)})" if arguments else name

    def _holds(self, i: int, name: str = "invariant?") -> str:
        return self._call(name, self._at(self.before, i))

    @property
    def _asked(self) -> str:
        return "invariant?" if self.kept is None else KEPT

    def _initiation(self) -> str:
        """Speak of runs of fewer steps as well: a run may end before it has k states."""
        outside = []
        for i in range(self.k):
            steps = [self._taken(j) for j in range(i)]
            outside.append(_every([*steps, f"(not {self._holds(i, self._asked)})"]))
        return self._script(
            "initiation: the invariant holds at the start",
            self._ranges(), self._initial(), self._step(), self._invariant(), *self._kept(),
            *self._declared(self.k),
            f"(assert {self._call('initial?', self._at(self.before, 0))})",
            f"(assert {_some(outside)})",
        )  # fmt: skip

    def _consecution(self) -> str:
        if not self.theory.rules:
            return self._script("consecution: nothing ever happens", "(assert false)")
        held = [f"(assert {self._holds(i)})" for i in range(self.k)]
        return self._script(
            "consecution: a step never leads out of the invariant",
            self._ranges(), self._step(), self._invariant(), *self._kept(), *self._path(self.k + 1),
            *held, *self._distinct(), f"(assert (not {self._holds(self.k, self._asked)}))",
        )  # fmt: skip

    def _distinct(self) -> list[str]:
        """Say that no state of the path occurs twice: the shortest path to a bad state has none."""
        found = []
        for i in range(self.k + 1):
            for j in range(i if self.k > 1 else 0):
                pairs = zip(self._at(self.before, i), self._at(self.before, j), strict=True)
                found.append(f"(assert {_some([f'(distinct {a} {b})' for a, b in pairs])})")
        return found

    def _safety(self) -> str:
        t = self.theory
        found, names = [], []
        enabled = self._definition(
            "enabled?", [*self.before, *self.choice], t.every(t.enabled())
        )
        for number, prop in enumerate(self.properties):
            stepwise = prop.kind.goal_in_step
            parameters = [*self.before, *self.choice] if stepwise else self.before
            name = f"bad{number}?"
            bad = self._definition(name, parameters, t.broken(prop))
            found.append(f"; {prop.kind} {prop.name}\n{bad}")
            arguments = self._at(parameters, 0)
            call = self._call(name, arguments)
            if stepwise:
                now = [*self._at(self.before, 0), *self._at(self.choice, 0)]
                call = f"(and {self._call('enabled?', now)} {call})"
            names.append(call)
        wrong = mistakes(self.question.system, t, overlaps=self.exclusive)
        body = t.some(formula for formula, _ in wrong)
        extra = list(t.extra)
        found.append(self._definition("mistake?", [*self.before, *self.choice, *extra], body))
        constants = [f"(declare-const {_quoted(f'{c}@0')} {c.sort().sexpr()})" for c in extra]
        now = [*self._at(self.before, 0), *self._at(self.choice, 0), *self._at(extra, 0)]
        call = self._call("mistake?", now)
        return self._script(
            "safety: nothing in the invariant breaks a property, and no rule makes a mistake",
            self._ranges(), self._invariant(), enabled, *found, *self._path(1), *self._chosen(0),
            *constants, f"(assert {self._holds(0)})", f"(assert {_some([*names, call])})",
        )  # fmt: skip


def _every(parts: list[str]) -> str:
    return f"(and {' '.join(parts)})" if len(parts) > 1 else parts[0]


def _some(parts: list[str]) -> str:
    return f"(or {' '.join(parts)})" if len(parts) > 1 else (parts or ["false"])[0]


def _quoted(name: str) -> str:
    return f"|{name.replace('|', '')}|"
