"""Policy changes with known verdicts: overlays of the shipped models, against the shipped specs.

`tests/changes.toml` says what is known of each; docs/changes.md is a table of it, which
`python tests/test_changes.py` writes again.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache

import pytest
from asked import ROOT, SHIPPED, judged, lengths, shipped, up_to

from twinrom.proofs import (
    Checked,
    CheckRequest,
    Proved,
    Question,
    Report,
    Vacuous,
    Violated,
    owed_since,
    parse_spec,
    pose,
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

CHANGES = ROOT / "examples" / "changes"
MANIFEST = tomllib.loads((ROOT / "tests" / "changes.toml").read_text(encoding="utf-8"))
PAGE = ROOT / "docs" / "changes.md"
TABLE = re.compile(r"^\| change .*?\n(?=\n|\Z)", re.MULTILINE | re.DOTALL)
CHEAP = 5  # events that the solver finds in a moment

# Which version runs on which board, where a test needs only one table: version 2 not on board r2.
ONE_TABLE = '[table.runs_on]\nallow = [[1, "r1"], [2, "r1"], [1, "r2"]]\n'
ALL_RUN = '[table.runs_on]\nallow = [[1, "r1"], [2, "r1"], [1, "r2"], [2, "r2"]]\n'


@dataclass(frozen=True)
class Change:
    """A shortest run that violates the property `headline`; no events when the change keeps it."""

    headline: str
    events: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """Return how far the solver is to look: one step beyond what is to be found."""
        return len(self.events) + 1 if self.events else 8


MODIFIED_WHILE_BUSY = {
    this: (
        "power_on",
        f"up(this={this}, other={other})",
        f"hot_plug(this={other}, version=1, board=r2)",
        f"io_starts(this={this})",
        f"copy_starts(source={other}, target={this})",
        f"copied(source={other}, target={this})",
    )
    for this, other in ("AB", "BA")
}

KNOWN = {
    "msa_no_io_guard": Change(
        "busy_controller_is_never_reset[this=A]",
        (*MODIFIED_WHILE_BUSY["A"], "reset(this=A)"),
    ),
    "msa_hot_plug_newest": Change(
        "hot_plug_uses_the_original[this=A, other=B]",
        (
            "power_on",
            "up(this=A, other=B)",
            "hot_plug(this=B, version=2, board=r1)",
            "copy_starts(source=B, target=A)",
        ),
    ),
    "msa_stored_versions_pending_forgotten": Change(
        "redundant_only_with_matching_firmware",
        (
            *MODIFIED_WHILE_BUSY["B"],
            "reset_withheld(this=B)",
            "up(this=A, other=B)",
            "redundancy_starts",
        ),
    ),
    "msa_stored_versions_pending_respected": Change("redundant_only_with_matching_firmware"),
    "msa_never_downgrade_on_hot_plug": Change("different_firmware_is_never_silent"),
    "msa_reset_duty_dropped_on_removal": Change(
        "not_redundant_while_a_reset_is_owed[this=A]",
        (
            "power_on",
            "copy_starts(source=B, target=A)",
            "copied(source=B, target=A)",
            "remove(this=B)",
            "hot_plug(this=B, version=1, board=r1)",
            "up(this=A, other=B)",
            "up(this=B, other=A)",
            "redundancy_starts",
        ),
    ),
    "msa_pending_cleared_on_removal": Change(
        "pending_ends_only_with_shutdown",
        (*MODIFIED_WHILE_BUSY["B"], "reset_withheld(this=B)", "remove(this=A)"),
    ),
    "msa_stored_versions_pending_ends_on_removal": Change(
        "redundant_only_with_matching_firmware",
        (
            *MODIFIED_WHILE_BUSY["B"],
            "reset_withheld(this=B)",
            "remove(this=A)",
            "hot_plug(this=A, version=1, board=r1)",
            "up(this=A, other=B)",
            "redundancy_starts",
        ),
    ),
    "msa_looks_at_io_too_early": Change(
        "busy_controller_is_never_reset[this=A]",
        (
            "power_on",
            "up(this=A, other=B)",
            "hot_plug(this=B, version=1, board=r2)",
            "copy_starts(source=B, target=A)",
            "copied(source=B, target=A)",
            "io_starts(this=A)",
            "reset(this=A)",
        ),
    ),
    "proliant_check_then_load": Change(
        "boot_never_loads_an_invalid_image[this=A]",
        ("image_checked(this=A, other=B)", "corruption(this=A)", "boot(this=A)"),
    ),
    "proliant_flash_in_place": Change(
        "flash_never_writes_the_running_rom[this=A]",
        ("boot(this=A)", "flash_starts(this=A, version=1, place=on_site)"),
    ),
    "proliant_copy_over_invalid": Change("original_is_retained"),
    "proliant_copy_over_different": Change(
        "original_is_retained",
        (
            "boot(this=A, other=B)",
            "flash_starts(this=B, version=2, place=on_site)",
            "flash_finishes(this=B, other=A)",
            "reset",
            "boot(this=B, other=A)",
        ),
    ),
    "proliant_flash_oldest": Change(
        "original_is_retained",
        (
            "boot(this=A)",
            "flash_starts(this=B, version=2, place=on_site)",
            "flash_finishes(this=B, other=A)",
            "flash_starts(this=A, version=1, place=on_site)",
        ),
    ),
    "proliant_load_unchecked": Change(
        "boot_never_loads_an_invalid_image[this=B]",
        ("corruption(this=A)", "corruption(this=B)", "boot(this=B, other=A)"),
    ),
    "proliant_refuse_second_upgrade": Change("known_good_image_is_kept"),
}


def of_change(name: str, table: str = "") -> Question:
    """Return the question of a changed model, with another table for the one that is left open."""
    path = CHANGES / f"{name}.toml"
    text = f"{path.read_text(encoding='utf-8')}\n{table}"
    spec = (ROOT / "proofs" / "specs" / f"{base_of(name)}.toml").read_text(encoding="utf-8")
    return pose(parse_model(text, str(path)), *parse_spec(spec, "spec.toml"))


def base_of(name: str) -> str:
    """Return the shipped model that a change extends."""
    return {"msa": "msa1000", "proliant": "proliant"}[name.partition("_")[0]]


def of_headline(name: str) -> Question:
    """Return the question whether a change keeps its headline property, for one table."""
    asked = of_change(name, ONE_TABLE if base_of(name) == "msa1000" else "")
    own = tuple(p for p in asked.properties if p.name == KNOWN[name].headline)
    assert len(own) == 1
    return replace(asked, properties=own)


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
    known = re.escape("known: `msa1000`, `proliant`")
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
    results = judged(asked, report)
    violated: dict[str, list[int]] = {}
    vacuous = {}
    for result in results:
        prop = result.prop.name.partition("[")[0]
        if isinstance(result.verdict, Violated):
            violated.setdefault(prop, []).append(len(result.verdict.trace.steps))
        elif isinstance(result.verdict, Vacuous):
            vacuous[prop] = True
        else:
            assert isinstance(result.verdict, Proved)
    assert report.counts is not None
    request = CheckRequest(("model", ""), ("spec", ""))
    checked = Checked(asked, 0, results, (), {"search": report}, 0.0, request, None)
    said = {"standing": checked.standing, "states": report.counts.states}
    more = {"vacuous": sorted(vacuous), "violated": violated}
    return said | {name: value for name, value in more.items() if value}


@pytest.mark.parametrize("name", MANIFEST)
def test_verdicts_are_the_known_ones(name: str) -> None:
    asked = of_change(name)
    report = explore(asked, max_states=1_000_000)
    assert report.complete
    assert report.tier == "compiled"
    assert found(asked, report) == MANIFEST[name]


@pytest.mark.parametrize("name", MANIFEST)
def test_plain_search_says_the_same(name: str) -> None:
    asked = of_change(name, ONE_TABLE if base_of(name) == "msa1000" else "")
    report = explore(asked, max_states=1_000_000, plain=True)
    assert report.complete
    assert report.tier == "plain Python"
    compiled = explore(asked, max_states=1_000_000)
    assert found(asked, report) == found(asked, compiled)
    assert base_of(name) == "msa1000" or found(asked, report) == MANIFEST[name]


@pytest.mark.parametrize("name", MANIFEST)
def test_solver_finds_the_short_counterexamples_of_the_same_length(name: str) -> None:
    asked = of_change(name, ONE_TABLE if base_of(name) == "msa1000" else "")
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
        lines.append(
            f"| [{name}](../examples/changes/{name}.toml) | {says} | {known['standing']} | {what} |"
        )
    return "\n".join(lines)


def with_table(page: str) -> str:
    """Return the page with the table as it is now."""
    return TABLE.sub(lambda _: f"{table()}\n", page)


def test_the_page_lists_every_change() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page)
    assert table() in page


@pytest.mark.parametrize("name", KNOWN)
def test_run_to_the_headline_is_the_known_one_and_the_solver_finds_none_shorter(name: str) -> None:
    known, asked = KNOWN[name], of_headline(name)
    report = search(asked, max_depth=known.looked)
    run = report.found[known.headline].violation
    instances = asked.system.instances
    events = () if run is None else tuple(str(Step(instances[i], p)) for i, p in run.steps)
    assert events == known.events
    assert up_to(lengths(report), known.looked) == lengths(check_bounded(asked, known.looked))


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
    [prop] = [p for p in asked.properties if p.name == "mismatch_ends_in_redundancy"]
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
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
