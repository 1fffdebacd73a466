"""Gaps: which readings have a policy, and what each keeps and breaks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, LONG, ROOT
from changed import MANIFEST
from typer.testing import CliRunner

from twinrom.diagrams import commands
from twinrom.proofs import Options, read_gaps, request

if TYPE_CHECKING:
    from pathlib import Path

GAPS = """
[clause.C-1]
says = "a busy controller is never reset"
[gap.G-1]
asks = "who looks whether it is busy?"
readings = [
    { says = "nobody", policy = "update.toml" },
    { says = "the rule", policy = "careful" },
    { says = "the operator" },
    { says = "the other one", policy = "other.toml" },
    { says = "a broken one", policy = "broken.toml" },
]
chosen = 1
because = "it does harm otherwise"
"""


def folder(at: Path) -> str:
    """Write two policies and a spec with a gap; return the careful one."""
    model = (ROOT / "examples" / "update.toml").read_text(encoding="utf-8")
    spec = (ROOT / "examples" / "update.spec.toml").read_text(encoding="utf-8")
    spec = spec.replace("[step.busy_controller_is_never_reset]",
                        '[step.busy_controller_is_never_reset]\nclause = "C-1"')  # fmt: skip
    careful = model + 'when = "not this.busy"\n'
    (at / "update.toml").write_text(model, encoding="utf-8")
    (at / "careful.toml").write_text(careful, encoding="utf-8")
    (at / "broken.toml").write_text("machine = 1", encoding="utf-8")
    (at / "careful.spec.toml").write_text(spec + GAPS, encoding="utf-8")
    return str(at / "careful.toml")


def test_readings_are_judged_against_the_spec(tmp_path: Path) -> None:
    nobody, rule, operator, other, broken = read_gaps(request(folder(tmp_path)), Options())
    assert nobody.standing is not None
    assert (nobody.standing.standing, nobody.standing.breaks) == ("unsafe", ("C-1",))
    assert (nobody.standing.broken, nobody.standing.length) == ("busy_controller_is_never_reset", 3)
    assert rule.standing is not None
    assert (rule.standing.standing, rule.standing.keeps, rule.chosen) == ("keeps", ("C-1",), True)
    assert (operator.standing, operator.why) == (None, "no policy")
    assert (other.standing, other.why) == (None, "there is no policy `other.toml`")
    assert broken.standing is not None
    assert broken.standing.standing == "error"


def test_a_file_may_have_the_name_of_a_shipped_change(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "careful.toml").rename(tmp_path / "msa_no_io_guard.toml")
    spec = tmp_path / "careful.spec.toml"
    text = spec.read_text(encoding="utf-8").replace("other.toml", "msa_no_io_guard.toml")
    spec.write_text(text, encoding="utf-8")
    asked = request(str(tmp_path / "msa_no_io_guard.toml"), str(spec))
    other = read_gaps(asked, Options())[3]
    assert other.standing is not None
    assert other.standing.standing == "keeps"


@LONG
def test_every_policy_that_the_shipped_specs_name_is_found() -> None:
    found = read_gaps(request("proliant"), Options())
    assert {r.why for r in found} == {"", "no policy"}
    named = [r for r in found if r.policy is not None]
    assert named
    known = {r.policy or "": r.standing.standing for r in named if r.standing is not None}
    assert known.pop("proliant") == "keeps"
    assert known == {name: MANIFEST[name]["standing"] for name in known}
    assert {"unsafe", "does-not-recover", "departs", "keeps"} == set(known.values())
    assert [r.chosen for r in named if r.gap == "G-P01"] == [False, True]


@pytest.mark.parametrize("name", ["x" * 5000, "a\\u0000b", "."])
def test_a_reading_whose_policy_no_file_can_be_has_none(name: str, tmp_path: Path) -> None:
    model = folder(tmp_path)
    spec = tmp_path / "careful.spec.toml"
    text = spec.read_text(encoding="utf-8")
    spec.write_text(text.replace("other.toml", name), encoding="utf-8")
    found = read_gaps(request(model), Options())
    assert [r.why for r in found][3].startswith("there is no policy")


def test_a_spec_without_gaps_has_no_readings() -> None:
    assert read_gaps(request(str(CORPUS / "tcommit.toml")), Options()) == []


def test_the_command_tells_and_writes(tmp_path: Path) -> None:
    file = tmp_path / "gaps.json"
    arguments = ["gaps", folder(tmp_path), "--json", str(file)]
    done = CliRunner().invoke(commands.app, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == commands.EXIT_FAILED
    assert "update.toml: unsafe, keeps 0 clauses, breaks C-1" in done.output
    assert "5 readings, 3 of them with a policy" in done.output
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["schema"] == "twinrom/gaps/1"
    assert [r["policy"] for r in data["readings"]][2] is None
    keys = ["gap", "asks", "says", "chosen", "policy", "judged", "why"]
    assert [list(r) for r in data["readings"]] == [keys] * 5
    assert data["readings"][0]["judged"]["standing"] == "unsafe"
