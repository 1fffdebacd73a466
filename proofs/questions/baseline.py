"""Baselines: verdicts, state counts and texts as they were, and what has drifted since."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinrom.proofs.questions.json_file import read_json
from twinrom.proofs.spec.texts import clause_text, digest, property_text, written_at
from twinrom.proofs.verdicts.verdict import (
    STANDINGS,
    UNDECIDED,
    Unknown,
    Violated,
    ranked,
    word,
)
from twinrom.statemachine import InputError, is_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinrom.proofs.verdicts.verdict import Checked, Result

SCHEMA = "twinrom/baseline/1"
TEXTS = "texts"


def baseline(checked: Sequence[Checked]) -> dict[str, Any]:
    """Return what a baseline records: the same for the same files, however long it took."""
    models: dict[str, Any] = {}
    for one in checked:
        name = one.question.model.name
        if name in models:
            raise InputError.whole_file(
                one.question.model.paths[0], f"a baseline cannot have two models called `{name}`"
            )
        models[name] = _model(one)
    return {"schema": SCHEMA, "models": dict(sorted(models.items()))}


def _model(checked: Checked) -> dict[str, Any]:
    question = checked.question
    counts = next((r.counts for r in checked.reports.values() if r.complete and r.counts), None)
    return {
        "spec": question.spec.name,
        "sorts": question.sizes,
        "symbolic": list(checked.request.unbounded),
        "faults": question.limits,
        "standing": checked.standing,
        "counts": None if counts is None else {
            "states": counts.states, "transitions": counts.transitions,
            "diameter": counts.diameter,
        },
        "properties": {r.prop.name: _verdict(r) for r in checked.results},
        TEXTS: _texts(checked),
    } | _deadlock(checked.deadlock)  # fmt: skip


def _texts(checked: Checked) -> dict[str, str]:
    """Return a digest of what the spec says in each clause and property, by its section."""
    spec, places = checked.question.spec, {written_at(r.prop): r.prop for r in checked.results}
    said = {f"clause.{name}": clause_text(spec, name) for name in spec.clauses}
    said |= {".".join(at): property_text(spec, prop) for at, prop in places.items()}
    return {at: digest(text) for at, text in said.items()}


def _deadlock(result: Result | None) -> dict[str, Any]:
    """Return after how many steps there is a deadlock; nothing where there is none."""
    found = result and result.verdict
    return {"deadlock": len(found.trace.steps)} if isinstance(found, Violated) else {}


def _verdict(result: Result) -> dict[str, Any]:
    verdict = result.verdict
    found = verdict if isinstance(verdict, Violated) else None
    return {
        "verdict": word(verdict),
        "steps": None if found is None else len(found.trace.steps),
        "event": None if found is None or found.last is None else found.last.event,
        "exercised_at": result.exercised_at,
    }


def read_baseline(path: str) -> dict[str, Any]:
    """Return a baseline that was written before; raises `InputError` when it is none."""
    data = read_json(path, "is no baseline: it nests too deeply")
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError.whole_file(path, f"is not a baseline of the format {SCHEMA}")
    return data


def refuse_another_file(path: str) -> None:
    """Raise `InputError` when there is a file that is no baseline: it would be written over."""
    if is_file(Path(path)) and Path(path).stat().st_size:
        read_baseline(path)


def write_baseline(path: str, checked: Sequence[Checked]) -> None:
    """Write the baseline whole, or not at all."""
    write_whole(path, json.dumps(baseline(checked), indent=2, ensure_ascii=False) + "\n")


def drift(recorded: Mapping[str, Any], checked: Sequence[Checked]) -> list[str]:
    """Return every difference between a baseline and what was found now, a line each.

    The keys of models and properties are names, and every other key of the baseline is compared;
    what a baseline has and nobody checked now is a difference too. One that was written before
    texts and last events were recorded says nothing of them. What is not decided now is neither the
    same nor another: `Checked.undecided` says that there is some.
    """
    before, now = recorded.get("models"), baseline(checked)["models"]
    for one in checked:
        name = one.question.model.name
        old = before.get(name) if isinstance(before, dict) else None
        if one.undecided and isinstance(old, dict):
            now[name] = _decided(old, now[name], one)
    return list(_drift("", before, now))


def _decided(old: Mapping[str, Any], new: Mapping[str, Any], checked: Checked) -> dict[str, Any]:
    """Return what was found now, and where that is open what a baseline has."""
    known = dict(new)
    if checked.standing == UNDECIDED and "standing" in old:
        known["standing"] = old["standing"]
    if new["counts"] is None and "counts" in old:
        known["counts"] = old["counts"]
    if "deadlock" in old and checked.deadlock is not None and not checked.deadlock.decided:
        known["deadlock"] = old["deadlock"]
    recorded = old.get("properties")
    if isinstance(recorded, dict):
        open_ = {name for r in checked.results if isinstance(r.verdict, Unknown)
                 and (name := r.prop.name) in recorded}  # fmt: skip
        known["properties"] = {name: recorded[name] if name in open_ else found
                               for name, found in new["properties"].items()}
    return known


def _drift(at: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict) and not _is_verdict(old):
        for name in {**old, **new}:
            here = f"{at}: {name}" if at else name
            if name == TEXTS and at and ": " not in at:
                yield from _texts_drift(at, old.get(name), new.get(name))
            elif name not in new:
                yield f"{here}: is gone ({_text(old[name])} before)"
            elif name not in old:
                yield f"{here}: is new ({_text(new[name])})"
            else:
                yield from _drift(here, old[name], new[name])
    elif old != _known_of(old, new):
        yield f"{at}: {_text(old)} -> {_text(new)}{_ranked(old, new) if _is_standing(at) else ''}"


def _texts_drift(at: str, old: Any, new: Any) -> Iterator[str]:
    """Yield what is said otherwise, and which clauses came and went; properties tell of theirs."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return
    for name in {**old, **new}:
        if name in old and name in new:
            if old[name] != new[name]:
                yield f"{at}: {name}: the spec says something else of it"
        elif name.startswith("clause."):
            yield f"{at}: {name}: is {'new' if name in new else 'gone'}"


def _known_of(old: Any, new: Any) -> Any:
    """Return a verdict without what an older baseline does not record of it."""
    both = isinstance(old, dict) and isinstance(new, dict)
    return {key: value for key, value in new.items() if key in old} if both else new


def _is_standing(at: str) -> bool:
    """Say whether it is the key of a model, and no property of that name."""
    return at.endswith(": standing") and ": properties: " not in at


def _ranked(old: Any, new: Any) -> str:
    known = {old, new} <= {*STANDINGS, UNDECIDED} if isinstance(old, str) else False
    word = ranked(old, new) if known else ""
    return f" ({word})" if word in ("worse", "better") else ""


def _is_verdict(value: Mapping[str, Any]) -> bool:
    return value.keys() - {"event"} == {"verdict", "steps", "exercised_at"}


def _text(value: Any) -> str:
    match value:
        case None:
            return "none"
        case {"verdict": verdict, "steps": steps, "exercised_at": at}:
            by = f" by {value['event']}" if value.get("event") else ""
            after = "" if steps is None else f" after {steps} step{'s' * (steps != 1)}{by}"
            tested = "never put to the test" if at is None else f"put to the test at {at}"
            return f"{verdict}{after}, {tested}"
        case {"standing": standing}:
            return str(standing)
        case int():
            return f"{value:,}"
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
