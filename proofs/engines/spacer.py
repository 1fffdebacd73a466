"""Property-directed reachability: z3's Spacer looks for one inductive invariant for all goals.

The system is a constrained Horn clause with one functional rule: the head applies the step function
to the state, the rule and the payload. That measured several times faster than a clause per rule.
(Komuravelli, Gurfinkel, Chaki: SMT-based model checking for recursive programs, CAV 2014.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.solver.from_z3 import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.solver.theory import Theory
    from twinrom.statemachine.terms import Term


class RefutedError(RuntimeError):
    """Some goal is reached: the question has a counterexample."""


class GaveUpError(RuntimeError):
    """z3 does not know; the text is its reason."""


def find_invariant(
    theory: Theory,
    bad_states: Sequence[Any],
    bad_steps: Sequence[Any],
    *,
    seconds: float | None = None,
    seed: int = 0,
) -> list[Term]:
    """Return the clauses of an inductive invariant that excludes every bad state and step.

    Raises `RefutedError`, `GaveUpError`, or `UnreadableError` for an invariant that cannot be said
    in terms.
    """
    fixedpoint = z3.Fixedpoint(ctx=theory.context)
    fixedpoint.set(engine="spacer")
    for rewriting in ("slice", "inline_eager", "inline_linear"):  # the answer keeps our relation
        fixedpoint.set(f"xform.{rewriting}", False)  # noqa: FBT003 - z3's way to say it
    fixedpoint.set("spacer.random_seed", seed)
    if seconds is not None:
        fixedpoint.set(timeout=max(1, int(seconds * 1000)))
    rigid = list(theory.tables.values())
    arguments = [*theory.state, *rigid]
    truth = z3.BoolSort(theory.context)
    reached = z3.Function("reached", *(a.sort() for a in arguments), truth)
    bad = z3.Function("bad", truth)
    fixedpoint.register_relation(reached, bad)
    fixedpoint.declare_var(*arguments, *theory.payloads.values(), *theory.extra, theory.rule)
    here = reached(*arguments)
    fixedpoint.rule(reached(*arguments), theory.initial())
    if theory.rules:
        fixedpoint.rule(reached(*theory.successor(), *rigid), [here, *theory.enabled()])
    fixedpoint.rule(bad(), [here, theory.some(bad_states)])
    if bad_steps:
        fixedpoint.rule(bad(), [here, *theory.enabled(), theory.some(bad_steps)])
    try:
        answer = fixedpoint.query(bad())
    except z3.Z3Exception as error:
        said = error.args[0] if error.args else ""
        raise GaveUpError(said.decode() if isinstance(said, bytes) else str(said)) from None
    if answer == z3.sat:
        raise RefutedError
    if answer == z3.unknown:
        raise GaveUpError(fixedpoint.reason_unknown())
    return Reader(theory).clauses(_invariant(fixedpoint.get_answer(), reached, arguments))


def _invariant(answer: Any, reached: Any, arguments: list[Any]) -> Any:
    """Return the body of the definition of `reached` in an answer, over the given arguments."""
    todo = [answer]
    while todo:
        e = todo.pop()
        if z3.is_quantifier(e):
            body = e.body()
            if z3.is_eq(body) and body.children()[0].decl() == reached:
                return _instantiated(e, arguments)
        elif z3.is_app(e):
            if z3.is_eq(e) and e.children()[0].decl() == reached:  # a system without variables
                return e.children()[1]
            todo += e.children()
    raise GaveUpError("the answer has no invariant")


def _instantiated(quantified: Any, arguments: list[Any]) -> Any:
    """Return what the definition says of `arguments`, whatever the order of its own variables."""
    head, body = quantified.body().children()
    found = [
        z3.Const(f"unused {i}", quantified.var_sort(quantified.num_vars() - 1 - i))
        for i in range(quantified.num_vars())
    ]
    for formal, argument in zip(head.children(), arguments, strict=True):
        if not z3.is_var(formal):
            raise GaveUpError("the answer defines its invariant for some states only")
        found[z3.get_var_index(formal)] = argument
    return z3.substitute_vars(body, *found)
