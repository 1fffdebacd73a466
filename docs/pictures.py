"""Draws the pictures of docs/pictures: `python docs/pictures.py`, or `make pictures`.

A test compares the files with what the models give today.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from twinrom.diagrams import Wanted, picture, rendered

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SECOND = "known_good_image_is_kept"

# The command behind each picture, as it stands in docs/pictures.md.
COMMANDS: dict[str, str] = {
    "msa1000.svg": "msa1000",
    "msa1000-controller.svg": "msa1000 --machine Controller",
    "msa1000-array.svg": "msa1000 --machine array",
    "msa1000-reachable.svg": "msa1000 --composed --by array,display",
    "proliant.svg": "proliant",
    "proliant-second-upgrade.svg": f"proliant --property {SECOND}",
    "proliant-second-upgrade-marked.svg": f"proliant --property {SECOND} --highlight",
    "update.svg": "examples/update.toml --property busy_controller_is_never_reset",
}


def drawn(command: str) -> bytes:
    """Return the picture that `twinrom draw` makes with these words."""
    model, *words = command.split()
    values = dict(pairwise(words))
    wanted = Wanted(
        machine=values.get("--machine"), composed="--composed" in words,
        by=tuple(values["--by"].split(",")) if "--by" in values else (),
        prop=values.get("--property"), highlight="--highlight" in words,
    )  # fmt: skip
    path = ROOT / model
    return rendered(picture(str(path) if path.is_file() else model, wanted), "svg")


def main() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    for name, command in COMMANDS.items():
        (FOLDER / name).write_bytes(drawn(command))


if __name__ == "__main__":
    main()
