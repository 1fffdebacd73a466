"""Gaps: what becomes of the clauses under each reading that a policy follows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinrom.proofs.engines.processes import supervise
from twinrom.proofs.questions.standing import PolicyStanding, StandingTask
from twinrom.proofs.spec.request import request
from twinrom.statemachine import (
    ALLOWED_BY,
    CONFINEMENT,
    InputError,
    OutsideError,
    is_file,
    shipped_policies,
)

if TYPE_CHECKING:
    from twinrom.proofs.engines.options import Options
    from twinrom.proofs.spec.request import CheckRequest
    from twinrom.proofs.spec.spec import Spec


@dataclass(frozen=True)
class Read:
    """One reading of a gap. Without `standing`, `why` says why nothing was checked."""

    gap: str
    asks: str
    says: str
    chosen: bool
    policy: str | None
    standing: PolicyStanding | None
    why: str = ""


def read_gaps(asked: CheckRequest, options: Options) -> list[Read]:
    """Return every reading of every gap of a spec, those with a policy judged, in its order.

    A policy is a file beside the spec or below its folder, a file beside the model that was asked
    for, or a shipped model or change. Each is judged once, against this spec. Raises `InputError`
    when a policy may not be named.
    """
    spec = asked.question().spec
    check_policies(spec, asked.model[0])
    names = {r.policy for gap in spec.gaps.values() for r in gap.readings if r.policy}
    found: dict[str, PolicyStanding] = {}
    tasks = []
    for number, name in enumerate(sorted(names)):
        path = policy_file(name, spec.paths[0], asked.model[0])
        if path is None:
            continue
        try:
            made = request(path, spec.paths[0])
            tasks.append(StandingTask((number, name), made, options))
        except InputError as error:
            found[name] = PolicyStanding("error", error=str(error))
    found |= {name: row for (_, name), row in supervise(tasks, options.jobs).items()}
    return [
        Read(
            name, gap.asks, reading.says, number == gap.chosen, reading.policy,
            found.get(reading.policy or ""), _missing(reading.policy, found),
        )
        for name, gap in spec.gaps.items()
        for number, reading in enumerate(gap.readings)
    ]  # fmt: skip


def policy_file(name: str, spec: str, model: str) -> str | None:
    """Return the file of a policy: a shipped one, else one beside the spec or the model."""
    folders = [Path(spec).parent, Path(model).parent]
    shipped = shipped_policies()
    if name in shipped:
        return str(shipped[name])
    tried = (path for folder in folders for path in (folder / name, folder / f"{name}.toml"))
    return next((str(path) for path in tried if is_file(path)), None)


def check_policies(spec: Spec, model: str) -> None:
    """Raise `OutsideError` with every policy of a reading that the spec may not name."""
    found = []
    for gap, shape in spec.gaps.items():
        for number, reading in enumerate(shape.readings):
            refusal = _refusal(reading.policy, spec.paths[0], model) if reading.policy else None
            if refusal is not None:
                place = spec.place.at("gap", gap, "readings", number, "policy")
                found.append(place.problem(f"`{reading.policy}` {refusal}", ALLOWED_BY))
    if found:
        raise OutsideError(found)


def _refusal(name: str, spec: str, model: str) -> str | None:
    if name in shipped_policies():
        return None
    folders = [Path(spec).parent, Path(model).parent]
    path = Path(policy_file(name, spec, model) or folders[0] / name)
    refusals = [CONFINEMENT.refusal(path, folder) for folder in folders]
    return refusals[0] if None not in refusals else None


def _missing(policy: str | None, found: dict[str, PolicyStanding]) -> str:
    if policy is None:
        return "no policy"
    return "" if policy in found else f"there is no policy `{policy}`"
