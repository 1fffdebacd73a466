"""Files that files name: none from outside the working folder, nor a line of it, unless allowed."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from asked import ROOT
from called import twinrom
from typer.main import get_command

from twinrom.diagrams import commands
from twinrom.statemachine import CONFINEMENT

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE = "the answer is = = 42\n"
BASE = (ROOT / "examples" / "update.toml").read_text(encoding="utf-8")
SPEC = (ROOT / "examples" / "update.spec.toml").read_text(encoding="utf-8")
OVERLAY = 'extends = "{}"\ntitle = "A change"\n[rule.reset]\nwhen = "not this.busy"\n'
WORKING = "leads out of the working folder"
OWN = "leads out of the folder of this file"
VERBS = (
    "check m.toml", "lint m.toml", "draw m.toml", "report m.toml --html page.html",
    "review m.toml", "mutate m.toml", "faults m.toml", "gaps m.toml", "simulate m.toml --script s",
    "export m.toml --to smv", "compare base.toml m.toml", "compare m.toml base.toml",
    "faults base.toml --against m.toml", "draw base.toml --against m.toml",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with a model in it, and other files beside it."""
    folder = tmp_path / "project"
    (folder / "sub").mkdir(parents=True)
    for path in (folder, tmp_path):
        (path / "base.toml").write_text(BASE)
        (path / "base.spec.toml").write_text(SPEC)
    (tmp_path / "elsewhere.toml").write_text(ELSEWHERE)
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    return folder


def refused(words: str, place: str, why: str) -> None:
    """Assert that a call ends with one error, which points; nothing is printed or written."""
    done = twinrom(*words.split())
    first, shown, caret = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (2, "")
    assert first.startswith(f"{place}: `")
    assert first.endswith(f"` {why}; `--allow-outside` allows that")
    assert shown.startswith(f"{place.split(':')[-2]} | ")
    assert "^" in caret
    assert "42" not in done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_reads_what_a_model_extends_outside(project: Path, verb: str) -> None:
    (project / "m.toml").write_text(OVERLAY.format("../elsewhere.toml"))
    (project / "m.spec.toml").write_text(SPEC)
    refused(verb, "m.toml:1:11", WORKING)
    assert not (project / "page.html").exists()


def test_every_verb_that_reads_files_has_the_option() -> None:
    without = {name for name, command in get_command(commands.app).commands.items()  # type: ignore[attr-defined]
               if "allow_outside" not in {p.name for p in command.params}}
    assert without == {"schema"}


def test_its_spec_is_not_looked_for_there_either(project: Path) -> None:
    (project / "m.toml").write_text(OVERLAY.format("../elsewhere.toml"))
    refused("check m.toml", "m.toml:1:11", WORKING)


def test_a_sweep_says_so_in_the_row(project: Path) -> None:
    (project / "m.toml").write_text(OVERLAY.format("../elsewhere.toml"))
    done = twinrom("sweep", "m.toml", "base.toml")
    assert done.returncode == 1
    assert f"m.toml:1:11: `../elsewhere.toml` {WORKING}" in " ".join(done.stdout.split())
    assert "42" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", [
    "../elsewhere.toml", "sub/../../elsewhere.toml", "../nothing.toml", "../elsewhere",
    "linked.toml", "linked", "away/elsewhere.toml", "{}",
])  # fmt: skip
@pytest.mark.parametrize("kind", ["extends", "include"])
def test_the_file_itself_decides(project: Path, tmp_path: Path, kind: str, name: str) -> None:
    (project / "linked.toml").symlink_to(tmp_path / "elsewhere.toml")
    (project / "away").symlink_to(tmp_path)
    name = name.format(tmp_path / "elsewhere.toml")
    (project / "m.toml").write_text(OVERLAY.format(name) if kind == "extends" else
                                    f'include = ["{name}"]\n{BASE}')
    if (kind, name) == ("include", "linked"):  # no ending is added to it
        assert "cannot find `linked`" in twinrom("lint", "m.toml").stderr
    else:
        refused("lint m.toml", "m.toml:1:11" if kind == "extends" else "m.toml:1:12", WORKING)


@pytest.mark.parametrize("words", ["lint sub/m.toml", "check sub/m.toml --engine search"])
def test_inside_the_working_folder_a_file_may_go_up(project: Path, words: str) -> None:
    (project / "sub" / "m.toml").write_text(OVERLAY.format("../base.toml"))
    done = twinrom(*words.split())
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("folder", ["..", "../link/.."])
def test_a_file_elsewhere_may_name_what_is_below_its_own_folder(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "m.toml").write_text(OVERLAY.format("project/base.toml"))
    (project / "m.toml").write_text(OVERLAY.format("../base.toml"))
    assert twinrom("lint", f"{folder}/m.toml").returncode == 0
    monkeypatch.chdir(project / "sub")
    refused("lint ../m.toml", "../m.toml:1:11", OWN)


def test_each_layer_is_asked_by_itself(project: Path, tmp_path: Path) -> None:
    (project / "m.toml").write_text(OVERLAY.format("n.toml"))
    (project / "n.toml").write_text(OVERLAY.format("base.toml").replace("this.busy", "A.busy"))
    assert twinrom("lint", "m.toml").returncode == 0
    (project / "m.toml").write_text('extends = "n.toml"\nremove = "rule.reset"\n')
    (project / "n.toml").write_text(OVERLAY.format(tmp_path / "elsewhere.toml"))
    refused("lint m.toml", "n.toml:1:11", WORKING)


def test_a_model_that_is_extended_may_not_include_from_outside(project: Path) -> None:
    (project / "m.toml").write_text(OVERLAY.format("base.toml"))
    (project / "base.toml").write_text(f'include = "../elsewhere.toml"\n{BASE}')
    refused("check m.toml", "base.toml:1:11", WORKING)


def test_shipped_models_are_not_outside(project: Path) -> None:
    (project / "m.toml").write_text('extends = "msa1000"\nremove = "rule.reset"\n')
    assert "allow-outside" not in twinrom("lint", "m.toml").stderr
    assert twinrom("lint", "msa1000").returncode == 0


@pytest.mark.parametrize("words", [
    "lint m.toml", "check m.toml --engine search", "sweep m.toml", "export m.toml --to smv",
])  # fmt: skip
def test_whoever_calls_may_allow_it(project: Path, words: str) -> None:
    (project / "m.toml").write_text(OVERLAY.format("../base.toml"))
    assert twinrom(*words.split()).returncode != 0
    assert twinrom(*words.split(), "--allow-outside").returncode == 0
    assert not CONFINEMENT.lifted
    assert twinrom(*words.split()).returncode != 0


@pytest.mark.parametrize("model", ["base.toml", "m.toml"])
def test_a_gap_names_no_policy_outside(project: Path, model: str) -> None:
    (project / "m.toml").write_text(OVERLAY.format("base.toml"))
    (project / "g.spec.toml").write_text(
        f'{SPEC}\n[gap.G]\nasks = "which?"\nreadings = [{{ says = "this", policy = "base" }},\n'
        '  { says = "that", policy = "../elsewhere.toml" }]\n')
    line = SPEC.count("\n") + 5
    words = f"gaps {model} --spec g.spec.toml"
    refused(words, f"g.spec.toml:{line}:29", WORKING)
    assert WORKING not in twinrom(*words.split(), "--allow-outside").stderr


def test_a_policy_beside_the_model_is_allowed_wherever_the_spec_is(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "g.spec.toml").write_text(
        f'{SPEC}\n[gap.G]\nasks = "which?"\nreadings = [{{ says = "it", policy = "other" }}]\n')
    (tmp_path / "other.toml").write_text(BASE)
    monkeypatch.chdir(project / "sub")
    assert twinrom("gaps", "../../base.toml", "--spec", "../g.spec.toml").returncode == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a certificate of an overlay."""
    folder = tmp_path_factory.mktemp("certified")
    (folder / "base.toml").write_text(BASE)
    (folder / "m.toml").write_text(OVERLAY.format("base.toml"))
    (folder / "m.spec.toml").write_text(SPEC)
    done = twinrom("check", f"{folder / 'm.toml'}", "--certificates", f"{folder / 'made'}")
    assert done.returncode in (0, 1)
    [data] = (folder / "made").rglob("certificate.json")
    return data.parent


@pytest.mark.parametrize("key", ["includes", "model", "spec"])
@pytest.mark.parametrize("name", ["../elsewhere.toml", "linked.toml"])
def test_a_certificate_names_no_file_outside(
    project: Path, tmp_path: Path, certificate: Path, key: str, name: str
) -> None:
    shutil.copytree(certificate, project, dirs_exist_ok=True)
    assert twinrom("certify", ".").returncode == 0
    (project / "linked.toml").symlink_to(tmp_path / "elsewhere.toml")
    path = project / "certificate.json"
    data = json.loads(path.read_text())
    data[key] = {"base.toml": name} if key == "includes" else name
    path.write_text(json.dumps(data, indent=1))
    [(line, text)] = [(number, text) for number, text in enumerate(path.read_text().split("\n"), 1)
                      if f'"{name}"' in text]
    refused("certify .", f"certificate.json:{line}:{text.index(name)}", WORKING)
    assert WORKING not in twinrom("certify", ".", "--allow-outside").stderr


@pytest.mark.parametrize("name", ["model.toml", "certificate.json", "initiation.smt2"])
def test_no_link_in_a_certificate_leads_outside(
    project: Path, tmp_path: Path, certificate: Path, name: str
) -> None:
    shutil.copytree(certificate, project, dirs_exist_ok=True)
    (project / name).unlink()
    (project / name).symlink_to(tmp_path / "elsewhere.toml")
    done = twinrom("certify", ".")
    assert done.returncode == 2
    assert done.stderr == f"{name}: {WORKING}; `--allow-outside` allows that\n"
    assert twinrom("certify", ".", "--allow-outside").returncode == 1
