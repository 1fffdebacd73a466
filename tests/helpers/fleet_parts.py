"""What breaks each part of the fleet's properties, with the length of a shortest run at N = 2."""

# fmt: off
FLEET_BROKEN_BY_CHANGES: dict[str, dict[str, int]] = {
    "fleet_console_forgets": {
        "console_forgets_nothing": 2,
        "only_people_let_it_go_on/1": 5,
        "only_people_let_it_go_on/2": 5,
    },
    "fleet_flash_ok_is_success": {
        "done_means_the_new_revision": 3,
        "done_means_well": 3,
    },
    "fleet_flashes_whatever_is_there": {
        "only_supported_servers_are_flashed": 1,
        "who_is_in_work_is_supported": 1,
    },
    "fleet_goes_on_after_a_failure": {
        "first_failure_stops_the_rollout": 4,
    },
    "fleet_link_fails": {
        "nothing_else_takes_a_server_off": 2,
    },
    "fleet_lost_order_is_repeated": {
        "good_image_is_kept": 5,
        "what_runs_the_new_revision_is_left_alone": 5,
    },
    "fleet_old_inventory": {
        "flash_never_writes_the_running_rom/1": 4,
        "flash_never_writes_the_running_rom/2": 4,
        "only_a_flash_makes_an_image_valid/2": 5,
        "the_server_itself_is_asked": 4,
        "what_is_written_is_the_new_revision/2": 4,
    },
    "fleet_online_unwatched": {
        "flash_is_offline": 1,
    },
    "fleet_repairs_first": {
        "degraded_server_is_flashed_too": 1,
        "only_a_flash_makes_an_image_valid/1": 2,
        "only_a_flash_makes_an_image_valid/3": 2,
        "only_a_flash_makes_an_image_valid/4": 2,
    },
    "fleet_two_consoles": {
        "console_says_whom_it_works_at": 1,
        "few_are_unavailable_because_of_the_rollout": 2,
        "nothing_is_flashed_while_a_failure_is_shown": 5,
        "one_console": 1,
        "restart_follows_the_flash": 3,
        "server_is_flashed_when_it_is_to_do": 4,
        "whoever_is_down_is_waited_for": 2,
    },
    "fleet_two_rom_faults": {
        "no_server_halts/1": 4,
        "no_server_halts/2": 2,
    },
}

FLEET_BROKEN_BY_MUTANTS: dict[str, dict[str, int]] = {
    "rule.boot_as_chosen: swap boot_block for operator": {
        "server_comes_up_by_a_boot/2": 2,
    },
    "rule.boot_falls_back: drop server.primary = this": {
        "valid_active_image_is_primary": 3,
    },
    "rule.boot_falls_back: negate other is not valid": {
        "boot_loads_what_is_chosen": 2,
    },
    "rule.boot_halts: widen server: off -> recovery": {
        "boot_loads_a_valid_image": 4,
        "power_can_fail_at_any_time": 3,
        "restart_is_for_another_rom/1": 5,
        "server_is_judged_when_it_is_back/1": 4,
        "server_is_judged_when_it_is_back/2": 5,
        "what_is_not_up_runs_nothing": 3,
    },
    "rule.corruption: negate this: valid -> torn": {
        "valid_images_can_be_corrupted_at_any_time": 0,
    },
    "rule.corruption: redirect this: valid -> torn to valid": {
        "what_is_corrupted_is_torn": 1,
    },
    "rule.fails: drop console.target = server": {
        "display_names_the_latest_failure": 17,
    },
    "rule.fails: negate given_up(server)": {
        "no_false_alarm": 5,
        "server_is_judged_when_it_is_back/3": 3,
    },
    "rule.finishes: negate all(s.record not in (to_do, in_work) for s in Server)": {
        "finished_leaves_nobody_to_do": 1,
    },
    "rule.flash_finishes: widen server.flash: writing -> idle": {
        "updated_server_stays": 3,
    },
    "rule.flash_is_interrupted: swap fault for controller": {
        "finished_flash_is_valid/1": 2,
        "finished_flash_is_valid/2": 2,
    },
    "rule.flash_starts: negate server.supported": {
        "a_server_can_be_flashed_while_there_is_room": 0,
    },
    "rule.flash_starts: redirect server.record: to_do -> in_work to to_do": {
        "target_is_in_work_or_failed": 1,
    },
    "rule.goes_on: drop console.target = none": {
        "failed_servers_are_waited_for/3": 5,
    },
    "rule.goes_on: negate all(available(s) for s in Server if s.record is failed)": {
        "failed_servers_are_waited_for/2": 6,
    },
    "rule.goes_on: negate console: stopped -> rolling": {
        "failed_servers_are_waited_for/1": 1,
        "rollout_can_go_on_when_the_failure_is_mended": 4,
    },
    "rule.goes_on: redirect console: stopped -> rolling to stopped": {
        "display_names_a_server_that_failed": 5,
        "message_stays": 5,
    },
    "rule.leaves_alone: negate console is rolling": {
        "server_is_left_alone_by_a_rolling_console/1": 5,
    },
    "rule.leaves_alone: negate server.record: to_do -> done": {
        "server_is_left_alone_by_a_rolling_console/2": 1,
        "what_runs_the_new_revision_is_done": 0,
    },
    "rule.leaves_alone: swap console for operator": {
        "console_sees_for_itself": 1,
    },
    "rule.notices: negate console: rolling -> stopped": {
        "console_stops_while_it_rolls": 14,
        "sick_server_is_seen_by_a_rolling_console": 12,
    },
    "rule.power_loss: redirect server: running, recovery -> off to running": {
        "server_goes_off_by_a_restart_or_a_fault/2": 1,
        "what_is_written_is_the_new_revision/1": 2,
    },
    "rule.power_loss: widen server: running, recovery -> off": {
        "server_goes_off_by_a_restart_or_a_fault/1": 2,
    },
    "rule.reset: negate server.requested != none": {
        "restart_is_for_another_rom/2": 1,
    },
    "rule.select_rom: negate not well(server)": {
        "only_a_failed_server_is_sent_back/2": 5,
    },
    "rule.select_rom: negate rom != server.primary": {
        "only_a_failed_server_is_sent_back/3": 6,
        "only_a_failed_server_is_sent_back/4": 6,
        "sick_server_can_be_sent_back": 5,
    },
    "rule.select_rom: negate server.record is failed": {
        "only_a_failed_server_is_sent_back/1": 5,
    },
    "rule.select_rom: swap administrator for controller": {
        "only_a_failed_server_is_sent_back/5": 6,
    },
}
# fmt: on
