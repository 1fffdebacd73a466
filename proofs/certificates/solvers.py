"""Fresh solvers that answer the scripts of a certificate, knowing nothing of where it came from."""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

from twinrom.proofs.certificates.certificate import Answer
from twinrom.proofs.memory import out_of_memory, says_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SOLVERS = ("z3", "cvc5", "bitwuzla")


def recheck(scripts: Mapping[str, str], *, symbolic: bool, seconds: float = 120.0) -> list[Answer]:
    """Return what every solver that is installed says of every script it has the theories for.

    z3 is always asked; bitwuzla has no integers, so it is not asked about symbolic scripts.
    """
    found = []
    for solver in SOLVERS:
        if symbolic and solver == "bitwuzla":
            continue
        try:
            module = importlib.import_module(solver)
        except ImportError:
            continue
        version, ask = _SOLVERS[solver]
        for name, text in scripts.items():
            started = time.monotonic()
            said = ask(module, text, seconds)
            found.append(
                Answer(solver, version(module), name, said, time.monotonic() - started)
            )
    return found


def said_by_z3(script: str, seconds: float = 120.0) -> str:
    """Return what a fresh z3, which is always there, says of one script."""
    return _ask_z3(importlib.import_module("z3"), script, seconds)


def _refused(error: Exception) -> str:
    """Return what a solver objects to; that memory is at its end says nothing of the script."""
    if out_of_memory(error):
        raise MemoryError from error
    return f"refused: {error}"


def _ask_z3(z3: Any, text: str, seconds: float) -> str:
    try:
        solver = z3.Solver(ctx=z3.Context())
        solver.set(timeout=int(seconds * 1000), ctrl_c=False)  # or an interrupt is an `unknown`
        solver.from_string(text)
        said = str(solver.check())
        why = solver.reason_unknown()
    except z3.Z3Exception as error:
        return _refused(error)
    if said == "unknown" and says_out_of_memory(why):
        raise MemoryError
    return said


def _ask_cvc5(cvc5: Any, text: str, seconds: float) -> str:
    try:
        solver = cvc5.Solver()
        solver.setOption("tlimit-per", str(int(seconds * 1000)))
        solver.setOption("decision", "internal")  # up to twenty times as fast on bit-vectors
        parser = cvc5.InputParser(solver)
        parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "certificate")
        said = ""
        command = parser.nextCommand()
        while not command.isNull():
            said += command.invoke(solver, parser.getSymbolManager())
            command = parser.nextCommand()
        return said.strip() or "nothing"
    except RuntimeError as error:
        return _refused(error)


def _ask_bitwuzla(bitwuzla: Any, text: str, seconds: float) -> str:
    try:
        options = bitwuzla.Options()
        options.set(bitwuzla.Option.TIME_LIMIT_PER, int(seconds * 1000))
        parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
        parser.parse(text, True, False)  # noqa: FBT003 - parse only, from a string
        return str(parser.bitwuzla().check_sat()).lower().rpartition(".")[2]
    except bitwuzla.BitwuzlaException as error:
        return _refused(error)


def _z3_version(z3: Any) -> str:
    return str(z3.get_version_string())


def _version(module: Any) -> str:
    return str(module.__version__)


def _distribution_version(module: Any) -> str:
    from importlib.metadata import version  # noqa: PLC0415 - slow, and rarely needed

    return version(module.__name__)


_SOLVERS: dict[str, tuple[Callable[[Any], str], Callable[[Any, str, float], str]]] = {
    "z3": (_z3_version, _ask_z3),
    "cvc5": (_version, _ask_cvc5),
    "bitwuzla": (_distribution_version, _ask_bitwuzla),
}
