"""Re-checks certificates from their folders alone: nothing in them is believed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import z3
from pydantic import ValidationError

from twinrom.proofs.any_number.numbers import MOST
from twinrom.proofs.certificates.any_home import AnyHome, home_of
from twinrom.proofs.certificates.certificate import METHODS, Clause, Recheck
from twinrom.proofs.certificates.folder import (
    DATA,
    MODEL,
    READABLE,
    SPEC,
    CertificateShape,
    included,
    included_files,
    written_out,
)
from twinrom.proofs.certificates.make import certify, invariant_of
from twinrom.proofs.certificates.scripts import SCRIPTS, start_script
from twinrom.proofs.certificates.solvers import said_by_z3
from twinrom.proofs.certificates.term_data import MalformedError
from twinrom.proofs.memory import out_of_memory
from twinrom.proofs.spec.request import CheckRequest
from twinrom.statemachine import (
    ALLOWED_BY,
    CONFINEMENT,
    InputError,
    OutsideError,
    Problem,
    read_text,
    term_text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinrom.proofs.certificates.certificate import Answer, Certificate
    from twinrom.proofs.spec.question import Question

MAX_BYTES = 50_000_000
MAX_K = 8
ANOTHER = (
    "is not what this version writes of this model, spec and invariant; if another one made it, "
    "make it again: `twinrom check MODEL --certificates FOLDER`"
)  # fmt: skip


def recheck_folders(folder: str) -> list[Recheck]:
    """Return what fresh solvers say of every certificate in a folder or below it.

    Raises `InputError` when there is none, or when one names files elsewhere.
    """
    root = Path(folder)
    found = sorted(path.parent for path in _data_files(root))
    if not found:
        raise InputError.whole_file(folder, f"has no certificate: no `{DATA}` in it or below")
    return [recheck_folder(path) for path in found]


def _data_files(root: Path) -> Iterable[Path]:
    try:
        return [root / DATA] if (root / DATA).is_file() else list(root.rglob(DATA))
    except (OSError, ValueError):
        return []


def recheck_folder(folder: Path) -> Recheck:
    """Return what fresh solvers say of one certificate; a wrong file in it is a refusal.

    Raises `OutsideError` when it names files elsewhere: none of them is read.
    """
    try:
        data = _read(folder)
        request = _request(folder, data)
        question = request.question()
        home = None if data.any is None else home_of(request, question, data.any)
        names = following(data.any.cutoff if data.any is not None else None)
        given = {name: read_text(str(folder / name), MAX_BYTES) for name in (*names, DATA)}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return Recheck(str(folder), None, f"{DATA}: `{where}`: {first['msg']}")
    except OutsideError:
        raise
    except InputError as error:
        return Recheck(str(folder), None, str(error).splitlines()[0])
    wrong = next(_differences(question, data, home), None)
    if wrong:
        return Recheck(str(folder), None, wrong, data.model)
    return _asked(folder, question, data, given, home)


def _read(folder: Path) -> CertificateShape:
    """Return what the data file says, once neither it nor a link leads out of where it may."""
    _confined(folder, (DATA, MODEL, SPEC))
    text = read_text(str(folder / DATA), MAX_BYTES)
    data = CertificateShape.model_validate_json(text)
    _confined(folder, following(data.any.cutoff if data.any is not None else None))
    called = [(name, Path()) for name in (data.model, data.spec)]  # there they are looked up from
    written = [(name, folder) for name in data.includes.values()]
    refusals = [(name, CONFINEMENT.refusal(at / name, at)) for name, at in called + written]
    found = [_problem(folder / DATA, text, name, why) for name, why in refusals if why is not None]
    if found:
        raise OutsideError(found)
    return data


def _confined(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        refusal = CONFINEMENT.refusal(folder / name, folder)
        if refusal is not None:
            raise OutsideError.whole_file(str(folder / name), refusal, ALLOWED_BY)


def _problem(path: Path, text: str, name: str, refusal: str) -> Problem:
    """Return a problem with a file's name where the data file has it."""
    written = re.search(rf":\s*({re.escape(json.dumps(name))})", text)
    start = written.start(1) if written else 0
    line = text.count("\n", 0, start) + 1
    source, column = text.split("\n")[line - 1], start - text.rfind("\n", 0, start)
    width = len(written[1]) if written else 1
    return Problem(str(path), line, column, f"`{name}` {refusal}", ALLOWED_BY, source, width)


def _request(folder: Path, data: CertificateShape) -> CheckRequest:
    texts = {name: read_text(str(folder / file), MAX_BYTES) for name, file in data.includes.items()
             if Path(file).name == file}
    model = read_text(str(folder / MODEL), MAX_BYTES)
    spec = read_text(str(folder / SPEC), MAX_BYTES)
    return CheckRequest((data.model, model), (data.spec, spec), data.sorts, data.faults, texts)


def following(cutoff: int | None) -> tuple[str, ...]:
    """Return the files of a folder that follow from its data."""
    sizes = [""] if cutoff is None else [f"-{n}" for n in range(1, min(cutoff, MOST) + 1)]
    return (*(f"{name}{size}.smt2" for size in sizes for name in SCRIPTS), READABLE)


def _differences(
    question: Question, data: CertificateShape, home: AnyHome | None
) -> Iterator[str]:
    """Yield what does not fit together before any solver is asked."""
    if question.symbolic != data.symbolic:
        yield f"{DATA}: `symbolic` does not fit the sorts"
    if not 1 <= data.k <= MAX_K:
        yield f"{DATA}: `k` is not between 1 and {MAX_K}"
    if data.method not in METHODS:
        yield f"{DATA}: `method` is none of {', '.join(METHODS)}"
    if data.includes != included_files(included(question)):
        yield f"{DATA}: `includes` has not the files that the model names"
    if not data.properties:
        yield f"{DATA}: `properties` is empty: this claims nothing"
    known = {p.name for p in question.provable()}
    unknown = [name for name in data.properties if name not in known]
    if unknown:
        yield f"{DATA}: the spec has no invariant or step property `{unknown[0]}`"
    yield from _clauses(question, data, home)


def _clauses(
    question: Question, data: CertificateShape, home: AnyHome | None
) -> Iterator[str]:
    """Yield what is wrong with the clauses, and with the number of machines that they need."""
    if data.any is not None and (data.k, data.symbolic, data.exclusive) != (1, False, True):
        yield f"{DATA}: `k`, `symbolic` or `exclusive` does not fit `any`"
    for clause in data.invariant:
        try:
            text = _text(question, home, Clause(clause.text, clause.data))
        except MalformedError as error:
            yield f"{DATA}: a clause is not a condition on states: {error}"
            return
        if text != clause.text:
            yield f"{DATA}: `{clause.text[:60]}` is not what its data says"
    if home is not None and data.any is not None and home.reach(data) != data.any.cutoff:
        yield f"{DATA}: `cutoff` is {data.any.cutoff}, and {home.reach(data)} machines are needed"


def _text(question: Question, home: AnyHome | None, clause: Clause) -> str:
    if home is not None:
        return home.text(clause)
    return term_text(question.system, invariant_of(question, [clause])[0])


def _asked(
    folder: Path, question: Question, data: CertificateShape, given: dict[str, str],
    home: AnyHome | None,
) -> Recheck:  # fmt: skip
    clauses = [Clause(c.text, c.data) for c in data.invariant]
    properties = [p for p in question.provable() if p.name in data.properties]
    try:
        found = home.certified(clauses, properties, data.method) if home is not None else certify(
            question, properties, invariant_of(question, clauses), method=data.method, k=data.k,
            exclusive=data.exclusive, strict=False,
        )  # fmt: skip
    except (KeyError, z3.Z3Exception) as error:
        if out_of_memory(error):
            raise
        why = f"{DATA}: a clause compares values of different sorts"
        return Recheck(str(folder), None, why, data.model)
    written = {**written_out(found), DATA: _data(data, found)}
    changed = [name for name, text in written.items() if given[name] != text]
    refused = None
    if not found.confirmed:
        refused = _objection(found.answers)
    elif changed:
        refused = f"{changed[0]} {ANOTHER}"
    elif said_by_z3(start_script(question)) != "sat":
        refused = "the model can start nowhere, as far as z3 can say: this claims nothing"
    return Recheck(str(folder), found, refused, data.model, asked=_sizes(question))


def _data(data: CertificateShape, found: Certificate) -> str:
    """Return the data file of what was confirmed; who made it is as it says, and counts nothing."""
    return data.model_copy(update={"properties": list(found.properties)}).text()


def _sizes(question: Question) -> str:
    """Return the sizes and the fault budget of a question, in words."""
    sorts = ", ".join(f"{name} {text}" for name, text in question.sizes.items())
    limits = ", ".join(f"at most {n} {kind}{question.for_each(kind)}"
                       for kind, n in question.budget.items() if n is not None)
    return f"sizes {sorts or 'no sorts'}; faults: {limits or 'unlimited'}"


def _objection(answers: Iterable[Answer]) -> str:
    said = next(a for a in answers if not a.confirms)
    return f"{said.script} does not hold: {said.solver} says {said.said}"
