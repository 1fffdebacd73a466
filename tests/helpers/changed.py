"""What several tests share of the policy changes: what is known of each, and its question."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache

from asked import ROOT, SMALL

from twinrom.proofs import Question, parse_spec, pose
from twinrom.statemachine import parse_model

CHANGES = ROOT / "examples" / "changes"
MANIFEST = tomllib.loads((ROOT / "tests" / "changes.toml").read_text(encoding="utf-8"))

# Which version runs on which board, where a test needs only one table: version 2 not on board r2.
ONE_TABLE = '[table.runs_on]\nallow = [[1, "r1"], [2, "r1"], [1, "r2"]]\n'


@dataclass(frozen=True)
class Change:
    """A shortest run that violates the property `headline`; no events when the change keeps it."""

    headline: str
    events: tuple[str, ...] = ()

    @property
    def looked(self) -> int:
        """Return how far the solver is to look: one step beyond what is to be found."""
        return len(self.events) + 1 if self.events else 8


MODIFIED = {
    this: (
        "power_on",
        f"up(this={this}, other={other})",
        f"hot_plug(this={other}, version=1, board=r2)",
        f"copy_starts(source={other}, target={this})",
        f"copied(source={other}, target={this})",
    )
    for this, other in ("AB", "BA")
}

KNOWN = {
    "msa_no_io_guard": Change(
        "busy_controller_is_never_reset[this=A]",
        (*MODIFIED["A"], "io_starts(this=A)", "reset(this=A)"),
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
            *MODIFIED["B"],
            "up(this=A, other=B)",
            "io_starts(this=B)",
            "reset_withheld(this=B)",
            "redundancy_starts",
        ),
    ),
    "msa_stored_versions_pending_respected": Change("redundant_only_with_matching_firmware"),
    "msa_never_downgrade_on_hot_plug": Change("different_firmware_is_never_silent"),
    "msa_reset_duty_dropped_on_removal": Change(
        "reset_stays_due_without_the_source[this=A]",
        (
            "power_on",
            "copy_starts(source=B, target=A)",
            "copied(source=B, target=A)",
            "remove(this=B)",
        ),
    ),
    "msa_pending_cleared_on_removal": Change(
        "pending_ends_only_with_shutdown",
        (*MODIFIED["B"], "io_starts(this=B)", "reset_withheld(this=B)", "remove(this=A)"),
    ),
    "msa_stored_versions_pending_ends_on_removal": Change(
        "redundant_only_with_matching_firmware",
        (
            *MODIFIED["B"],
            "io_starts(this=B)",
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
        "what_was_checked_is_still_valid[this=A]",
        ("boot(this=A, other=B)", "corruption(this=A)", "boot(this=A)"),
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
        "redundant_image_is_checked_too[this=B]",
        (
            "boot(this=A)",
            "corruption(this=A)",
            "corruption(this=B)",
            "reset",
            "boot(this=B, other=A)",
        ),
    ),
    "proliant_refuse_second_upgrade": Change("known_good_image_is_kept"),
}


@cache
def of_change(name: str, table: str = "", servers: int | None = None) -> Question:
    """Return the question of a changed model, with another table for the one that is left open."""
    path = CHANGES / f"{name}.toml"
    text = f"{path.read_text(encoding='utf-8')}\n{table}"
    spec = (ROOT / "proofs" / "specs" / f"{base_of(name)}.toml").read_text(encoding="utf-8")
    sizes = None if servers is None else {"machine.Server": str(servers)}
    return pose(parse_model(text, str(path), sizes), *parse_spec(spec, "spec.toml"))


def as_recorded(name: str) -> Question:
    """Return the question of a changed model at the size at which its verdicts are known."""
    return of_change(name, servers=MANIFEST.get(name, {}).get("servers"))


def small(name: str) -> Question:
    """Return the question of a changed model where slow engines answer it too."""
    base = base_of(name)
    servers = SMALL.get(base, {}).get("machine.Server")
    return of_change(name, ONE_TABLE if base == "msa1000" else "", servers and int(servers))


def base_of(name: str) -> str:
    """Return the shipped model that a change extends."""
    known = {"msa": "msa1000", "proliant": "proliant", "fleet": "fleet"}
    return known[name.partition("_")[0]]


@cache
def of_headline(name: str) -> Question:
    """Return the question whether a change keeps its headline property, for one table."""
    asked = small(name)
    own = tuple(p for p in asked.properties if p.name == KNOWN[name].headline)
    assert len(own) == 1
    return replace(asked, properties=own)
