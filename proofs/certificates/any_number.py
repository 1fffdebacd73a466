"""Certificates for any number of machines: scripts for every number up to the cutoff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.certificates.certificate import AnyReach, Certificate, Clause
from twinrom.proofs.certificates.make import UnconfirmedError
from twinrom.proofs.certificates.scripts import scripts
from twinrom.proofs.certificates.solvers import recheck
from twinrom.proofs.certificates.term_data import MalformedError, from_data, to_data
from twinrom.proofs.spec.spec import bare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from twinrom.proofs.any_number.lifted import Home, LiftedClause
    from twinrom.proofs.any_number.numbers import Numbers
    from twinrom.proofs.any_number.template import AnyNumber
    from twinrom.proofs.spec.spec import Property
    from twinrom.statemachine.terms import Term


def certify_any(  # noqa: PLR0913 - what a certificate says
    numbers: Numbers,
    home: Home,
    names: Sequence[str],
    invariant: Sequence[LiftedClause],
    *,
    method: str,
    seconds: float = 120.0,
    strict: bool = True,
) -> Certificate:
    """Return the certificate for lifted clauses that prove properties, re-checked as any other.

    `names` are those of the properties, in the request's own question. Raises `UnconfirmedError`.
    """
    wanted = set(map(bare, names))
    reach = numbers.enough(home, invariant)
    texts: dict[str, str] = {}
    for number in range(1, reach + 1):
        texts |= _at(numbers, home, wanted, invariant, number)
    answers = recheck(texts, symbolic=False, seconds=seconds)
    template, system = numbers.template, home.system
    clauses = tuple(Clause(c.text(system, template, home.names), to_data(system, c.term))
                    for c in invariant)
    own = AnyReach(template, len(home.names), reach)
    found = Certificate(method, 1, True, False, tuple(names), clauses, texts, tuple(answers), own)  # noqa: FBT003 - as the fields say
    if strict and not found.confirmed:
        said = ", ".join(f"{a.solver} on {a.script}: {a.said}" for a in answers if not a.confirms)
        raise UnconfirmedError(f"the lifted clauses are not confirmed: {said}")
    return found


def _at(numbers: Numbers, home: Home, names: Collection[str], invariant: Iterable[LiftedClause],
        number: int) -> dict[str, str]:
    """Return the scripts for one number of machines.

    Where a clause or a property speaks of several machines, it is asked of the first ones: they can
    change names. A clause is asked for up to its own cutoff only.
    """
    here = numbers.at(number)
    said: list[Term] = []
    kept: list[Term] = []
    for clause in invariant:
        own = list(dict.fromkeys(home.said_in(here, clause)))
        said += own
        if own and numbers.reach(home, clause) >= number:
            kept.append(own[0])
    wanted = [p for p in here.question.provable()
              if bare(p.name) in names and _of_first(here, p)]
    own_scripts = scripts(here.question, wanted, said, k=1, exclusive=True, kept=kept)
    return {f"{name}-{number}": text for name, text in own_scripts.items()}


def _of_first(here: AnyNumber, prop: Property) -> bool:
    """Say whether a property's column has the first machines, in their order."""
    named = list(dict.fromkeys(here.machines_in(prop.name.partition("[")[2])))
    return named == list(here.template.instances[: len(named)])


def read_lifted(home: Home, clause: Clause) -> LiftedClause:
    """Return the clause that the data of a certificate has; raises `MalformedError`."""
    term = from_data(home.system, clause.data)
    found = home.lifted(term)
    if found is None:
        raise MalformedError("it means nothing for other machines")
    if found.term is not term:
        raise MalformedError("it is not said of the first machines")
    return found
