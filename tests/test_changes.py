"""Policy changes with known verdicts: each one is a whole model, checked against a shipped spec."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, replace

import pytest
from asked import ROOT, judged, lengths, shipped, up_to

from proofs import Proved, Question, Violated, owed_since, parse_spec, pose, word
from proofs.bounded import check_bounded
from proofs.search import search
from statemachine import Step, parse_model

CHANGES = ROOT / "tests" / "changes"

# Which version runs on which board, where a test needs only one table: version 2 not on board r2.
TABLE = 'of = ["Version", "Board"]\n'
ONE_TABLE = TABLE + 'allow = [[1, "r1"], [2, "r1"], [1, "r2"]]\n'
ALL_RUN = TABLE + 'allow = [[1, "r1"], [2, "r1"], [1, "r2"], [2, "r2"]]\n'


@dataclass(frozen=True)
class Change:
    """What is known of a change.

    `differs` counts the lines gone and the lines new. `violated` gives for each property the length
    of a shortest run that violates it, for each of its columns. `events` is such a run for the
    property `headline`, or empty when the change keeps it. `vacuous` are those whose `whenever` the
    change makes unreachable.
    """

    differs: tuple[int, int]
    headline: str
    violated: dict[str, tuple[int, ...]] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    vacuous: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """Return how far the solver is to look: one step beyond what is to be found."""
        return len(self.events) + 1 if self.events else 8


# What happens when the stored versions are compared, and one was stored but not started yet.
NO_WAY_BACK = {
    "mismatch_ends_in_redundancy": (16,),
    "hot_plug_under_io_ends_in_redundancy": (17, 17),
    "equal_versions_become_redundant": (12,),
    "reset_controller_becomes_redundant": (16, 16),
}

# What the unchanged ProLiant policy is known to violate.
SECOND_UPGRADE = {"known_good_image_is_kept": (6,)}
CORRUPTED_WHILE_FLASHED = {"no_halt_after_a_corruption_and_an_interrupted_flash": (5,)}

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
        (1, 1),
        "busy_controller_is_never_reset[this=A]",
        {
            "busy_controller_is_never_reset": (7, 7),
            "host_io_is_not_interrupted": (7, 7),
            "withheld_reset_is_displayed": (11, 11),
        },
        (*MODIFIED_WHILE_BUSY["A"], "reset(this=A)"),
    ),
    "msa_hot_plug_newest": Change(
        (1, 1),
        "hot_plug_uses_the_original[this=A, other=B]",
        {"hot_plug_uses_the_original": (4, 4), "hot_plug_under_io_ends_in_redundancy": (8, 8)},
        (
            "power_on",
            "up(this=A, other=B)",
            "hot_plug(this=B, version=2, board=r1)",
            "copy_starts(source=B, target=A)",
        ),
    ),
    "msa_stored_versions_pending_forgotten": Change(
        (2, 2),
        "redundant_only_with_matching_firmware",
        {
            "redundant_only_with_matching_firmware": (9,),
            "not_redundant_while_a_reset_is_owed": (9, 9),
            "not_redundant_while_pending": (9,),
            **NO_WAY_BACK,
        },
        (
            *MODIFIED_WHILE_BUSY["B"],
            "reset_withheld(this=B)",
            "up(this=A, other=B)",
            "redundancy_starts",
        ),
    ),
    "msa_stored_versions_pending_respected": Change(
        (1, 1), "redundant_only_with_matching_firmware", NO_WAY_BACK
    ),
    "msa_never_downgrade_on_hot_plug": Change(
        (1, 1),
        "different_firmware_is_never_silent",
        {"mismatch_ends_in_redundancy": (4,), "hot_plug_under_io_ends_in_redundancy": (5, 5)},
    ),
    "msa_reset_duty_dropped_on_removal": Change(
        (14, 0),
        "not_redundant_while_a_reset_is_owed[this=A]",
        {
            "not_redundant_while_a_reset_is_owed": (8, 8),
            "reset_is_due_or_pending": (4, 4),
            "reset_stays_due_without_the_source": (4, 4),
        },
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
        (2, 2),
        "pending_ends_only_with_shutdown",
        {
            "not_redundant_while_a_reset_is_owed": (11, 11),
            "reset_is_due_or_pending": (8, 8),
            "pending_ends_only_with_shutdown": (8,),
        },
        (*MODIFIED_WHILE_BUSY["B"], "reset_withheld(this=B)", "remove(this=A)"),
    ),
    "msa_stored_versions_pending_cleared_on_removal": Change(
        (4, 4),
        "redundant_only_with_matching_firmware",
        {
            "redundant_only_with_matching_firmware": (11,),
            "not_redundant_while_a_reset_is_owed": (11, 11),
            "reset_is_due_or_pending": (8, 8),
            "different_firmware_is_never_silent": (10,),
            "copy_only_of_a_different_version": (10,),
            "power_up_uses_the_most_recent": (14, 14),
            "hot_plug_uses_the_original": (10, 10),
            "nobody_comes_up_uncompared": (14, 14),
            "pending_ends_only_with_shutdown": (8,),
            "equal_versions_become_redundant": (13,),
            "reset_controller_becomes_redundant": (17, 17),
            "controller_with_an_image_comes_up": (13, 13),
        },
        (
            *MODIFIED_WHILE_BUSY["B"],
            "reset_withheld(this=B)",
            "remove(this=A)",
            "hot_plug(this=A, version=1, board=r1)",
            "up(this=A, other=B)",
            "redundancy_starts",
        ),
    ),
    "proliant_flash_in_place": Change(
        (1, 1),
        "flash_never_writes_the_running_rom[this=A]",
        {
            "original_is_retained": (4,),
            "known_good_image_is_kept": (5,),
            "no_halt_through_interrupted_flashes_alone": (7,),
            **CORRUPTED_WHILE_FLASHED,
            "flash_never_writes_the_running_rom": (2, 3),
            "remote_flash_writes_the_inactive_rom": (3, 2),
            "two_good_roms": (1,),
            "another_revision_becomes_known_good": (1,),
        },
        ("boot(this=A)", "flash_starts(this=A, version=1, place=on_site)"),
    ),
    "proliant_copy_over_invalid": Change(
        (6, 42), "original_is_retained", SECOND_UPGRADE | CORRUPTED_WHILE_FLASHED
    ),
    "proliant_copy_over_different": Change(
        (6, 42),
        "original_is_retained",
        {
            "original_is_retained": (5,),
            "known_good_image_is_kept": (5,),
            **CORRUPTED_WHILE_FLASHED,
            "another_revision_becomes_known_good": (0,),
        },
        (
            "boot(this=A, other=B)",
            "flash_starts(this=B, version=2, place=on_site)",
            "flash_finishes(this=B, other=A)",
            "reset",
            "boot(this=B, other=A)",
        ),
    ),
    "proliant_flash_oldest": Change(
        (1, 1),
        "original_is_retained",
        {
            "original_is_retained": (4,),
            "known_good_image_is_kept": (4,),
            "no_halt_through_interrupted_flashes_alone": (7,),
            **CORRUPTED_WHILE_FLASHED,
            "flash_never_writes_the_running_rom": (4, 5),
            "remote_flash_writes_the_inactive_rom": (5, 4),
        },
        (
            "boot(this=A)",
            "flash_starts(this=B, version=2, place=on_site)",
            "flash_finishes(this=B, other=A)",
            "flash_starts(this=A, version=1, place=on_site)",
        ),
    ),
    "proliant_load_unchecked": Change(
        (2, 2),
        "boot_never_loads_an_invalid_image[this=B]",
        {**SECOND_UPGRADE, "boot_never_loads_an_invalid_image": (5, 3)},
        ("corruption(this=A)", "corruption(this=B)", "boot(this=B, other=A)"),
        vacuous=("halted_server_can_be_reloaded", "reload_writes_the_primary_rom"),
    ),
    "proliant_refuse_second_upgrade": Change(
        (1, 1), "known_good_image_is_kept", CORRUPTED_WHILE_FLASHED
    ),
}


def of_change(name: str, table: str | None = None) -> Question:
    """Return the question of a changed model, with another table for the one that is left open."""
    base = base_of(name)
    text = (CHANGES / f"{name}.toml").read_text(encoding="utf-8")
    if table is not None:
        assert text.count(TABLE) == 1
        text = text.replace(TABLE, table)
    spec = (ROOT / "proofs" / "specs" / f"{base}.toml").read_text(encoding="utf-8")
    return pose(parse_model(text, f"{name}.toml"), *parse_spec(spec, f"{base}.spec.toml"))


def base_of(name: str) -> str:
    """Return the shipped model of which a change is a copy."""
    return {"msa": "msa1000", "proliant": "proliant"}[name.partition("_")[0]]


def of_headline(name: str) -> Question:
    """Return the question whether a change keeps its headline property, for one table."""
    asked = of_change(name, ONE_TABLE if base_of(name) == "msa1000" else None)
    own = tuple(p for p in asked.properties if p.name == KNOWN[name].headline)
    assert len(own) == 1
    return replace(asked, properties=own)


def test_every_change_is_known() -> None:
    assert {p.stem for p in CHANGES.glob("*.toml")} == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_change_differs_from_the_shipped_model_only_in_what_it_changes(name: str) -> None:
    path = ROOT / "statemachine" / "models" / f"{base_of(name)}.toml"
    schema, *expected = path.read_text(encoding="utf-8").splitlines()
    says, own_schema, *lines = (CHANGES / f"{name}.toml").read_text(encoding="utf-8").splitlines()
    assert says.startswith("# Changed: ")
    assert says.endswith(".")
    assert own_schema == schema.replace("./", "../../statemachine/models/")
    codes = [line[0] for line in difflib.ndiff(expected, lines)]
    assert (codes.count("-"), codes.count("+")) == KNOWN[name].differs


@pytest.mark.parametrize("name", KNOWN)
def test_verdicts_are_the_known_ones(name: str) -> None:
    asked = of_change(name)
    report = search(asked)
    assert report.complete
    violated: dict[str, tuple[int, ...]] = {}
    words: dict[str, set[str]] = {}
    for result in judged(asked, report):
        prop = result.prop.name.partition("[")[0]
        words.setdefault(prop, set()).add(word(result.verdict))
        if isinstance(result.verdict, Violated):
            violated[prop] = (*violated.get(prop, ()), len(result.verdict.trace.steps))
    assert violated == KNOWN[name].violated
    others = {p: words[p] for p in words.keys() - violated.keys()}
    assert others == {p: {"vacuous" if p in KNOWN[name].vacuous else "proved"} for p in others}


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
    forgotten, respected = (
        (CHANGES / f"msa_stored_versions_pending_{what}.toml").read_text(encoding="utf-8")
        for what in ("forgotten", "respected")
    )
    assert (
        forgotten.splitlines()[1:]
        == (
            respected.replace(
                '"versions_match", "not array.pending", ', '"versions_match", '
            ).splitlines()[1:]
        )
    )


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
