"""What a page says of one model: plain data for the templates, in words that the tables use."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import shlex
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.page.data import system_data
from twinrom.diagrams.page.pictures import machine_picture, placed
from twinrom.diagrams.page.runs import counterexample, plain_run
from twinrom.diagrams.words.clauses import clause_words
from twinrom.diagrams.words.dead_ends import dead_end_lines, dead_ends, quiet
from twinrom.diagrams.words.ending import asks
from twinrom.diagrams.words.fault_numbers import (
    cut_words,
    fatal_words,
    praise,
    sentence,
    survives_words,
)
from twinrom.diagrams.words.story import short_place
from twinrom.diagrams.words.text import short_file
from twinrom.diagrams.words.verdicts import (
    budget_words,
    counted_words,
    engine_line,
    exercised_words,
    known_run_words,
    rests_on_words,
    same_run,
    standing_words,
    unasked_lines,
    verdict_words,
    z3_line,
)
from twinrom.proofs import NotChecked, Proved, ReadElsewhere, Unknown, Violated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinrom.diagrams.page.subject import Subject
    from twinrom.proofs import Checked, ClauseEvidence, ClauseResult, FaultNumber, Result, Verdict

TONES = {
    "proved": "good", "holds": "good", "finding": "known", "VIOLATED": "bad", "HOLDS NOW": "bad",
    "VACUOUS": "bad", "unknown": "open", "not checked": "open", "not seen": "open",
    "untidy": "known", "untested": "open", "another reading": "known",
}  # fmt: skip
CLAUSE_WORDS = {
    "by rules": ("carried by rules alone", "good"),
    "stated": ("stated", "plain"),
    "open": ("carried by nothing", "open"),
}
TOOLS = ("z3-solver", "cvc5", "bitwuzla", "transitions", "llvmlite", "pydantic", "jinja2")
STANDING_TONES = {"undecided": "open", "other-reading": "known", "keeps": "good"}


def model_facts(number: int, subject: Subject, standings: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that the page says of one model.

    `standings` says of each model on the page where it stands, for readings of gaps.
    """
    checked, question = subject.checked, subject.checked.question
    spec, model = question.spec, question.model
    results = {r.prop.name: r for r in checked.results}
    runs, rest_runs = _runs(subject), _rest_runs(checked)
    properties = [_property(checked, r) for r in checked.results]
    anchors = {r.prop.name: f"m{number}-p{i}" for i, r in enumerate(checked.results)}
    clauses = {c.id: f"m{number}-c{i}" for i, c in enumerate(checked.clauses)}
    told = [*rest_runs, *(p["witness"] for p in properties if p["witness"])]
    return {
        "key": f"m{number}",
        "name": model.name,
        "title": model.title,
        "source": model.source,
        "standing": standing(checked),
        "tone": STANDING_TONES.get(checked.standing, "bad"),
        "counted": counted_words(checked),
        "files": [short_file(path) for path in (model.paths[0], spec.paths[0])],
        "sizes": question.sizes,
        "symbolic": checked.request.unbounded,
        "faults": budget_words(checked),
        "known_runs": [
            {"words": words, "says": found.run.says}
            for words, found in zip(known_run_words(checked), question.runs, strict=True)
        ],
        "tables": _tables(checked),
        "engines": [*map(engine_line, checked.reports.values()), z3_line(checked)],
        "legend": rests_on_words(checked),
        "unasked": unasked_lines(checked),
        "rest": dead_end_lines(checked),
        "quiet": quiet(question),
        "rest_runs": rest_runs,
        "runs": runs,
        "clauses": [_clause(checked, c, results) for c in checked.clauses],
        "properties": properties,
        "anchors": anchors | clauses,
        "unknown": _unknown(checked),
        "not_modelled": _not_modelled(checked),
        "gaps": [_gap(checked, name, standings) for name in spec.gaps],
        "assumptions": _assumptions(checked),
        "fault_numbers": _fault_numbers(subject.faults),
        "praise": praise(checked),
        "certificates": _certificates(checked),
        "hashes": _hashes(checked),
        "machines": [
            {"name": m, "picture": placed(machine_picture(model, m), f"m{number}")}
            for m in model.machines
        ],
        "check_command": shlex.join(["twinrom", "check", subject.given, *subject.options]),
        "system": system_data(question),
        "codes": {r["name"]: r["codes"] for r in told}
        | {r["id"]: r["codes"] for r in runs if r["explorable"]},
    }


def standing(checked: Checked) -> str:
    """Return where the policy stands, in words; undecided while something is not checked."""
    waiting = any(isinstance(r.verdict, NotChecked) for r in checked.results)
    return "undecided: not every property is checked" if waiting else standing_words(checked)


def _runs(subject: Subject) -> list[dict[str, Any]]:
    groups = sorted(same_run(subject.checked), key=lambda group: not group[0].failed)
    return [
        counterexample(subject.checked, subject.given, group, group[0].verdict.trace, i)
        for i, group in enumerate(groups)
        if isinstance(group[0].verdict, Violated)
    ]


def _rest_runs(checked: Checked) -> list[dict[str, Any]]:
    runs = dead_ends(checked) or {}
    return [plain_run(checked.question, what, t) for what, t in runs.items() if t is not None]


def _tables(checked: Checked) -> list[str]:
    found = []
    for table in checked.question.model.tables.values():
        of = ", ".join(map(str, table.of))
        what = "every choice" if table.allow is None else "the listed rows only"
        what += " that [init] allows" * (table.name in checked.question.narrowed)
        found.append(f"{table.name}({of}): {what}")
    return found


def _property(checked: Checked, result: Result) -> dict[str, Any]:
    prop, verdict = result.prop, result.verdict
    words, _, basis = verdict_words(result)
    witness = result.witness
    return {
        "name": prop.name,
        "kind": prop.kind.key,
        "asks": asks(prop),
        "says": prop.says,
        "whenever": prop.whenever_text,
        "goal": [part.text for part in prop.parts],
        "clauses": prop.clauses,
        "departure": prop.departure,
        "bookkeeping": prop.bookkeeping,
        "may_be_untested": prop.may_be_untested,
        "gap": prop.gap,
        "principal": prop.principal,
        "place": short_place(prop.place),
        "verdict": words,
        "tone": TONES[words],
        "basis": basis,
        "because": prop.because,
        "reason": _reason(verdict),
        "fair": isinstance(verdict, Proved) and verdict.fair,
        "at": exercised_words(result),
        "witness": None
        if witness is None
        else plain_run(checked.question, f"{prop.name}.witness", witness),
    }


def _reason(verdict: Verdict) -> str | None:
    """Return why a verdict is open, or who breaks a property of the text."""
    if isinstance(verdict, ReadElsewhere):
        return "; ".join(
            f"`{r.rule}` names `{r.named}` in {r.where}, {short_place(r.place)}"
            for r in verdict.readers
        )
    return verdict.reason if isinstance(verdict, Unknown | NotChecked) else None


def _clause(
    checked: Checked, clause: ClauseResult, results: Mapping[str, Result]
) -> dict[str, Any]:
    shape = checked.question.spec.clauses[clause.id]
    told = [verdict_words(results[name]) for name in clause.properties]
    word, _ = clause_words(clause, results)
    verdict, tone = CLAUSE_WORDS.get(word) or (word, TONES[word])
    rules = checked.question.model.rules
    return {
        "id": clause.id,
        "kind": clause.kind,
        "place": ", ".join(part for part in (shape.page, shape.at) if part),
        "says": shape.says,
        "because": shape.because,
        "verdict": verdict,
        "tone": tone,
        "basis": sorted({basis for word, _, basis in told if word == verdict}),
        "properties": [
            {"name": name, "verdict": word, "tone": TONES[word], "basis": basis,
             "at": exercised_words(results[name]), "principal": name in clause.principal}
            for name, (word, _, basis) in zip(clause.properties, told, strict=True)
        ],
        "evidence": _evidence(clause.evidence),
        "rules": [{"name": n, "place": short_place(rules[n].place), "says": rules[n].says}
                  for n in clause.rules],
    }  # fmt: skip


def _evidence(evidence: ClauseEvidence | None) -> dict[str, Any] | None:
    """Return the run in which a clause matters; it has no steps where that is the start."""
    if evidence is None:
        return None
    taken = evidence.trace.steps[: evidence.steps] if evidence.trace is not None else ()
    return {"property": evidence.property, "breaks": evidence.breaks,
            "steps": [str(step) for step in taken]}


def _unknown(checked: Checked) -> dict[str, list[str]]:
    """Return why properties are not decided, those with one reason together."""
    reasons: dict[str, list[str]] = {}
    for r in checked.results:
        if r.reason is not None:
            reasons.setdefault(r.reason, []).append(r.prop.name)
    return reasons


def _not_modelled(checked: Checked) -> dict[str, Any]:
    """Return the gaps nobody chose a reading for, and what has no counterpart on either side."""
    question = checked.question
    return {
        "gaps": [
            {"id": name, "asks": gap.asks, "because": gap.because}
            for name, gap in question.spec.gaps.items()
            if gap.chosen is None
        ],
        "clauses": [
            {"id": c.id, "says": shape.says, "because": shape.because}
            for c in checked.clauses
            if not (c.properties or c.rules) and (shape := question.spec.clauses[c.id])
        ],
        "rules": [r.name for r in question.model.rules.values() if not r.clauses],
        "properties": [
            r.prop.name for r in checked.results if not r.prop.clauses and not r.prop.gap
        ],
    }


def _gap(checked: Checked, name: str, standings: Mapping[str, str]) -> dict[str, Any]:
    gap = checked.question.spec.gaps[name]
    return {
        "id": name,
        "asks": gap.asks,
        "because": gap.because,
        "chosen": gap.chosen,
        "properties": [
            {"name": r.prop.name, "verdict": word, "tone": TONES[word]}
            for r in checked.results if r.prop.gap == name for word in verdict_words(r)[:1]
        ],
        "readings": [
            {"says": r.says, "policy": r.policy, "own": r.policy == checked.question.model.name,
             "standing": standings.get(r.policy or "")}
            for r in gap.readings
        ],
    }  # fmt: skip


def _assumptions(checked: Checked) -> list[dict[str, Any]]:
    clauses = checked.question.spec.clauses
    return [
        {"id": name, "says": c.says, "because": c.because}
        for name, c in clauses.items()
        if c.kind == "assumption"
    ]


def _fault_numbers(numbers: Sequence[FaultNumber] | None) -> list[dict[str, Any]] | None:
    if numbers is None:
        return None
    return [
        {"name": n.prop.name, "clauses": n.prop.clauses, "survives": survives_words(n)[0],
         "fatal": fatal_words(n), "sentence": sentence(n),
         "cuts": [cut_words(c) for c in n.cuts]}
        for n in numbers
    ]  # fmt: skip


def _certificates(checked: Checked) -> list[dict[str, Any]]:
    return [
        {"method": c.method, "k": c.k, "size": c.size, "properties": c.properties,
         "reach": c.reach, "solvers": c.solvers,
         "versions": sorted({f"{a.solver} {a.version}" for a in c.answers if a.confirms}),
         "invariant": [clause.text for clause in c.invariant]}
        for c in checked.certificates
    ]  # fmt: skip


def _hashes(checked: Checked) -> list[dict[str, str]]:
    documents = (*checked.question.model.place.documents, *checked.question.spec.place.documents)
    return [
        {"file": short_file(d.path), "sha256": hashlib.sha256(d.text.encode()).hexdigest()}
        for d in documents
    ]


def versions(twinrom: str) -> dict[str, str]:
    """Return the versions of what took part, by name; tools that are not installed are left out."""
    found = {"twinrom": twinrom, "Python": platform.python_version()}
    for tool in TOOLS:
        try:
            found[tool] = importlib.metadata.version(tool)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
