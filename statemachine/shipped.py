"""The model files that come with the package: two systems, and policy changes of them."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE / "models"
CHANGES = (HERE / "changes", HERE.parent / "examples" / "changes")  # installed; in the source
PARTS = {"rom_bank"}


def shipped_models() -> dict[str, Path]:
    """Return the models that come with the package, by name."""
    return {p.stem: p for p in sorted(FOLDER.glob("*.toml")) if p.stem not in PARTS}


def shipped_policies() -> dict[str, Path]:
    """Return the models that come with the package, and the policy changes of them, by name."""
    changes = (p for folder in CHANGES for p in sorted(folder.glob("*.toml")))
    return {**shipped_models(), **{p.stem: p for p in changes if p.stem != "manifest"}}


__all__ = ["FOLDER", "shipped_models", "shipped_policies"]
