"""Certificates for any number of machines: confirmed from the folder, refused when doctored."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from asked import SOLVERS
from called import twinrom
from fleets import HUB, HUB_SPEC, ROLLOUT, ROLLOUT_SPEC

from twinrom.proofs import CheckRequest, Options, check, recheck_folders, write_certificate
from twinrom.proofs.certificates.any_home import home_of
from twinrom.proofs.certificates.certificate import Clause
from twinrom.proofs.certificates.folder import AnyShape, CertificateShape, written_out
from twinrom.proofs.certificates.solvers import recheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DATA = "certificate.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "rollout"
    request = CheckRequest(("rollout.toml", ROLLOUT), ("rollout.spec.toml", ROLLOUT_SPEC),
                           any="Server")
    [checked] = check([request], Options())
    [certificate] = checked.certificates
    write_certificate(folder, request, checked.question, certificate)
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "copy")
    return tmp_path / "copy"


def refusal(folder: Path) -> str:
    [found] = recheck_folders(str(folder))
    return found.refused or ""


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads((folder / DATA).read_text())
    change(data)
    (folder / DATA).write_text(json.dumps(data, indent=1) + "\n")
    return refusal(folder)


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Change the data, and write all that follows from it as an honest hand would."""
    data = json.loads((folder / DATA).read_text())
    change(data)
    shape = CertificateShape(**data)
    request = CheckRequest((shape.model, (folder / "model.toml").read_text()),
                           (shape.spec, (folder / "spec.toml").read_text()))
    assert shape.any is not None
    home = home_of(request, request.question(), shape.any)
    names = [p for p in request.question().provable() if p.name in shape.properties]
    clauses = [Clause(c.text, c.data) for c in shape.invariant]
    found = home.certified(clauses, names, shape.method)
    assert found.any is not None
    reach = AnyShape(template="Server", machines=shape.any.machines, cutoff=found.any.cutoff)
    for name, text in written_out(found).items():
        (folder / name).write_text(text)
    (folder / DATA).write_text(shape.model_copy(update={"any": reach}).text())
    return refusal(folder)


def test_confirmed_by_every_solver_for_every_number_up_to_the_cutoff(made: Path) -> None:
    [found] = recheck_folders(str(made))
    assert found.refused is None
    assert found.certificate is not None
    assert found.certificate.solvers == SOLVERS
    assert found.certificate.any is not None
    numbers = range(1, found.certificate.any.cutoff + 1)
    assert set(found.certificate.scripts) == {
        f"{name}-{n}" for name in ("initiation", "consecution", "safety") for n in numbers}
    text = (made / "invariant.txt").read_text()
    assert "for all distinct s1, s2 of Server: not (s1 is not up and s2 is not up)" in text


def test_the_scripts_are_unsat_without_us(made: Path) -> None:
    texts = {path.stem: path.read_text() for path in made.glob("*.smt2")}
    answers = recheck(texts, symbolic=False)
    assert {a.said for a in answers} == {"unsat"}
    assert {a.solver for a in answers} == set(SOLVERS)


def test_untouched_it_is_confirmed_when_written_again(copy: Path) -> None:
    assert not rewritten(copy, lambda data: data)


def _forget_the_target(data: dict[str, Any]) -> None:
    data["invariant"] = [c for c in data["invariant"] if "target" not in c["text"]]


def _to_other_machines(data: dict[str, Any]) -> None:
    text = json.dumps(data["invariant"]).replace("s1", "s2")
    data["invariant"] = [c for c in json.loads(text) if "distinct" not in c["text"]]


@pytest.mark.parametrize(("change", "said"), [
    (_forget_the_target, " does not hold: z3 says sat"),
    (lambda d: d.update(properties=["few_are_out", "nothing"]), "no invariant or step property"),
])
def test_refused_though_all_that_follows_was_written_again(
    copy: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert said in rewritten(copy, change)


@pytest.mark.parametrize(("change", "said"), [
    (lambda d: d["any"].update(cutoff=2), "`cutoff` is 2, and 4 machines are needed"),
    (lambda d: d["any"].update(cutoff=99), "no such number of machines"),
    (lambda d: d["any"].update(machines=0), "no such number of machines"),
    (lambda d: d["any"].update(template="console"), "its machines are not numbered"),
    (lambda d: d["any"].update(template="Nobody"), "there is no such template"),
    (lambda d: d.pop("any"), "initiation.smt2"),
    (lambda d: d.update(k=2), "does not fit `any`"),
    (lambda d: d.update(exclusive=False), "does not fit `any`"),
    (lambda d: d["invariant"][0].update(text="s1 is up"), "is not what its data says"),
    (_to_other_machines, "it is not said of the first machines"),
    (lambda d: d.update(properties=[]), "this claims nothing"),
])
def test_refused_with_other_data(
    copy: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert said in edited(copy, change)


@pytest.mark.parametrize("name", ["initiation-1", "consecution-4", "safety-3"])
def test_refused_with_another_script(copy: Path, name: str) -> None:
    path = copy / f"{name}.smt2"
    path.write_text(path.read_text().replace("(check-sat)", "(assert false)\n(check-sat)"))
    assert refusal(copy).startswith(f"{name}.smt2 is not what this version writes")
    path.unlink()
    assert "safety" in refusal(copy) or name in refusal(copy)


def test_refused_with_a_model_that_needs_more(copy: Path) -> None:
    """A guard that counts needs more machines than the certificate has scripts for."""
    path = copy / "model.toml"
    path.write_text(path.read_text().replace(
        '"any(s is down for s in Server)"', '"count(s is down for s in Server) > 2"'))
    assert refusal(copy) == f"{DATA}: `cutoff` is 4, and 6 machines are needed"


def test_refused_with_a_model_that_is_not_symmetric(copy: Path) -> None:
    path = copy / "model.toml"
    path.write_text(path.read_text().replace(
        '"any(s is down for s in Server)"', '"s1 is down"'))
    assert "`s1` is named, so they are not interchangeable" in refusal(copy)


def test_no_certificate_says_that_the_hub_is_calm(tmp_path: Path) -> None:
    """Inductive for two clients, and broken by a fourth: scripts up to the cutoff show it."""
    request = CheckRequest(("hub.toml", HUB), ("hub.spec.toml", HUB_SPEC), any="Client")
    [checked] = check([request], Options())
    [certificate] = checked.certificates
    write_certificate(tmp_path, request, checked.question, certificate)
    assert not refusal(tmp_path)
    claimed = edited(tmp_path, lambda d: d.update(
        properties=["the_hub_is_calm", *d["properties"]]))
    assert "does not hold" in claimed


@pytest.mark.parametrize("more", [("--symbolic",), ("--sort", "Version=integers")])
def test_sorts_without_an_end_are_refused_and_not_taken_at_their_sizes(
    more: tuple[str, ...],
) -> None:
    ended = twinrom("check", "fleet", "--any", "Server", "--instances", "Server=2", *more)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.endswith(
        "fleet.toml: `--any Server`: sorts must have an end; use sizes instead of integers\n")
