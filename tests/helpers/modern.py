"""What several tests share of the cases in examples/modern: what is known of each, its question."""

from __future__ import annotations

import tomllib
from functools import cache

from asked import ROOT

from twinrom.proofs import Question, ask
from twinrom.statemachine import load_model

CASES = ROOT / "examples" / "modern"
KNOWN = tomllib.loads((ROOT / "tests" / "modern.toml").read_text(encoding="utf-8"))
WITH_CUTS = (
    "rauc_install_during_trial",
    "mcuboot_revert_magic",
    "mcuboot_counter_after_resume",
    "fwup_generation_wraps",
)


def path(name: str) -> str:
    """Return the path of a model."""
    return str(CASES / f"{name}.toml")


@cache
def modern(name: str, count: str = "") -> Question:
    """Return the question of a model, with so many machines of the template that has a range."""
    model = load_model(path(name))
    if count:
        [template] = [t.name for t in model.templates.values() if t.ranged]
        model = load_model(path(name), {f"machine.{template}": count})
    return ask(model, str(CASES / f"{name.removesuffix('_repaired')}.spec.toml"))
