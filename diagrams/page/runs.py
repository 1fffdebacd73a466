"""Runs for a page: the story, the lanes, the codes to replay it, the file and the command."""

from __future__ import annotations

import base64
import json
import shlex
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.page.data import run_data
from twinrom.diagrams.words.story import changes, tell
from twinrom.diagrams.words.text import trace_file
from twinrom.diagrams.words.verdicts import known_finding, otherwise_words
from twinrom.statemachine import size_option, to_itf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs import Checked, Property, Question, Result
    from twinrom.statemachine import Trace, TransitionSystem


def counterexample(
    checked: Checked, given: str, results: Sequence[Result], trace: Trace, number: int
) -> dict[str, Any]:
    """Return all that a page shows of one run that breaks the properties of `results`."""
    first = results[0]
    sizes = dict(checked.request.sorts)
    if first.question is not checked.question:
        sorts = first.question.model.sorts.values()
        sizes |= {s.name: s.range_text() for s in sorts if s.ordered}
    prop = first.prop
    return {
        "id": f"run-{number}",
        "name": prop.name,
        "clauses": prop.clauses,
        "says": prop.says,
        "known": known_finding(first),
        "otherwise": otherwise_words(first),
        "gap": prop.gap,
        "because": prop.because,
        "others": [r.prop.name for r in results[1:]],
        "sizes": sizes if first.question is not checked.question else {},
        **shown_run(first.question, prop, trace, given, sizes),
        "explorable": first.question is checked.question,
    }


def shown_run(
    question: Question, prop: Property, trace: Trace, given: str, sizes: dict[str, str]
) -> dict[str, Any]:
    """Return the story of a run with its lanes, its file and the command that replays it."""
    system = question.system
    file = trace_file(question.model.name, prop.name)
    return {
        "story": tell(question, prop, trace),
        "lanes": lanes(system, trace),
        "file": file,
        "itf": itf_url(system, trace),
        "command": simulate_command(given, file, sizes),
        "data": stage_data(system, trace),
        "codes": run_data(system, trace),
    }


def plain_run(question: Question, name: str, trace: Trace) -> dict[str, Any]:
    """Return the steps of a run that breaks nothing, its file and the codes to replay it."""
    return {
        "name": name,
        "steps": [str(step) for step in trace.steps],
        "codes": run_data(question.system, trace),
    }


def simulate_command(given: str, file: str, sizes: dict[str, str]) -> str:
    """Return the command line that replays a trace file."""
    words = ["twinrom", "simulate", given, "--script", file]
    for name, values in sizes.items():
        words += size_option(name, values)
    return shlex.join(words)


def itf_url(system: TransitionSystem, trace: Trace) -> str:
    """Return the trace as a `data:` address, so that it can be saved from the page."""
    text = json.dumps(to_itf(system, trace), indent=2, ensure_ascii=False) + "\n"
    return f"data:application/json;base64,{base64.b64encode(text.encode()).decode()}"


def lanes(system: TransitionSystem, trace: Trace) -> list[dict[str, Any]]:
    """Return a lane for each machine and variable that the run changes: its value at every step."""
    found = []
    for v in system.variables:
        values = [state.values[v.index] for state in trace.states]
        if v.role == "budget" or len(set(values)) == 1:
            continue
        cells = [
            {"text": v.sort.text(code), "changed": i > 0 and code != values[i - 1]}
            for i, code in enumerate(values)
        ]
        found.append({"name": v.name, "machine": bool(v.machine), "cells": cells})
    return sorted(found, key=lambda lane: not lane["machine"])


def stage_data(system: TransitionSystem, trace: Trace) -> dict[str, Any]:
    """Return what a step slider needs: the states of all machines, the rules, a line per step."""
    said = ["Start"]
    for i, step in enumerate(trace.steps):
        changed = changes(system, trace.states[i], trace.states[i + 1])
        said.append(f"{step}: {'; '.join(changed) or 'nothing changes'}")
    return {
        "machines": {
            v.machine: [v.sort.text(state.values[v.index]) for state in trace.states]
            for v in system.variables
            if v.machine
        },
        "rules": ["", *(step.instance.name for step in trace.steps)],
        "said": said,
    }
