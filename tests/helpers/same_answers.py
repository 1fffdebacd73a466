"""Whether two installations of twinrom answer alike: every shipped model, change and corpus model.

    python tests/helpers/same_answers.py OLD/bin/twinrom NEW/bin/twinrom [--all]

Verdicts, counts, stories, JSON, pictures and exports are compared byte by byte, save times,
versions and the folder they were made in. `--all` adds what takes minutes: full checks with
certificates, mutants and refinement. Ends with 1 when any answer differs.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ("fleet", "msa1000", "proliant")
VARYING = (
    (r"\b\d+(\.\d+)? s\b", "N s"),
    (r"(?m) \d+\.\d$", " N"),  # the last column of a table
    (r'"(seconds|twinrom|z3|version)": [^,\n}]+', r'"\1": 0'),
    (r"\b\d+\.\d+\.\d+(\.\d+)?\b", "VERSION"),
    (r"(/[\w.+-]+)+/(statemachine|proofs|examples|tests)/", r"\2/"),
    (r"twinrom/statemachine/policies/|examples/changes/|statemachine/policies/", "changes/"),
)


def questions(*, everything: bool) -> list[list[str]]:
    """Return the command lines to compare; `JSON` stands for a file that is compared too."""
    changes = [str(p) for p in sorted((ROOT / "examples" / "changes").glob("*.toml"))]
    corpus = [
        str(p)
        for p in sorted((ROOT / "tests" / "corpus").glob("*.toml"))
        if not p.name.endswith(".spec.toml") and p.with_suffix(".spec.toml").is_file()
    ]
    models = [*SHIPPED, *corpus]
    search = ["--engine", "search", "--json", "JSON"]
    found = [["check", m, *search] for m in [*models, *changes]]
    found += [["check", m, *search, "--plain"] for m in corpus]
    found += [["lint", m] for m in [*models, *changes]]
    found += [["faults", m, "--json", "JSON"] for m in ("proliant", *corpus[:3])]
    found += [["draw", m, "--as", f] for m in models for f in ("svg", "mermaid", "markdown")]
    forms = ("promela", "smtlib2", "smv", "tla")
    found += [["export", m, "--to", f] for m in models for f in forms]
    found += [["gaps", m, "--json", "JSON"] for m in SHIPPED]
    found += [["compare", "proliant", c] for c in changes if "proliant" in Path(c).name][:6]
    if everything:
        found += [["check", m, "--json", "JSON"] for m in models]
        found += [["mutate", m, "--json", "JSON"] for m in ("proliant",)]
        found += [["compare", "msa1000", "msa_no_io_guard", "--json", "JSON"]]
        found += [["report", m, "--html", "JSON"] for m in SHIPPED]
    return found


def answer(program: str, words: list[str]) -> str:
    """Return everything that one installation says, without what may vary."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out"
        made = [str(file) if word == "JSON" else word for word in words]
        done = subprocess.run(
            [program, *made], capture_output=True, text=True, check=False, cwd=folder,
            env={"COLUMNS": "200", "NO_COLOR": "1", "PATH": "/usr/bin:/bin"}, timeout=1800,
        )  # fmt: skip
        written = file.read_text(encoding="utf-8") if file.is_file() else ""
        text = f"exit {done.returncode}\n{done.stdout}{done.stderr}{written}".replace(folder, "")
    for pattern, instead in VARYING:
        text = re.sub(pattern, instead, text)
    return text


def differs(old: str, new: str, words: list[str]) -> str | None:
    """Return the first line that differs, with its question; None where the answers are alike."""
    one, other = (answer(program, words).splitlines() for program in (old, new))
    if one == other:
        return None
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    pair = [lines[at] if at >= 0 else f"{len(lines)} lines" for lines in (one, other)]
    return f"{' '.join(words)}\n  old: {pair[0][:300]}\n  new: {pair[1][:300]}"


def main() -> None:
    """Compare, and print what differs."""
    old, new, *more = sys.argv[1:]
    old, new = (str(Path(program).absolute()) for program in (old, new))
    asked = questions(everything="--all" in more)
    with ThreadPoolExecutor(2) as pool:
        found = [text for text in pool.map(partial(differs, old, new), asked) if text is not None]
    sys.stdout.write("\n".join([*found, f"{len(asked)} questions, {len(found)} differ\n"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
