"""Counterexamples, replayed and checked from the definition of each kind of property."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twinrom.proofs.spec.kinds import InvariantKind, PossibleKind, ReadsKind, ResponseKind, StepKind
from twinrom.proofs.verdicts.lasso import not_for_ever, not_stranded, unfair
from twinrom.proofs.verdicts.replay import EngineDisagreementError, replayed, replayed_to_its_end

if TYPE_CHECKING:
    from twinrom.proofs.run import Run
    from twinrom.proofs.spec.question import Question
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine import Trace


def counterexample(question: Question, prop: Property, run: Run, *, quick: bool = False) -> Trace:
    """Return a run that breaks a property as a trace, after replaying and checking it.

    Raises `EngineDisagreementError` when it does not break it. What needs a search to be checked
    is the engine's word where it is to be `quick`.
    """
    match prop.kind:
        case InvariantKind() | StepKind():
            return replayed_to_its_end(question, prop, run, broken=True)
        case ResponseKind():
            trace = replayed(question, prop.name, run)
            wrong = not_for_ever(question, prop, trace) or unfair(question, trace)
        case PossibleKind():
            trace = replayed(question, prop.name, run)
            wrong = None if quick else not_stranded(question, prop, trace)
        case ReadsKind():
            raise AssertionError("no run breaks a property of the text")
        case _:
            assert_never(prop.kind)
    if wrong is not None:
        raise EngineDisagreementError(f"{prop.name}: in the run of {run.length} steps {wrong}")
    return trace
