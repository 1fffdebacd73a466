"""The model files that come with the package: three systems, and policy changes of them."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent.parent
FOLDER = HERE / "models"
INSTALLED, IN_SOURCE = HERE / "policies", HERE.parent / "examples" / "changes"
PARTS = {"rom_bank"}


def shipped_models() -> dict[str, Path]:
    """Return the models that come with the package, by name."""
    return {p.stem: p for p in sorted(FOLDER.glob("*.toml")) if p.stem not in PARTS}


def shipped_policies() -> dict[str, Path]:
    """Return the models that come with the package, and the policy changes of them, by name."""
    folder = INSTALLED if INSTALLED.is_dir() else IN_SOURCE
    return {**shipped_models(), **{p.stem: p for p in sorted(folder.glob("*.toml"))}}
