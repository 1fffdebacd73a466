"""Policy changes with known verdicts: overlays of the shipped models, against the shipped specs.

`tests/changes.toml` says what is known of each; docs/changes.md is a table of it, which
`python tests/test_changes.py` writes again.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from asked import (
    LONG,
    ROOT,
    SHIPPED,
    checked_by,
    judged,
    lengths,
    sampled,
    shipped,
    up_to,
    with_table,
)
from changed import (
    CHANGES,
    KNOWN,
    MANIFEST,
    as_recorded,
    base_of,
    of_change,
    of_headline,
    small,
)

from twinrom.proofs import (
    Kept,
    Proved,
    Question,
    ReadElsewhere,
    Report,
    Vacuous,
    Violated,
    owed_since,
    weight,
)
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.exhaustive import explore
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.statemachine import (
    InputError,
    Step,
    changes_between,
    load_model,
    parse_model,
    shipped_policies,
)

PAGE = ROOT / "docs" / "changes.md"
CHEAP = 5  # events that the solver finds in a moment
FLEETS = [name for name in MANIFEST if base_of(name) == "fleet"]  # each takes seconds
SINGLES = [name for name in MANIFEST if base_of(name) != "fleet"]

ALL_RUN = '[table.runs_on]\nallow = [[1, "r1"], [2, "r1"], [1, "r2"], [2, "r2"]]\n'


def test_every_change_is_known() -> None:
    assert {p.stem for p in CHANGES.glob("*.toml")} == MANIFEST.keys()
    assert KNOWN.keys() <= MANIFEST.keys()
    assert len(MANIFEST) >= 20


def test_every_change_goes_by_its_name() -> None:
    assert shipped_policies().keys() == {*SHIPPED, *MANIFEST}
    assert load_model("msa_no_io_guard").paths[0] == str(CHANGES / "msa_no_io_guard.toml")
    known = re.escape("did you mean `msa_no_io_guard`?")
    with pytest.raises(InputError, match=rf"^msa_no_guard: no such model: .*; {known}$"):
        load_model("msa_no_guard")
    known = re.escape("known: `fleet`, `msa1000`, `proliant`")
    with pytest.raises(InputError, match=rf"^nothing: no such model: .*; {known}$"):
        load_model("nothing")


def test_an_overlay_may_extend_a_change_by_name() -> None:
    model = parse_model('extends = "msa_no_io_guard"\nremove = "rule.redundancy_starts"\n')
    assert model.rules.keys() == load_model("msa_no_io_guard").rules.keys() - {"redundancy_starts"}
    with pytest.raises(InputError, match="cannot find `msa_no_io_gard`; did you mean `msa_no_io_g"):
        parse_model('extends = "msa_no_io_gard"\n')


@pytest.mark.parametrize("name", MANIFEST)
def test_change_says_in_a_sentence_what_it_changes(name: str) -> None:
    schema, says, title, *_ = (CHANGES / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert schema == "#:schema ../../statemachine/models/model.schema.json"
    assert re.fullmatch(r"# [A-Z].*\.", says)
    assert title.startswith('title = "')
    model = of_change(name).model
    assert model.base == base_of(name)
    assert model.changes == changes_between(load_model(base_of(name)).written, model.written)
    assert model.changes


def found(asked: Question, report: Report) -> dict[str, object]:
    """Return what the manifest would say of a model."""
    checked = checked_by(asked, report)
    violated: dict[str, list[int]] = {}
    vacuous, read = {}, {}
    for result in checked.results:
        prop = result.prop.name.partition("[")[0]
        if isinstance(result.verdict, Violated):
            violated.setdefault(prop, []).append(len(result.verdict.trace.steps))
        elif isinstance(result.verdict, Vacuous):
            vacuous[prop] = True
        elif isinstance(result.verdict, ReadElsewhere):
            read[prop] = True
        else:
            assert isinstance(result.verdict, Proved | Kept)
    assert report.counts is not None
    said = {"standing": checked.standing, "states": report.counts.states}
    more = {"vacuous": sorted(vacuous), "read": sorted(read), "violated": violated}
    return said | {name: value for name, value in more.items() if value}


@pytest.mark.parametrize("name", [*sampled(FLEETS, 12), *SINGLES])
def test_verdicts_are_the_known_ones(name: str) -> None:
    asked = as_recorded(name)
    report = explore(asked, max_states=5_000_000)
    assert report.complete
    assert report.tier == "compiled"
    assert found(asked, report) == {k: v for k, v in MANIFEST[name].items() if k != "servers"}


@pytest.mark.parametrize("name", FLEETS)
def test_two_servers_break_what_is_known_of_three(name: str) -> None:
    known, asked = MANIFEST[name], small(name)
    here = found(asked, explore(asked, max_states=1_000_000))
    if name == "fleet_rolls_back_all":  # a third one fails, and two go back at once
        assert (here["standing"], known["standing"]) == ("other-reading", "unsafe")
        return
    assert here["standing"] == known["standing"]
    assert shortest(here) == shortest(known)


def shortest(known: dict[str, object]) -> dict[str, int]:
    """Return the properties that are broken, each with the length of its shortest run."""
    broken = known.get("violated", {})
    assert isinstance(broken, dict)
    return {prop: min(steps) for prop, steps in broken.items()}


@pytest.mark.parametrize("name", sampled(MANIFEST, 40))
def test_plain_search_says_the_same(name: str) -> None:
    asked = small(name)
    report = explore(asked, max_states=1_000_000, plain=True)
    assert report.complete
    assert report.tier == "plain Python"
    compiled = explore(asked, max_states=1_000_000)
    assert found(asked, report) == found(asked, compiled)
    assert base_of(name) != "proliant" or found(asked, report) == MANIFEST[name]


@pytest.mark.parametrize("name", sampled(MANIFEST, 20))
def test_solver_finds_the_short_counterexamples_of_the_same_length(name: str) -> None:
    asked = small(name)
    short = {prop for prop, steps in MANIFEST[name].get("violated", {}).items()
             if max(steps) <= CHEAP}  # fmt: skip
    chosen = tuple(p for p in asked.decidable if p.name.partition("[")[0] in short)
    if not chosen:
        return
    asked = replace(asked, properties=chosen)
    assert up_to(lengths(search(asked)), CHEAP) == lengths(check_bounded(asked, CHEAP))


@cache
def weights(base: str) -> dict[str, int]:
    """Return for each property how little it weighs: 0 if breaking it is unsafe."""
    return {p.name.partition("[")[0]: weight(p) for p in shipped(base).properties}


def table() -> str:
    """Return all changes as a table: what it is, where the policy stands, what breaks first.

    First comes what weighs most: what is unsafe, then what does not recover, then departures.
    """
    lines = ["| change | in a sentence | standing | breaks first |", "|---|---|---|---|"]
    for name, known in MANIFEST.items():
        says = (CHANGES / f"{name}.toml").read_text(encoding="utf-8").splitlines()[1][2:]
        inherent = MANIFEST["proliant_flash_inactive"]["violated"]
        broken = {
            p: min(steps) for p, steps in known.get("violated", {}).items()
            if inherent.get(p) != steps
        }  # fmt: skip
        order = weights(base_of(name))
        first = min(broken, key=lambda p: (order[p], broken[p]), default=None)
        what = "-" if first is None else f"`{first}`, {broken[first]} event" + (
            "s" if broken[first] != 1 else ""
        )
        if known["standing"] == "departs" and "read" in known:
            what = f"`{known['read'][0]}`, in its text"
        lines.append(
            f"| [{name}](../examples/changes/{name}.toml) | {says} | {known['standing']} | {what} |"
        )
    return "\n".join(lines)


def test_the_page_lists_every_change() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, table())
    assert table() in page


@pytest.mark.parametrize("name", sampled(KNOWN, 8))
def test_run_to_the_headline_is_the_known_one_and_the_solver_finds_none_shorter(name: str) -> None:
    known, asked = KNOWN[name], of_headline(name)
    report = search(asked, max_depth=known.looked)
    run = report.found[known.headline].violation
    instances = asked.system.instances
    events = () if run is None else tuple(str(Step(instances[i], p)) for i, p in run.steps)
    assert events == known.events
    assert up_to(lengths(report), known.looked) == lengths(check_bounded(asked, known.looked))


@LONG
def test_io_guard_is_not_missed_where_every_version_runs_on_every_board() -> None:
    asked = of_change("msa_no_io_guard", ALL_RUN)
    report = search(asked)
    assert report.complete
    assert not any(found.violation for found in report.found.values())


def test_stored_versions_changes_differ_by_the_pending_condition() -> None:
    respected, forgotten = (
        of_change(f"msa_stored_versions_pending_{what}").model.written
        for what in ("respected", "forgotten")
    )
    [change] = changes_between(respected, forgotten)
    assert change.path == "rule.redundancy_starts.when"
    assert [c for c in change.before if c not in change.after] == ["not array.pending"]


@pytest.mark.parametrize(
    ("name", "end"),
    [(None, None), ("msa_never_downgrade_on_hot_plug", ("single", "firmware_differs"))],
)
def test_newer_newcomer_is_downgraded_or_stays_apart(
    name: str | None, end: tuple[str, str] | None
) -> None:
    asked = shipped("msa1000") if name is None else of_change(name)
    wanted = "mismatch_with_an_idle_original_ends_in_redundancy"
    [prop] = [p for p in asked.properties if p.name == wanted]
    asked = replace(asked, properties=(prop,))
    [result] = judged(asked, search(asked))
    if end is None:
        assert isinstance(result.verdict, Proved)
        return
    assert isinstance(result.verdict, Violated)
    trace = result.verdict.trace
    events = ["power_on", "up(this=B, other=A)", "hot_plug(this=A, version=2, board=r1)"]
    assert [str(step) for step in trace.steps] == [*events, "up(this=A, other=B)"]
    assert owed_since(asked, prop, trace) == len(events)
    assert trace.loop == len(trace.steps)  # nothing happens by itself any more
    shown = (asked.system.by_name["array"], asked.system.by_name["display"])
    assert tuple(v.sort.text(trace.states[-1].values[v.index]) for v in shown) == end


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
