"""The shipped policies: recorded verdicts, and that every property can fail."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import (
    ROOT,
    SHIPPED,
    SMALL,
    base_name,
    edited,
    judged,
    of_mutant,
    searched,
    shipped,
    text_of,
)
from changed import base_of, small
from fleet_parts import FLEET_BROKEN_BY_CHANGES, FLEET_BROKEN_BY_MUTANTS

from twinrom.proofs import Question, ask, mutants, parse_spec, pose, word
from twinrom.proofs.engines.search.breadth_first import search
from twinrom.proofs.verdicts.verdict import Violated
from twinrom.statemachine import load_model, parse_model

if TYPE_CHECKING:
    from pathlib import Path

# (state, table choice) pairs, transitions between them, longest of the shortest runs
COUNTS = {"msa1000": (194413, 1485664, 36), "proliant": (109686, 571734, 26),
          "fleet": (13584, 45846, 29)}

# The runs of the two findings that the ProLiant policy is known to have.
FINDINGS: dict[str, dict[str, list[str]]] = {
    "msa1000": {},
    "fleet": {},
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
        ([("rule.redundancy_starts",
           '"versions_match", "not array.pending", "not array.copy_failed"',
           '"not array.pending"')],
         {"failed_copy_keeps_them_apart": 7}),
        ([("rule.remove", ', "this.recovery_disabled = False"', "")],
         {"an_empty_slot_has_no_disabled_recovery": 5, "disabled_recovery_can_be_reseated": 5}),
        ([("rule.autoflash_of_active", "this.active: torn -> valid",
           "this.active: torn -> torn")],
         {"autoflash_copies_the_valid_image/1": 4}),
        ([("rule.autoflash_of_backup", "= this.active.version", "= 1")],
         {"autoflash_copies_the_valid_image/2": 4}),
        ([("rule.autoflash_of_active", "= this.backup.version", "= 1")],
         {"autoflash_copies_the_valid_image/3": 4}),
        ([("rule.autoflash_fails", 'sets   = ["this.recovery_disabled = True"]\n', "")],
         {"autoflash_failure_disables_recovery/1": 4}),
        ([("rule.autoflash_fails", "this.display: * -> autoflash_failed",
           "this.display: * -> clear")],
         {"autoflash_failure_disables_recovery/2": 4}),
        ([("rule.reset", ', "not this.busy"', "")],
         {"busy_modified_controller_goes_on/1": 7, "busy_modified_controller_goes_on/3": 7}),
        ([("rule.reset_withheld", '"array.pending = True"',
           '"array.pending = True", "this.busy = False"')],
         {"busy_modified_controller_goes_on/2": 7, "host_io_is_not_interrupted/2": 7}),
        ([("rule.comes_up", '"checked(this)", ', "")],
         {"comes_up_only_after_validation": 3, "given_up_copy_is_repaired_first": 3}),
        ([("rule.copied", "array: copying -> reset_due", "array: copying -> single")],
         {"complete_copy_is_followed_by_the_reset": 3, "modified_until_the_reset": 3}),
        ([("rule.hot_plug", '"array is not off", ', '"array is not off", "board == r1", ')],
         {"controller_can_be_hot_plugged/1": 2, "controller_can_be_hot_plugged/2": 2,
          "controller_can_be_hot_plugged/3": 2, "controller_can_be_hot_plugged/4": 2}),
        ([("rule.insert", '"array is off", ', '"array is off", "this == B", ')],
         {"controllers_can_be_inserted_before_power_on": 0}),
        ([("rule.restart", "this.executing = stored(this)",
           "this.executing = this.backup.version")],
         {"controllers_start_the_stored_version": 5}),
        ([("rule.copy_starts", '["copy_wanted", "source.executing == chosen"]',
           '"not array.copy_failed"')],
         {"copy_only_at_power_up_or_hot_plug/1": 2, "copy_only_at_power_up_or_hot_plug/2": 2}),
        ([("define", ' and (A is starting or B is starting)"', '"'),
          ("rule.comes_up", ', "not copy_wanted"', "")],
         {"copy_only_at_power_up_or_hot_plug/3": 4, "nobody_comes_up_uncompared": 2}),
        ([("define", "compared and versions_differ and copy_possible",
           "compared and copy_possible")],
         {"copy_only_of_a_different_version": 2}),
        ([("rule.copied", "source.executing", "max(source.executing, target.executing)")],
         {"copy_takes_what_is_executed": 3, "version_of_the_source_is_written/2": 6}),
        ([("rule.comes_up_apart", "display: * -> firmware_differs", "display: * -> clear")],
         {"different_firmware_is_never_silent": 3}),
        ([("rule.comes_up", '"this.returning = False"',
           '"this.returning = False", "array.copy_failed = True"')],
         {"failed_copy_waits_for_a_reseat/1": 4, "failure_is_recorded_only_of_a_copy": 2,
          "messages_mean_what_they_say/3": 3}),
        ([("rule.io_starts", '"not this.busy"', '"not this.busy", "array is not copying"')],
         {"hosts_can_start_io": 3}),
        ([("define",
           '"A.executing if A is running or (A.returning and B is not running) else B.executing"',
           '"A.executing"')],
         {"hot_plug_uses_the_original": 4, "returning_original_is_the_original": 10}),
        ([("define", "runs_on(v, A.board) and runs_on(v, B.board)", "runs_on(v, A.board)")],
         {"incompatible_version_gives_way/1": 2, "incompatible_version_gives_way/2": 2,
          "version_of_the_source_is_written/3": 3}),
        ([("define", '"most_recent if powering_up else original"', '"original"')],
         {"inserted_during_a_power_up_the_most_recent_wins": 3,
          "power_up_uses_the_most_recent": 2}),
        ([("rule.copy_starts", "display: * -> cloning_started", "display: * -> clear")],
         {"messages_mean_what_they_say/1": 2}),
        ([("rule.copy_starts", "array: single -> copying", "array: single -> reset_due")],
         {"messages_mean_what_they_say/2": 2, "reset_is_due_after_a_copy_only": 2}),
        ([("rule.reset_withheld", "array: reset_due -> single", "array: * -> single"),
          ("rule.reset_withheld", '"array.modified == this", ', "")],
         {"messages_mean_what_they_say/4": 4, "only_the_environment_ends_redundancy": 6}),
        ([("define", '"c is running or (c is starting and checked(c))"', '"checked(c)"')],
         {"messages_mean_what_they_say/5": 2}),
        ([("rule.remove", "array is not reset_due or array.modified == this",
           "(array is not reset_due or array.modified == this) and this is not failed")],
         {"modules_can_be_reseated": 2}),
        ([("rule.power_on", 'by     = "operator"',
           'by     = "operator"\nwhen   = "A is off or B is off"')],
         {"msa1000_can_be_powered_on": 0}),
        ([("rule.power_on", "Controller: off -> starting", "A: off -> starting")],
         {"no_controller_is_off_alone": 1, "only_what_is_up_executes/1": 1,
          "power_reaches_every_controller": 1}),
        ([("rule.copy_starts", 'by     = "controller"', 'by     = "operator"')],
         {"nobody_intervenes": 2}),
        ([("rule.autoflash_of_active", 'by     = "controller"', 'by     = "operator"')],
         {"nobody_repairs_by_hand": 4}),
        ([("machine.Controller", "running, resetting, down -> off", "resetting, down -> off")],
         {"not_redundant_while_a_reset_is_owed": 6, "pending_is_displayed": 3,
          "power_goes_off/3": 3}),
        ([("rule.reset", "array.modified == this", "array.modified != this")],
         {"only_a_complete_copy_ends_in_a_reset": 5,
          "only_the_modified_controller_leaves_service/2": 5, "pending_says_restart": 6,
          "reset_is_owed_until_it_is_done": 4, "withheld_reset_is_not_made_up_for/2": 4}),
        ([("rule.reset", "this: starting, running -> resetting",
           "this: starting, running -> down")],
         {"only_the_modified_controller_leaves_service/1": 6}),
        ([("rule.remove", '"array.modified = none", ',
           '"array.modified = none", "array.pending = False", ')],
         {"pending_ends_only_with_shutdown": 8}),
        ([("rule.power_off", "array: single, reset_due, redundant -> off",
           "array: single, reset_due, redundant -> single")],
         {"power_goes_off/2": 2}),
        ([("machine.Controller", "down -> off", "down -> failed")],
         {"power_goes_off/4": 2}),
        ([("rule.hot_plug", '"this.executing = version"',
           '"this.executing = version", "this.recovery_disabled = True"')],
         {"recovery_is_disabled_by_a_failed_repair/1": 2,
          "recovery_is_disabled_by_a_failed_repair/2": 2}),
        ([("rule.power_off", 'power  = "off"',
           'power  = "off"\nsets   = ["A.recovery_disabled = False"]')],
         {"recovery_stays_disabled_until_reseated/1": 5}),
        ([("define", " and not c.recovery_disabled", "")],
         {"recovery_stays_disabled_until_reseated/2": 5}),
        ([("rule.remove", "array: copying, reset_due, redundant -> single",
           "array: copying, reset_due -> single")],
         {"redundant_only_with_matching_firmware/1": 5,
          "redundant_only_with_matching_firmware/2": 5}),
        ([("rule.redundancy_starts", '"versions_match", ', "")],
         {"redundant_only_with_matching_firmware/3": 4}),
        ([("rule.autoflash_of_active", "this.display: * -> autoflash_done",
           "this.display: * -> clear")],
         {"repair_is_displayed": 4}),
        ([("machine.ModuleDisplay", '"autoflash_done, rom_corrupt -> clear"', '"clear"')],
         {"repair_that_failed_is_displayed_until_reseated": 5}),
        ([("rule.remove_after_copy", '"array is reset_due", ', '"False", '),
          ("rule.remove", 'when   = "array is not reset_due or array.modified == this"\n', "")],
         {"reset_is_withheld_only_from_a_busy_controller": 6}),
        ([("rule.copy_starts", '"target.active: valid, torn -> torn"]',
           '"target.active: * -> torn", "target.backup: * -> torn"]\natomic = "both at once"')],
         {"the_last_valid_image_is_never_overwritten": 2}),
        ([("rule.copied", "target.active: torn -> valid", "target.active: torn -> torn")],
         {"version_of_the_source_is_written/1": 3}),
        ([("rule.copied", '"target.active.version = source.executing"',
           '"target.active.version = source.executing", "array.modified = source"')],
         {"what_is_modified_stays_so": 3}),
        ([("rule.copied", '"target.active.version = source.executing"',
           '"target.active.version = source.executing", "target.executing = source.executing"')],
         {"what_is_written_executes_after_a_reset": 3}),
        ([("rule.reset", "array: reset_due -> single", "array: copying, reset_due -> single")],
         {"withheld_reset_is_not_made_up_for/1": 3}),
        ([("rule.validation_fails", "this: starting -> down", "this: starting -> running")],
         {"without_an_image_it_stays_down/1": 3, "without_an_image_it_stays_down/2": 5,
          "without_an_image_it_stays_down/3": 6}),
    ],
    "fleet": [
        ([("rule.finishes", 'moves = ["console: rolling -> finished"]',
           'moves = ["console: rolling -> finished"]\nalso = ["record: failed -> to_do"]\n'
           'atomic = "at once"')],
         {"failure_is_remembered": 6}),
        ([("rule.corruption", 'kind = "rom_fault"',
           'kind = "rom_fault"\n\n[rule.boot_falls_back]\non = "fall_back"')],
         {"server_comes_up_by_a_boot/1": 3}),
    ],
    "proliant": [
        ([("init", "A.version == B.version and not bad", "not bad")],
         {"bad_revision_is_never_known_good": 0, "starts_as_shipped/3": 0}),
        ([("rule.boot_as_chosen", "server: off -> running", "server: * -> running")],
         {"boot_comes_after_a_reset": 2}),
        ([("rule.boot_as_chosen", "server.active = this",
           "server.active = B if this == A else A")],
         {"boot_loads_a_valid_primary/1": 1, "redundant_image_is_checked_too": 4,
          "valid_primary_is_loaded_accepted_or_not": 1}),
        ([("rule.boot_as_chosen", "server.primary = this",
           "server.primary = B if this == A else A")],
         {"boot_loads_a_valid_primary/2": 1, "selection_is_made_good_at_boot": 4,
          "valid_active_image_is_primary": 1}),
        ([("rule.boot_falls_back", '"error: * -> shown"',
           '"error: * -> shown", "other: * -> valid"')],
         {"corrupted_image_ends_inactive/1": 2}),
        ([("rule.boot_falls_back", '"server.primary = this", ', "")],
         {"corrupted_image_ends_inactive/2": 2, "invalid_primary_is_replaced_with_an_error/2": 4}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn"]\nalso = ["server: running -> off"]')],
         {"corruption_is_silent/1": 2}),
        ([("rule.corruption",
           '["this: valid -> torn"]',
           '["this: valid -> torn"]\nsets = "server.primary = B"\natomic = "so"')],
         {"corruption_is_silent/2": 1, "roles_change_only_at_boot/1": 2,
          "roles_outlast_what_people_do_while_it_is_off/1": 1}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn"]\nsets = "server.active = none"\natomic = "so"')],
         {"corruption_is_silent/3": 2}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn"]\nsets = "server.requested = none"\natomic = "so"')],
         {"corruption_is_silent/4": 3}),
        ([("rule.corruption", '["this: valid -> torn"]',
           '["this: valid -> torn", "error: * -> shown"]')],
         {"corruption_is_silent/5": 1, "errors_are_found_only_at_boot/1": 2,
          "errors_are_found_only_at_boot/2": 1}),
        ([("rule.select_rom", '"flash is idle"', '"flash is idle", "rom == A"')],
         {"each_rom_can_be_selected": 1, "invalid_rom_can_be_selected": 2,
          "original_can_be_selected": 1, "sick_server_can_go_back": 6}),
        ([("machine.error", "persistent = true", 'unpowered = "clear"')],
         {"error_stays_until_logged": 3}),
        ([("rule.boot_as_chosen", "server: off -> running", "server: off -> off")],
         {"every_reset_is_a_boot": 1}),
        ([("rule.flash_finishes", "server.requested = this", "server.primary = this")],
         {"finished_flash_asks_for_the_exchange/1": 3}),
        ([("rule.flash_finishes", 'when = "flash.target == this"\n', "")],
         {"finished_flash_asks_for_the_exchange/2": 4}),
        ([("rule.flash_finishes", "this: torn -> valid", "this: torn -> torn")],
         {"finished_flash_is_valid/1": 3}),
        ([("rule.flash_finishes", '"flash.target = none"',
           '"flash.target = none", "this.version = 1"')],
         {"finished_flash_is_valid/2": 3, "known_good_is_earned": 3}),
        ([("define", '"B if server.active == A else A"', '"server.active"')],
         {"flash_never_writes_the_running_rom/1": 2, "flash_never_writes_the_running_rom/2": 2}),
        ([("rule.flash_starts", '"this.version = version", ', "")],
         {"given_revision_is_written/1": 2, "known_good_is_of_the_revision": 3}),
        ([("rule.flash_starts", "flash: idle -> writing", "flash: idle -> idle")],
         {"given_revision_is_written/2": 2, "idle_flash_has_no_target": 2}),
        ([("rule.boot_falls_back", ', "error: * -> shown"', "")],
         {"invalid_primary_is_an_error": 4, "invalid_primary_is_replaced_with_an_error/1": 4,
          "invalid_selection_is_an_error/1": 5}),
        ([("rule.boot_falls_back", "server.active = this", "server.active = other")],
         {"invalid_primary_is_replaced_in_one_boot": 2,
          "invalid_primary_is_replaced_with_an_error/3": 4, "invalid_selection_is_an_error/3": 5,
          "no_halt_after_a_corruption_and_an_interrupted_flash/2": 4,
          "no_halt_after_one_fault/2": 4, "no_halt_through_interrupted_flashes_alone/2": 5,
          "primary_is_checked_at_boot": 4, "selected_image_is_checked_too": 5,
          "what_was_checked_is_still_valid": 2}),
        ([("rule.boot_as_chosen", '"server: off -> running"',
           '"server: off -> running", "A: * -> torn"')],
         {"known_good_image_is_kept": 2, "original_is_retained": 2, "starts_as_shipped/1": 1}),
        ([("rule.accept", '"this.known_good = True"', '"this.known_good = False"')],
         {"known_good_is_not_forgotten": 6}),
        ([("rule.boot_falls_back", '"this is valid"]', '"this is valid", "False"]'),
          ("rule.boot_halts", '"A is not valid and B is not valid"',
           '"any(b == tried_first and b is not valid for b in Bank)"')],
         {"no_halt_after_a_corruption_and_an_interrupted_flash/1": 2,
          "no_halt_after_one_fault/1": 2}),
        ([("rule.reset", "server: running, recovery -> off",
           "server: running, recovery -> recovery")],
         {"no_halt_through_interrupted_flashes_alone/1": 2, "power_goes/2": 2}),
        ([("rule.flash_starts", "flash: idle -> writing", "flash: * -> writing")],
         {"one_flash_at_a_time": 3}),
        ([("rule.log_error", "error: shown -> logged", "error: * -> logged")],
         {"only_errors_are_logged": 2}),
        ([("rule.reload_starts", '"this == reload_target"',
           '"this == reload_target", "version == 1"')],
         {"original_can_be_reloaded": 3}),
        ([("rule.select_rom", 'by = "administrator"', 'by = "agent"')],
         {"people_decide": 2, "selection_stands_until_boot": 2}),
        ([("rule.reset", "server: running, recovery -> off", "server: * -> off")],
         {"power_goes/1": 1}),
        ([("rule.flash_starts", '"this: * -> torn"',
           '"this: * -> torn", "server: running -> off"')],
         {"remote_flash_takes_nothing_down/1": 2}),
        ([("rule.flash_starts", '"flash.target = this"',
           '"flash.target = this", "server.active = none"')],
         {"remote_flash_takes_nothing_down/2": 2}),
        ([("rule.accept", 'by = "administrator"', 'by = "operator"')],
         {"revision_is_accepted_by_the_administrator": 6}),
        ([("rule.accept", '"server.active == this"',
           '"server.active == this", "flash is not idle"')],
         {"running_revision_can_be_accepted": 5}),
        ([("rule.flash_finishes", "server.requested = this", "server.active = this")],
         {"roles_change_only_at_boot/2": 3}),
        ([("rule.select_rom", '"server is running", ', "")],
         {"roles_outlast_what_people_do_while_it_is_off/2": 1,
          "selection_is_made_while_nothing_is_flashed/1": 1}),
        ([("rule.flash_starts", '"this == flash_target"',
           '"this == flash_target", "place == on_site"')],
         {"rom_can_be_flashed_from_afar": 1,
          "what_is_flashed_on_site_can_be_flashed_from_afar/1": 1,
          "what_is_flashed_on_site_can_be_flashed_from_afar/2": 1,
          "what_is_flashed_on_site_can_be_flashed_from_afar/3": 1,
          "what_is_flashed_on_site_can_be_flashed_from_afar/4": 1}),
        ([("rule.select_rom", ', "flash is idle"', "")],
         {"selection_is_made_while_nothing_is_flashed/2": 3}),
        ([("rule.select_rom", "none if rom == server.primary else rom", "none")],
         {"selection_is_remembered": 2}),
        ([("rule.boot_as_chosen", ', "server.requested = none"', "")],
         {"selection_is_spent_by_one_boot": 4}),
        ([("rule.reset", 'when = "flash is idle"',
           'when = ["flash is idle", "server.requested == none"]')],
         {"server_can_be_booted_for_a_selection": 2}),
        ([("rule.boot_as_chosen", '"server: off -> running"',
           '"server: off -> running", "B: * -> torn"')],
         {"starts_as_shipped/2": 1}),
        ([("init", "server.primary == A", "server.primary == B")],
         {"starts_as_shipped/4": 0, "starts_as_shipped/5": 1}),
        ([("rule.reload_starts", '"this: * -> torn"', '"this: * -> valid"')],
         {"written_rom_is_torn": 4}),
    ],
}
# fmt: on

# The parts that such a mutant of the MSA1000 breaks, with the length of a shortest run.
# fmt: off
BROKEN_BY_MUTANTS = {
    "rule.active_decays: widen this.active: valid -> torn":
        {"active_image_decays_once/1": 2},
    "rule.active_decays: redirect this.active: valid -> torn to valid":
        {"active_image_decays_once/2": 1},
    "rule.autoflash_fails: redirect this: repairing -> starting to failed":
        {"autoflash_failure_disables_recovery/3": 4, "nothing_is_known_of_what_is_gone/6": 4},
    "rule.backup_decays: widen this.backup: valid -> torn":
        {"backup_image_decays_once/1": 2},
    "rule.backup_decays: redirect this.backup: valid -> torn to valid":
        {"backup_image_decays_once/2": 1},
    "rule.io_starts: drop this is running":
        {"busy_controller_is_never_reset": 3, "host_io_is_not_interrupted/1": 3,
         "only_what_is_up_executes/2": 1},
    "rule.remove: redirect this.display: * -> clear to autoflash_done":
        {"display_of_a_module_means_what_it_says": 1, "nothing_is_known_of_what_is_gone/7": 1},
    "rule.remove: redirect this.display: * -> clear to autoflash_failed":
        {"failed_repair_is_a_disabled_recovery": 1},
    "rule.hot_plug_half_written: redirect this: absent -> starting to absent":
        {"half_written_module_has_one_image/1": 2, "nothing_is_known_of_what_is_gone/1": 2},
    "rule.hot_plug_half_written: redirect this.active: valid -> torn to valid":
        {"half_written_module_has_one_image/2": 2},
    "rule.remove: drop this.backup: torn -> valid":
        {"half_written_module_has_one_image/3": 4},
    "rule.io_ends: drop this.busy":
        {"io_ends_where_there_is_some/1": 3},
    "rule.io_ends: drop this.busy = False":
        {"io_ends_where_there_is_some/2": 4},
    "rule.io_starts: drop not this.busy":
        {"io_starts_where_there_is_none/1": 4},
    "rule.io_starts: drop this.busy = True":
        {"io_starts_where_there_is_none/2": 3},
    "rule.fail: widen this: starting, repairing, running, resetting, down -> failed":
        {"module_fails_under_power/1": 1},
    (
        "rule.fail: redirect this: starting, repairing, running, resetting, down -> failed "
        "to absent"
    ): {"module_fails_under_power/2": 2},
    "rule.insert: widen this: absent -> off":
        {"module_is_inserted_into_an_empty_slot/1": 1},
    "rule.insert: redirect this: absent -> off to absent":
        {"module_is_inserted_into_an_empty_slot/2": 1, "nothing_is_known_of_what_is_gone/3": 1,
         "nothing_is_known_of_what_is_gone/4": 1, "nothing_is_known_of_what_is_gone/5": 1},
    "rule.hot_plug: redirect this: absent -> starting to absent":
        {"module_is_inserted_into_an_empty_slot/3": 2},
    (
        "rule.remove: widen this: off, starting, repairing, running, resetting, down, failed "
        "-> absent"
    ): {"module_is_removed_whole/1": 1},
    (
        "rule.remove_after_copy: redirect this: starting, repairing, running, resetting, "
        "down, failed -> absent to failed"
    ): {"module_is_removed_whole/2": 4},
    "rule.hot_plug_without_image: drop array is not off":
        {"module_without_image_has_none/1": 1},
    "rule.hot_plug_without_image: redirect this: absent -> starting to absent":
        {"module_without_image_has_none/2": 2, "nothing_is_known_of_what_is_gone/2": 2},
    "rule.hot_plug_without_image: redirect this.active: valid -> torn to valid":
        {"module_without_image_has_none/3": 2, "reset_is_due_or_pending": 2,
         "reset_stays_due_without_the_source/1": 2, "reset_stays_due_without_the_source/2": 2},
    "rule.hot_plug_without_image: drop this.board = board":
        {"module_without_image_has_none/4": 2},
    "rule.power_on: swap operator for controller":
        {"people_handle_modules_and_power": 1},
    "rule.power_off: widen array: single, reset_due, redundant -> off":
        {"power_goes_off/1": 1},
    "rule.comes_up: drop array.modified != this":
        {"reset_is_withheld_only_after_an_incompatible_version": 6},
}

# The parts that a change of examples/changes breaks: what holds a reading is broken by another one.
BROKEN_BY_CHANGES = {
    "msa_any_module_is_inserted": {"what_executes_fits_its_board": 1,
                                   "what_is_stored_fits_its_board/1": 0,
                                   "what_is_stored_fits_its_board/2": 0},
    "msa_failed_copy_is_tried_again": {"failed_copy_waits_for_a_reseat/2": 4},
    "msa_newest_disables_older": {"only_a_controller_without_an_image_stays_down": 2},
    "msa_stored_versions_pending_forgotten": {"not_redundant_while_pending": 9},
    "msa_target_serves_during_the_copy": {"target_of_a_copy_does_not_serve": 3},
    "proliant_corrupt_rom_cannot_be_flashed": {"corrupt_rom_can_be_flashed": 2},
    "proliant_load_selected_unchecked": {"invalid_selection_is_an_error/2": 5},
    "proliant_mark_is_torn": {"exchange_is_one_step": 2},
    "proliant_marked_before_written": {"nothing_is_selected_before_it_is_written": 2,
                                       "only_a_flash_and_the_administrator_ask": 2},
    "proliant_no_equal_revisions": {"known_revision_can_be_flashed_again": 1},
    "proliant_refuse_second_flash": {"second_flash_is_allowed": 3},
    "proliant_refuse_second_upgrade": {"second_upgrade_is_allowed": 5},
    **FLEET_BROKEN_BY_CHANGES,
}
# fmt: on

BY_MUTANTS = [
    *(("msa1000", mutant, breaks) for mutant, breaks in BROKEN_BY_MUTANTS.items()),
    *(("fleet", mutant, breaks) for mutant, breaks in FLEET_BROKEN_BY_MUTANTS.items()),
]


def broken(model: str, edits: list[Edit]) -> Question:
    """Return the question of a shipped spec about a changed model, each part by itself."""
    text = text_of("statemachine/models", model)
    for section, old, new in edits:
        text = edited(text, section, old, new)
    spec = parse_spec(text_of("proofs/specs", model), f"{model}.spec.toml")
    return in_parts(pose(parse_model(text, f"{model}.toml", SMALL.get(model)), *spec))


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
    broken_by_mutants = [breaks for of, _, breaks in BY_MUTANTS if of == model]
    by_changes = [breaks for name, breaks in BROKEN_BY_CHANGES.items() if base_of(name) == model]
    tables = [*(breaks for _, breaks in BROKEN[model]), *broken_by_mutants, *by_changes]
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


@pytest.mark.parametrize(("model", "mutant", "breaks"), BY_MUTANTS)
def test_mutant_breaks_what_it_is_known_to_break(
    model: str, mutant: str, breaks: dict[str, int]
) -> None:
    base = shipped(model)
    change = next(m for m in mutants(base.model) if m.name == mutant)
    assert shortest(in_parts(of_mutant(base, change)), breaks) == breaks


@pytest.mark.parametrize(("name", "breaks"), BROKEN_BY_CHANGES.items())
def test_change_of_the_library_breaks_its_part(name: str, breaks: dict[str, int]) -> None:
    assert shortest(in_parts(small(name)), breaks) == breaks


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
