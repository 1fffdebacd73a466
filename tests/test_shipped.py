"""The shipped policies: recorded verdicts, and that every property can fail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import ROOT, SHIPPED, base_name, edited, judged, of_mutant, searched, shipped, text_of

from twinrom.proofs import Question, ask, mutants, parse_spec, pose, word
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.verdicts.verdict import Violated
from twinrom.statemachine import load_model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

# (state, table choice) pairs, transitions between them, longest of the shortest runs
COUNTS = {"msa1000": (121849, 932598, 29), "proliant": (82086, 524790, 26)}

# The runs of the two findings that the ProLiant policy is known to have.
FINDINGS: dict[str, dict[str, list[str]]] = {
    "msa1000": {},
    "proliant": {
        "no_halt_after_a_corruption_and_an_interrupted_flash": [
            "boot(this=A)",
            "corruption(this=A)",
            "flash_starts(this=B, version=1, place=on_site)",
            "power_loss",
            "boot",
        ],
        "known_good_image_is_kept": [
            "boot(this=A)",
            "flash_starts(this=B, version=2, place=on_site)",
            "flash_finishes(this=B, other=A)",
            "reset",
            "boot(this=B)",
            "flash_starts(this=A, version=1, place=on_site)",
        ],
    },
}

# Small changes of the shipped models: what to replace (the section, the old text, the new text)
# and what is broken then: a property, or one part of its `must`, with the length of a shortest run
# to the violation. Columns of a property count together.
Edit = tuple[str, str, str]
# fmt: off
BROKEN: dict[str, list[tuple[list[Edit], dict[str, int]]]] = {
    "msa1000": [
        ([("rule.redundancy_starts", '"versions_match", ', "")],
         {"redundant_only_with_matching_firmware/3": 4}),
        ([("rule.remove_after_copy", '"array is reset_due", ', '"False", '),
          ("rule.remove", 'when   = "array is not reset_due or array.modified == this"\n', "")],
         {"not_redundant_while_a_reset_is_owed": 8}),
        ([("rule.redundancy_starts", '"not array.pending", ', "")],
         {"not_redundant_while_pending": 11}),
        ([("rule.reset_withheld", "display: * -> restart_needed", "display: * -> clear")],
         {"pending_is_displayed": 7}),
        ([("rule.copied", "array: copying -> reset_due", "array: copying -> single")],
         {"reset_is_due_or_pending": 3}),
        ([("rule.comes_up_apart", "display: * -> firmware_differs", "display: * -> clear")],
         {"different_firmware_is_never_silent": 3}),
        ([("rule.copied", "display: * -> cloning_done", "display: * -> clear")],
         {"messages_mean_what_they_say/2": 3}),
        ([("rule.reset_withheld", "array: reset_due -> single", "array: * -> single"),
          ("rule.reset_withheld", '"array.modified == this", ', "")],
         {"only_the_environment_ends_redundancy": 6}),
        ([("define", "runs_on(v, A.board) and runs_on(v, B.board)", "runs_on(v, A.board)")],
         {"what_executes_fits_its_board": 5, "incompatible_version_gives_way/1": 2}),
        ([("define", "runs_on(v, A.board) and runs_on(v, B.board)",
           "runs_on(v, A.board) or runs_on(v, B.board)")],
         {"what_is_stored_fits_its_board/1": 3, "what_is_stored_fits_its_board/2": 8}),
        ([("define", '"c is running or (c is starting and checked(c))"', '"checked(c)"')],
         {"messages_mean_what_they_say/5": 2, "copy_only_at_power_up_or_hot_plug/1": 2,
          "copy_only_at_power_up_or_hot_plug/2": 2}),
        ([("define", "compared and versions_differ and copy_possible",
           "compared and copy_possible")],
         {"copy_only_of_a_different_version": 2}),
        ([("define", '"most_recent if powering_up else original"', '"original"')],
         {"power_up_uses_the_most_recent": 2}),
        ([("define", '"A.executing if A is running else B.executing"', '"A.executing"')],
         {"hot_plug_uses_the_original": 4}),
        ([("define", 'copy_possible   = "fits_both(chosen)"', 'copy_possible   = "True"')],
         {"incompatible_version_gives_way/2": 2, "version_of_the_source_is_written/3": 3}),
        ([("rule.comes_up", '"not validating(other)", ', "")],
         {"nobody_comes_up_uncompared": 3}),
        ([("rule.copied", "source.executing", "max(source.executing, target.executing)")],
         {"version_of_the_source_is_written/2": 3}),
        ([("rule.power_on", "Controller: off -> starting", "A: off -> starting")],
         {"power_reaches_every_controller": 1}),
        ([("rule.reset", ', "not this.busy"', "")],
         {"busy_controller_is_never_reset": 7, "host_io_is_not_interrupted/1": 7}),
        ([("rule.reset_withheld", '"array.pending = True"',
           '"array.pending = True", "this.busy = False"')],
         {"host_io_is_not_interrupted/2": 7}),
        ([("rule.reset", "array.modified == this", "array.modified != this")],
         {"only_the_modified_controller_is_reset": 5, "reset_ends_the_copy/2": 4}),
        ([("rule.reset_withheld", '"this.busy"', '"this is running"')],
         {"reset_is_withheld_only_from_a_busy_controller/2": 6}),
        ([("rule.reset_withheld", '"this.busy"', '"this is starting"')],
         {"reset_is_withheld_only_from_a_busy_controller/1": 4}),
        ([("rule.remove", '"array.modified = none", ',
           '"array.modified = none", "array.pending = False", ')],
         {"messages_mean_what_they_say/4": 8, "pending_ends_only_with_shutdown": 8}),
        ([("rule.copy_starts", 'by     = "controller"', 'by     = "operator"')],
         {"nobody_intervenes": 2}),
        ([("define", " and not array.copy_failed", "")],
         {"failed_copy_waits_for_a_reseat/1": 6}),
        ([("rule.comes_up", '"checked(this)", ', "")],
         {"comes_up_only_after_validation": 3}),
        ([("rule.autoflash_of_backup", "= this.active.version", "= 1")],
         {"autoflash_copies_the_valid_image/3": 4}),
        ([("rule.autoflash_fails", 'sets   = ["this.recovery_disabled = True"]\n', "")],
         {"autoflash_failure_disables_recovery/1": 4}),
        ([("rule.copied", '"target.active.version = source.executing"',
           '"target.active.version = source.executing", "target.executing = source.executing"')],
         {"what_is_written_executes_after_a_reset": 5}),
        ([("rule.hot_plug", '"this.executing = version"',
           '"this.executing = version", "this.recovery_disabled = True"')],
         {"recovery_is_disabled_by_a_failed_repair": 2}),
        ([("define", " and not c.recovery_disabled", "")],
         {"recovery_stays_disabled_until_reseated/2": 5}),
        ([("rule.remove", ', "this.recovery_disabled = False"', "")],
         {"an_empty_slot_has_no_disabled_recovery": 5}),
        ([("rule.copy_starts", '"target.active: valid, torn -> torn"]',
           '"target.active: * -> torn", "target.backup: * -> torn"]\natomic = "both at once"')],
         {"the_last_valid_image_is_never_overwritten": 2}),
        ([("rule.validation_fails", "this: starting -> down", "this: starting -> running")],
         {"without_an_image_it_stays_down/1": 3, "without_an_image_it_stays_down/2": 5,
          "without_an_image_it_stays_down/3": 5}),
        ([("rule.autoflash_of_active", "this.active: torn -> valid", "this.active: torn -> torn")],
         {"autoflash_copies_the_valid_image/1": 4}),
        ([("rule.autoflash_of_active", "this.display: * -> autoflash_done",
           "this.display: * -> clear")],
         {"autoflash_copies_the_valid_image/2": 4}),
        ([("rule.autoflash_of_active", "= this.backup.version", "= 1")],
         {"autoflash_copies_the_valid_image/4": 4}),
        ([("rule.autoflash_fails", "this.display: * -> autoflash_failed",
           "this.display: * -> clear")],
         {"autoflash_failure_disables_recovery/2": 4}),
        ([("define", ' and (A is starting or B is starting)"', '"'),
          ("rule.comes_up", ', "not copy_wanted"', "")],
         {"copy_only_at_power_up_or_hot_plug/3": 4}),
        ([("rule.comes_up", 'says   = "', 'sets   = ["array.copy_failed = False"]\nsays   = "')],
         {"messages_mean_what_they_say/3": 5, "failed_copy_waits_for_a_reseat/2": 5}),
        ([("rule.copy_starts", "display: * -> cloning_started", "display: * -> clear")],
         {"messages_mean_what_they_say/1": 2}),
        ([("rule.reset", "array: reset_due -> single", "array: copying, reset_due -> single")],
         {"reset_ends_the_copy/1": 3}),
        ([("rule.power_off", 'power  = "off"',
           'power  = "off"\nsets   = ["A.recovery_disabled = False"]')],
         {"recovery_stays_disabled_until_reseated/1": 5}),
        ([("rule.power_off", 'power  = "off"',
           'power  = "off"\nsets   = ["A.executing = A.executing"]')],
         {"only_what_is_up_executes/1": 2}),
        ([("machine.Controller", "down -> off", "down -> failed")],
         {"power_goes_off/3": 2}),
        ([("machine.Controller", "running, resetting, down -> off", "resetting, down -> off")],
         {"power_goes_off/2": 3}),
        ([("machine.ModuleDisplay", '"autoflash_done, rom_corrupt -> clear"', '"clear"')],
         {"repair_that_failed_is_displayed_until_reseated": 5}),
        ([("rule.remove", "array: copying, reset_due, redundant -> single",
           "array: copying, reset_due -> single")],
         {"redundant_only_with_matching_firmware/1": 5,
          "redundant_only_with_matching_firmware/2": 5}),
        ([("rule.copied", "target.active: torn -> valid", "target.active: torn -> torn")],
         {"version_of_the_source_is_written/1": 3}),
        ([("rule.remove_after_copy", '"this.display: * -> clear"',
           '"this.display: * -> clear", "array: reset_due -> single"')],
         {"reset_stays_due_without_the_source/1": 4}),
        ([("rule.remove_after_copy", '"this.board = r1"',
           '"array.modified = none", "this.board = r1"')],
         {"reset_stays_due_without_the_source/2": 4}),
    ],
    "proliant": [
        ([("init", "server.primary == A", "server.primary == B")],
         {"starts_as_shipped/4": 0, "starts_as_shipped/5": 1}),
        ([("rule.boot_falls_back", '"server.primary = this", ', "")],
         {"valid_active_image_is_primary": 2, "boot_falls_back_with_an_error/2": 2}),
        ([("rule.boot_falls_back", ', "this is valid"', ""),
          ("rule.boot_halts", '"A is not valid and B is not valid"', '"False"')],
         {"boot_never_loads_an_invalid_image": 3}),
        ([("rule.boot_as_chosen", "server.primary = this",
           "server.primary = B if this == A else A")],
         {"boot_loads_a_valid_primary/2": 1}),
        ([("rule.boot_falls_back", ', "error: * -> shown"', "")],
         {"boot_falls_back_with_an_error/1": 2}),
        ([("rule.boot_falls_back", "server.active = this", "server.active = other")],
         {"boot_falls_back_with_an_error/3": 2, "corrupted_image_ends_inactive/2": 2}),
        ([("rule.flash_finishes", "server.requested = this", "server.primary = this")],
         {"roles_change_only_at_boot/1": 3}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn", "error: * -> shown"]')],
         {"corruption_is_silent/5": 1}),
        ([("rule.flash_finishes", '"this: torn -> valid"]',
           '"this: torn -> valid", "error: * -> shown"]')],
         {"errors_are_found_only_at_boot": 3}),
        ([("machine.error", "persistent = true", 'unpowered = "clear"')],
         {"error_stays_until_logged": 3}),
        ([("define", '"B if server.active == A else A"', '"server.active"')],
         {"original_is_retained": 4, "known_good_image_is_kept": 5,
          "no_halt_through_interrupted_flashes_alone": 7, "flash_never_writes_the_running_rom/1": 2,
          "flash_never_writes_the_running_rom/2": 2, "remote_flash_writes_the_inactive_rom/1": 2}),
        ([("rule.accept", ', "not bad(this.version)"', "")],
         {"bad_revision_is_never_known_good": 6}),
        ([("rule.flash_finishes",
           "this.known_good = other.known_good and other.version == this.version",
           "this.known_good = True")],
         {"known_good_is_earned": 3}),
        ([("rule.accept", '"this.known_good = True"', '"this.known_good = False"')],
         {"known_good_is_not_forgotten": 6}),
        ([("rule.flash_finishes",
           "this.known_good = other.known_good and other.version == this.version",
           "this.known_good = False")],
         {"known_good_is_of_the_revision": 3}),
        ([("rule.select_rom", "none if rom == server.primary else rom", "none")],
         {"selection_is_remembered": 2}),
        ([("rule.reset", '"server.active = none"',
           '"server.active = none", "server.requested = none"')],
         {"request_stands_until_boot": 3}),
        ([("define", '"server.primary if server.requested == none else server.requested"',
           '"server.primary"')],
         {"selection_is_made_good_at_boot": 4}),
        ([("rule.boot_as_chosen", ', "server.requested = none"', "")],
         {"selection_is_spent_by_one_boot": 4}),
        ([("rule.flash_starts", '"this.version = version", ', "")],
         {"remote_flash_writes_the_inactive_rom/2": 2}),
        ([("rule.flash_finishes", '    "server.requested = this",\n', "")],
         {"finished_flash_asks_for_the_exchange/2": 3}),
        ([("rule.boot_falls_back", '"this is valid"]', '"this is valid", "False"]'),
          ("rule.boot_halts", '"A is not valid and B is not valid"',
           '"any(b == tried_first and b is not valid for b in Bank)"')],
         {"no_halt_after_one_fault": 2, "no_halt_after_a_corruption_and_an_interrupted_flash": 2}),
        ([("rule.boot_as_chosen", "server.active = this", "server.active = B if this == A else A")],
         {"boot_loads_a_valid_primary/1": 1}),
        ([("rule.boot_falls_back", '"error: * -> shown"',
           '"error: * -> shown", "other: * -> valid"')],
         {"corrupted_image_ends_inactive/1": 2}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn"]\nalso = ["server: running -> off"]')],
         {"corruption_is_silent/1": 2}),
        ([("rule.corruption", '"this.known_good = False"',
           '"this.known_good = False", "server.primary = B if this == A else A"')],
         {"corruption_is_silent/2": 1}),
        ([("rule.corruption", '"this.known_good = False"',
           '"this.known_good = False", "server.active = none"')],
         {"corruption_is_silent/3": 2}),
        ([("rule.corruption", '"this.known_good = False"',
           '"this.known_good = False", "server.requested = none"')],
         {"corruption_is_silent/4": 3}),
        ([("rule.flash_finishes", "this: torn -> valid", "this: torn -> torn")],
         {"finished_flash_asks_for_the_exchange/1": 3}),
        ([("rule.flash_starts", '"this: * -> torn"',
           '"this: * -> torn", "server: running -> off"')],
         {"remote_flash_writes_the_inactive_rom/3": 2}),
        ([("rule.flash_finishes", "server.requested = this", "server.active = this")],
         {"roles_change_only_at_boot/2": 3}),
        ([("rule.boot_as_chosen", '"server: off -> running"',
           '"server: off -> running", "A: * -> torn"')],
         {"starts_as_shipped/1": 1}),
        ([("rule.boot_as_chosen", '"server: off -> running"',
           '"server: off -> running", "B: * -> torn"')],
         {"starts_as_shipped/2": 1}),
        ([("init", "A.version == B.version and not bad", "not bad")],
         {"starts_as_shipped/3": 0}),
        ([("rule.reset", "server: running, recovery -> off", "server: * -> off")],
         {"boot_comes_after_a_reset/1": 1}),
        ([("rule.boot_as_chosen", "server: off -> running", "server: off -> off")],
         {"boot_comes_after_a_reset/2": 1}),
        ([("rule.log_error", "error: shown -> logged", "error: * -> logged")],
         {"only_errors_are_logged": 2}),
        ([("rule.select_rom", 'by = "administrator"', 'by = "operator"')],
         {"administrator_decides": 2}),
        ([("rule.select_rom", '"server is running", ', "")],
         {"selection_is_made_while_nothing_is_flashed/1": 1}),
        ([("rule.select_rom", ', "flash is idle"', "")],
         {"selection_is_made_while_nothing_is_flashed/2": 3}),
        ([("rule.flash_starts", "flash: idle -> writing", "flash: * -> writing")],
         {"one_flash_at_a_time": 3}),
        ([("rule.power_loss", 'power = "off"',
           'power = "off"\nsets = ["flash.target = flash.target"]')],
         {"idle_flash_has_no_target": 3}),
        ([("rule.reload_starts", '"this: * -> torn"', '"this: * -> valid"')],
         {"reload_writes_a_rom/1": 4}),
        ([("rule.reload_starts", '"this.version = version", ', "")],
         {"reload_writes_a_rom/2": 4}),
        ([("rule.flash_finishes", 'when = "flash.target == this"\n', "")],
         {"finished_flash_asks_for_the_exchange/3": 4}),
    ],
}
# fmt: on

# What mutants showed to be missing: the parts that such a mutant of the MSA1000 breaks,
# with the length of a shortest run.
BROKEN_BY_MUTANTS = {
    "rule.power_on: swap operator for controller": {"people_handle_modules_and_power": 1},
    "rule.power_off: widen array: single, reset_due, redundant -> off": {"power_goes_off/1": 1},
    "rule.hot_plug_half_written: redirect this: absent -> starting to absent": {
        "nothing_is_known_of_what_is_gone/1": 2,
        "half_written_module_has_one_image/1": 2,
    },
    "rule.hot_plug_without_image: redirect this: absent -> starting to absent": {
        "nothing_is_known_of_what_is_gone/2": 2,
        "module_without_image_has_none/2": 2,
    },
    "rule.insert: redirect this: absent -> off to absent": {
        "nothing_is_known_of_what_is_gone/3": 1,
        "nothing_is_known_of_what_is_gone/4": 1,
        "nothing_is_known_of_what_is_gone/5": 1,
        "module_is_inserted_into_an_empty_slot/2": 1,
    },
    "rule.autoflash_fails: redirect this: repairing -> starting to failed": {
        "nothing_is_known_of_what_is_gone/6": 4,
        "autoflash_failure_disables_recovery/3": 4,
    },
    "rule.remove: redirect this.display: * -> clear to autoflash_done": {
        "nothing_is_known_of_what_is_gone/7": 1,
        "display_of_a_module_means_what_it_says/2": 1,
    },
    "rule.remove: redirect this.display: * -> clear to autoflash_failed": {
        "display_of_a_module_means_what_it_says/1": 1,
    },
    "rule.insert: widen this: absent -> off": {"module_is_inserted_into_an_empty_slot/1": 1},
    "rule.hot_plug: redirect this: absent -> starting to absent": {
        "module_is_inserted_into_an_empty_slot/3": 2,
    },
    "rule.hot_plug_half_written: redirect this.active: valid -> torn to valid": {
        "half_written_module_has_one_image/2": 2,
    },
    "rule.hot_plug_without_image: drop array is not off": {"module_without_image_has_none/1": 1},
    "rule.hot_plug_without_image: drop this.board = board": {"module_without_image_has_none/4": 2},
    (
        "rule.remove: widen this: off, starting, repairing, running, resetting, down, failed -> "
        "absent"
    ): {
        "module_is_removed_whole/1": 1,
    },
    "rule.remove: drop this.backup: torn -> valid": {"half_written_module_has_one_image/3": 4},
    (
        "rule.remove_after_copy: redirect this: starting, repairing, running, resetting, down, "
        "failed -> absent to failed"
    ): {
        "module_is_removed_whole/2": 4,
    },
    "rule.fail: widen this: starting, repairing, running, resetting, down -> failed": {
        "module_fails_under_power/1": 1,
    },
    (
        "rule.fail: redirect this: starting, repairing, running, resetting, down -> failed to "
        "absent"
    ): {
        "module_fails_under_power/2": 2,
    },
    "rule.active_decays: widen this.active: valid -> torn": {"active_image_decays_once/1": 2},
    "rule.active_decays: redirect this.active: valid -> torn to valid": {
        "active_image_decays_once/2": 1,
    },
    "rule.backup_decays: widen this.backup: valid -> torn": {"backup_image_decays_once/1": 2},
    "rule.backup_decays: redirect this.backup: valid -> torn to valid": {
        "backup_image_decays_once/2": 1,
    },
    "rule.io_ends: drop this.busy": {"io_ends_where_there_is_some/1": 3},
    "rule.io_ends: drop this.busy = False": {"io_ends_where_there_is_some/2": 4},
    "rule.reset_withheld: widen array: reset_due -> single": {"reset_is_withheld_once": 6},
    "rule.reset_withheld: drop array.modified = none": {"modified_until_the_reset": 7},
    "rule.comes_up: drop array.modified != this": {
        "modified_controller_comes_up_after_its_reset/2": 4,
    },
    "rule.comes_up_apart: widen this: starting -> running": {
        "modified_controller_comes_up_after_its_reset/1": 3,
    },
    "rule.io_starts: drop this is running": {"only_what_is_up_executes/2": 1},
    "rule.hot_plug_without_image: redirect this.active: valid -> torn to valid": {
        "module_without_image_has_none/3": 2,
    },
    "rule.io_starts: drop not this.busy": {"io_starts_where_there_is_none/1": 4},
    "rule.io_starts: drop this.busy = True": {"io_starts_where_there_is_none/2": 3},
}


def broken(model: str, edits: list[Edit]) -> Question:
    """Return the question of a shipped spec about a changed model, each part by itself."""
    text = text_of("statemachine/models", model)
    for section, old, new in edits:
        text = edited(text, section, old, new)
    spec = parse_spec(text_of("proofs/specs", model), f"{model}.spec.toml")
    return in_parts(pose(parse_model(text, f"{model}.toml"), *spec))


def in_parts(question: Question) -> Question:
    """Return the question with a property for each part of what `must` says."""
    split = tuple(
        replace(p, name=p.name + (f"/{i}" if len(p.parts) > 1 else ""), goal=part.term)
        for p in question.decidable
        for i, part in enumerate(p.parts, 1)
    )
    return replace(question, properties=split)


@pytest.mark.parametrize("name", SHIPPED)
def test_counts_are_the_recorded_ones(name: str) -> None:
    report = searched(name)
    assert report.complete
    assert report.counts is not None
    found = (report.counts.states, report.counts.transitions, report.counts.diameter)
    assert found == COUNTS[name]


@pytest.mark.parametrize("name", SHIPPED)
def test_everything_holds_but_the_recorded_findings(name: str) -> None:
    asked = shipped(name)
    results = judged(asked, searched(name))
    decided = {p.name: p for p in asked.decidable}
    verdicts = {r.prop.name: r.verdict for r in results if r.prop.name in decided}
    violated = {
        n: [str(step) for step in verdict.trace.steps]
        for n, verdict in verdicts.items()
        if isinstance(verdict, Violated)
    }
    assert violated == FINDINGS[name]
    assert {n for n, p in decided.items() if p.expect_violated} == set(FINDINGS[name])
    # none of the others is vacuous or unknown
    assert {word(verdicts[n]) for n in decided.keys() - violated.keys()} == {"proved"}


@pytest.mark.parametrize("model", SHIPPED)
def test_every_part_of_every_property_is_broken_by_some_change(model: str) -> None:
    parts = {base_name(p.name) for p in in_parts(shipped(model)).properties}
    broken_by_mutants = BROKEN_BY_MUTANTS.values() if model == "msa1000" else ()
    tables = [*(breaks for _, breaks in BROKEN[model]), *broken_by_mutants]
    assert parts == {name for breaks in tables for name in breaks}


@pytest.mark.parametrize(
    ("model", "edits", "breaks"),
    [(model, edits, breaks) for model, table in BROKEN.items() for edits, breaks in table],
    ids=[f"{next(iter(breaks))}" for table in BROKEN.values() for _, breaks in table],
)
def test_change_breaks_what_it_is_known_to_break(
    model: str, edits: list[Edit], breaks: dict[str, int]
) -> None:
    assert shortest(broken(model, edits), breaks) == breaks


@pytest.mark.parametrize(("mutant", "breaks"), BROKEN_BY_MUTANTS.items())
def test_mutant_breaks_what_it_is_known_to_break(mutant: str, breaks: dict[str, int]) -> None:
    base = shipped("msa1000")
    change = next(m for m in mutants(base.model) if m.name == mutant)
    assert shortest(in_parts(of_mutant(base, change)), breaks) == breaks


def shortest(asked: Question, breaks: dict[str, int]) -> dict[str, int]:
    """Return the length of a shortest violation of each of some properties."""
    found: dict[str, int] = {}
    asked = replace(
        asked, properties=tuple(p for p in asked.properties if base_name(p.name) in breaks)
    )
    for name, known in search(asked, max_depth=max(breaks.values())).found.items():
        if known.violation is not None:
            length = min(known.violation.length, found.get(base_name(name), known.violation.length))
            found[base_name(name)] = length
    return found


@pytest.mark.parametrize("also", ["", 'also = ["server: running -> off"]'])
def test_a_fault_that_is_new_and_ends_a_flash_is_counted(also: str, tmp_path: Path) -> None:
    change = tmp_path / "ends_a_flash.toml"
    active = ', "server.active = none"' if also else ""
    change.write_text(
        f"""extends = "proliant"
[rule.flash_fails]
by = "fault"
moves = ["flash: writing -> idle"]
{also}
sets = ["flash.target = none"{active}]
""",
        encoding="utf-8",
    )
    asked = ask(load_model(str(change)), str(ROOT / "proofs" / "specs" / "proliant.toml"))
    results = judged(asked, search(asked))
    assert {r.prop.name for r in results if r.failed} == set()
    found = {r.prop.name for r in results if isinstance(r.verdict, Violated)}
    assert found == set(FINDINGS["proliant"])


def test_the_source_of_a_power_up_copy_may_serve_meanwhile() -> None:
    never = "not (array is copying and A is starting and B.busy)"
    spec = parse_spec(f'[invariant.source_waits]\nmust = "{never}"\n', "msa1000.spec.toml")
    found = search(pose(load_model("msa1000"), *spec)).found["source_waits"].violation
    assert found is not None
    assert found.length == 4
    waiting = pose(load_model("msa_power_up_waits_for_the_copy"), *spec)
    found = search(waiting).found["source_waits"].violation
    assert found is not None
    assert found.length == 5  # after a hot-plug, where the source is up already
