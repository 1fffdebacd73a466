"""Every mistake has its error: `tests/broken` has files with mistakes and what is said of them.

`NAME.toml` is a model and `NAME.spec.toml` a spec for `good_model.toml`; `NAME.expected` and
`NAME.spec.expected` have the exact text. To review new texts, write them all again with
`python tests/statemachine/test_broken.py --update` and look at the difference.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from twinrom.proofs.spec.posing import ask
from twinrom.proofs.spec.schema import SpecShape
from twinrom.statemachine import InputError, load_model, parse_model
from twinrom.statemachine.loading.schema import ModelShape

ROOT = Path(__file__).parent.parent.parent
BROKEN = Path("tests") / "broken"
GOOD = Path("tests") / "good_model.toml"
MISTAKES = sorted(p.name for p in (ROOT / BROKEN).glob("*.toml"))


def said_of(name: str) -> str:
    """Return what is said of a file of `tests/broken`, called as a user would."""
    path = str(BROKEN / name)
    try:
        if name.endswith(".spec.toml"):
            ask(load_model(str(GOOD)), path)
        else:
            load_model(path)
    except InputError as error:
        return f"{error}\n".replace(f"{ROOT}/", "")  # what is shipped stands in the package
    return ""


def expectation(name: str) -> Path:
    return ROOT / BROKEN / f"{name.removesuffix('.toml')}.expected"


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_all_said_in_these_words(name: str) -> None:
    assert expectation(name).is_file(), "no expectation: see the first lines of this file"
    assert said_of(name) == expectation(name).read_text(encoding="utf-8")
    assert said_of(name) != ""


def test_every_expectation_has_its_file() -> None:
    known = {expectation(name) for name in MISTAKES}
    assert set((ROOT / BROKEN).glob("*.expected")) == known


WRONG = ("2", "true", '""', '"s1..s2"', "[]", "[1]", '["A", 2]', '["zz"]', '["A.b.c"]', "{ a = 1 }")


@pytest.mark.parametrize("wrong", [*WRONG, None])
@pytest.mark.parametrize("line", [1, 2, 3, 6, 7])
def test_a_mistake_in_a_template_with_parts_has_its_place(line: int, wrong: str | None) -> None:
    lines = (ROOT / BROKEN / "parts_of_a_misspelled_key.toml").read_text("utf-8").splitlines()
    lines[2] = lines[2].replace("stats", "states")
    parse_model("\n".join(lines))
    key = lines[line].partition(" = ")[0]
    lines[line] = f"{key}x = 1" if wrong is None else f"{key} = {wrong}"
    with pytest.raises(InputError) as found:
        parse_model("\n".join(lines))
    assert all(problem.line and problem.source_line for problem in found.value.problems)


def test_every_section_of_the_other_kind_of_file_is_known() -> None:
    model, spec = set(ModelShape.model_fields), set(SpecShape.model_fields)
    assert set(ModelShape.elsewhere) == spec - model
    assert set(SpecShape.elsewhere) == model - spec


@pytest.mark.parametrize("name", MISTAKES)
def test_messages_are_printable_and_in_the_house_style(name: str) -> None:
    for line in expectation(name).read_text(encoding="utf-8").splitlines():
        assert line.isprintable()
        assert len(line) < 600
        if line.startswith(("tests", "statemachine")):
            message = line.partition(": ")[2]
            assert not message.endswith(".")
            assert not message[0].isupper()


if __name__ == "__main__":
    os.chdir(ROOT)
    if sys.argv[1:] != ["--update"]:
        sys.exit(f"usage: python {sys.argv[0]} --update")
    for mistake in MISTAKES:
        expectation(mistake).write_text(said_of(mistake), encoding="utf-8")
