"""Certificates as folders: confirmed as written, refused after any change, and never executed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from asked import CORPUS, ROOT, SOLVERS, question
from small_models import MACHINE, STOPS_AT_SEVEN
from typer.testing import CliRunner

from twinrom import failure
from twinrom.diagrams import commands
from twinrom.proofs import Options, check, recheck_folders, request, write_certificate
from twinrom.proofs.certificates.folder import written_out
from twinrom.proofs.certificates.make import UnconfirmedError, certify
from twinrom.proofs.certificates.scripts import SCRIPTS
from twinrom.statemachine import InputError, OutsideError, terms

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = """
[invariant.low]
must = "counter.value <= 7"
[invariant.too_low]
must = "counter.value <= 6"
[response.ends]
eventually = "counter.value == 7"
"""


def written(folder: Path, model: str, spec: str | None = None, **options: Any) -> list[Path]:
    """Check a model and write its certificates; return their folders."""
    it = request(model, spec, **options)
    [checked] = check([it], Options())
    assert checked.certificates
    found = []
    for number, certificate in enumerate(checked.certificates):
        found.append(folder / f"{number}")
        own = it.of_all_sizes() if certificate.symbolic else it
        write_certificate(found[-1], own, checked.question, certificate)
    return found


def counter(folder: Path) -> Path:
    """Write a counter's certificate and return its folder."""
    (folder / "model.toml").write_text(STOPS_AT_SEVEN)
    (folder / "model.spec.toml").write_text(LIMITS)
    [found] = written(folder / "made", str(folder / "model.toml"))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a certificate that every test copies first."""
    return counter(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "certificate"))


def said(folder: Path) -> tuple[int, str]:
    """Return the exit code and output of `twinrom certify`."""
    done = CliRunner().invoke(commands.app, ["certify", str(folder)], env={"COLUMNS": "9999"})
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def refused(folder: Path) -> str:
    """Return why a certificate is refused: in one printable line."""
    code, output = said(folder)
    assert code == 1
    [line] = output.splitlines()
    start = f"{folder}: REFUSED: "
    assert line.startswith(start)
    assert line.isprintable()
    return line.removeprefix(start)


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the data of a certificate."""
    path = folder / "certificate.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data, indent=1) + "\n")


def rewritten(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that a file has."""
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


# ---------------------------------------------------------------- as written


def test_certificate_is_confirmed_by_every_solver(folder: Path) -> None:
    code, output = said(folder)
    assert code == 0
    assert "1 property for all depths: low\n" in output
    assert all(f"{solver} " in output for solver in SOLVERS)
    [found] = recheck_folders(str(folder))
    assert found.refused is None
    assert found.certificate is not None
    assert found.certificate.solvers == SOLVERS
    assert set(found.certificate.scripts) == set(SCRIPTS)


@pytest.mark.parametrize("name", ["peterson", "tcommit", "two_phase_commit"])
def test_certificates_of_the_corpus_are_confirmed(tmp_path: Path, name: str) -> None:
    model, spec = (str(CORPUS / f"{name}{end}") for end in (".toml", ".spec.toml"))
    written(tmp_path, model, spec)
    assert [r.refused for r in recheck_folders(str(tmp_path))] == [None]


def test_certificate_with_an_included_file_budget_and_size_stands_alone(tmp_path: Path) -> None:
    [one] = written(
        tmp_path, "proliant", sorts={"Version": "1..2"}, faults={"fault": 1, "corruption": 0}
    )
    assert (one / "include-0.toml").is_file()
    data = json.loads((one / "certificate.json").read_text())
    assert data["sorts"] == {"Version": "1..2"}
    assert data["faults"] == {"fault": 1, "corruption": 0}
    assert [r.refused for r in recheck_folders(str(tmp_path))] == [None]
    rewritten(one, "include-0.toml", "torn", "torn2")
    assert refused(one)


def test_certificate_for_every_size_is_confirmed_by_those_who_know_integers(
    tmp_path: Path,
) -> None:
    (tmp_path / "m.toml").write_text(STOPS_AT_SEVEN)
    (tmp_path / "m.spec.toml").write_text('[invariant.low]\nmust = "counter.value <= 7"\n')
    [one] = written(tmp_path / "made", str(tmp_path / "m.toml"), symbolic=[])
    [found] = recheck_folders(str(one))
    assert found.certificate is not None
    assert found.certificate.symbolic
    assert found.certificate.solvers == tuple(s for s in SOLVERS if s != "bitwuzla")
    assert "at every size" in said(one)[1]
    changed(one, lambda data: data.update(symbolic=False))
    assert refused(one) == "certificate.json: `symbolic` does not fit the sorts"


def test_several_certificates_are_found_below_a_folder(tmp_path: Path, made: Path) -> None:
    for name in ("a", "b/c"):
        shutil.copytree(made, tmp_path / name)
    changed(tmp_path / "b/c", lambda data: data.update(k=0))
    code, output = said(tmp_path)
    assert code == 1
    assert output.count("REFUSED") == 1
    assert [r.refused is None for r in recheck_folders(str(tmp_path))] == [True, False]


@pytest.mark.parametrize("missing", ["cvc5", "bitwuzla"])
def test_other_solvers_may_be_missing(
    folder: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    [found] = recheck_folders(str(folder))
    assert found.refused is None
    assert found.certificate is not None
    assert found.certificate.solvers == tuple(s for s in SOLVERS if s != missing)


def test_z3_alone_confirms(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("cvc5", "bitwuzla"):
        monkeypatch.setitem(sys.modules, name, None)
    code, output = said(folder)
    assert code == 0
    assert "confirmed by z3 " in output
    assert "cvc5" not in output


ANOTHER = (
    "is not what this version writes of this model, spec and invariant; if another one made it, "
    "make it again: `twinrom check MODEL --certificates FOLDER`"
)  # fmt: skip


def test_versions_in_the_data_change_nothing(folder: Path) -> None:
    """Who made a certificate is not asked: what it says is written again, and compared."""
    changed(folder, lambda data: data.update(z3="4.0.0", twinrom="0.1"))
    assert said(folder)[0] == 0
    rewritten(folder, "safety.smt2", "; safety", ";; safety")
    assert refused(folder) == f"safety.smt2 {ANOTHER}"


@pytest.mark.parametrize("versions", [{}, {"z3": "4.0.0"}, {"twinrom": "99.0"}])
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("invariant.txt", "They imply: ", "They imply: too_low, "),
        ("invariant.txt", "for the sizes in the data", "for every integer and every table"),
        ("consecution.smt2", "(check-sat)", "(assert false)\n(check-sat)"),
        ("certificate.json", '"k": 1', '"k": 2,\n "k": 1'),
        ("certificate.json", '"includes": {}', '"includes":  {}'),
    ],
)
def test_what_somebody_else_wrote_is_refused_whatever_version_it_names(
    folder: Path, versions: dict[str, str], name: str, old: str, new: str
) -> None:
    changed(folder, lambda data: data.update(versions))
    rewritten(folder, name, old, new)
    assert refused(folder) == f"{name} {ANOTHER}"


def test_a_model_that_can_start_nowhere_has_no_certificate(tmp_path: Path) -> None:
    """Of every size, where no state is enumerated, z3 is asked for one."""
    (tmp_path / "m.toml").write_text(STOPS_AT_SEVEN)
    (tmp_path / "m.spec.toml").write_text('[invariant.low]\nmust = "counter.value <= 7"\n')
    for number, sizes in enumerate(({}, {"symbolic": []})):
        [one] = written(tmp_path / str(number), str(tmp_path / "m.toml"), **sizes)
        nowhere = 'require = ["counter.value < 1", "counter.value > 1"]'
        rewritten(one, "model.toml", 'require = "counter.value == 0"', nowhere)
        if not sizes:
            assert refused(one).endswith(
                "no state satisfies all of this; there is nothing to check")
            continue
        [found] = recheck_folders(str(one))
        assert found.certificate is not None
        for name, text in written_out(found.certificate).items():
            (one / name).write_text(text)
        assert refused(one) == (
            "the model can start nowhere, as far as z3 can say: this claims nothing")


# ---------------------------------------------------------------- tampering

BELOW = "counter.value <= {0}"


def of_clause(limit: int) -> dict[str, Any]:
    data = ["at_most", ["variable", "counter.value"], ["number", limit]]
    return {"text": BELOW.format(limit), "data": data}


TRIVIAL = {"text": "True", "data": ["truth", True]}
ABSURD = {"text": "False", "data": ["truth", False]}


def invariant(*clauses: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.update(invariant=list(clauses))


def test_invariant_that_the_tampering_starts_from_is_confirmed(folder: Path) -> None:
    changed(folder, invariant(of_clause(7)))
    [found] = recheck_folders(str(folder))
    assert found.certificate is not None
    assert found.certificate.confirmed
    for name, text in written_out(found.certificate).items():
        (folder / name).write_text(text)
    assert said(folder)[0] == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (invariant(of_clause(8)), "consecution does not hold: z3 says sat"),
        (invariant(of_clause(6)), "consecution does not hold: z3 says sat"),
        (invariant(TRIVIAL), "safety does not hold: z3 says sat"),
        (invariant(ABSURD), "initiation does not hold: z3 says sat"),
        (invariant(), "safety does not hold: z3 says sat"),
        (
            invariant({**of_clause(7), "text": "counter.value <= 5"}),
            "certificate.json: `counter.value <= 5` is not what its data says",
        ),
        (
            invariant({**of_clause(5), "text": "counter.value <= 7"}),
            "certificate.json: `counter.value <= 7` is not what its data says",
        ),
        (
            lambda data: data["properties"].append("too_low"),
            "safety does not hold: z3 says sat",
        ),
        (
            lambda data: data["properties"].append("ends"),
            "certificate.json: the spec has no invariant or step property `ends`",
        ),
        (
            lambda data: data["properties"].append("\x1b[31mno\n"),
            "certificate.json: the spec has no invariant or step property `�[31mno�`",
        ),
        (
            lambda data: data.update(properties=[]),
            "certificate.json: `properties` is empty: this claims nothing",
        ),
        (
            lambda data: data["properties"].append("low"),
            f"certificate.json {ANOTHER}",
        ),
        (lambda data: data.update(symbolic=True),
         "certificate.json: `symbolic` does not fit the sorts"),
        (lambda data: data.update(k=0), "certificate.json: `k` is not between 1 and 8"),
        (lambda data: data.update(k=-1), "certificate.json: `k` is not between 1 and 8"),
        (lambda data: data.update(k=10**30), "certificate.json: `k` is not between 1 and 8"),
        (lambda data: data.update(k=True),
         "certificate.json: `k`: Input should be a valid integer"),
        (lambda data: data.update(k=2),
         f"initiation.smt2 {ANOTHER}"),
        (lambda data: data.update(sorts={"Count": "0..8"}), None),
        (lambda data: data.update(sorts={"Nope": "0..7"}),
         "model.toml: `--sort Nope`: no such sort; known: `Count`"),
        (lambda data: data.update(faults={"nope": 1}),
         "model.spec.toml: `--faults`: no fault is of kind `nope`; known: `fault`"),
        (lambda data: data.update(method="magic\x1b[31m"),
         "certificate.json: `method` is none of generalisation from reachable states, "
         "property-directed reachability, induction"),
        (lambda data: data.update(format="twinrom/certificate/2"),
         "certificate.json: `format`: Input should be 'twinrom/certificate/1'"),
        (lambda data: data.update(more=1),
         "certificate.json: `more`: Extra inputs are not permitted"),
        (lambda data: data.pop("k"), "certificate.json: `k`: Field required"),
        (lambda data: data.update(includes={"x.toml": "model.toml"}),
         "certificate.json: `includes` has not the files that the model names"),
        (lambda data: data.update(includes={"x.toml": "a\0b"}), None),
    ],
)  # fmt: skip
def test_changed_data_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], object], why: str | None
) -> None:
    changed(folder, change)
    found = refused(folder)
    assert why in (found, None)


@pytest.mark.parametrize(
    "data",
    [
        [],
        ["nothing"],
        ["variable", "nobody"],
        ["variable", 3],
        ["variable", "counter.value"],
        ["number", 1],
        ["not"],
        ["not", ["truth", True], ["truth", True]],
        ["and", ["number", 1]],
        ["and", 3],
        ["table", "nowhere"],
        ["payload", "x"],
        ["after", "counter.value"],
        ["at_most", ["truth", True], ["number", 1]],
        ["equal", ["truth", True], ["number", 1]],
        ["if", ["number", 1], ["truth", True], ["truth", True]],
        ["__import__('os').system('touch stray')"],
    ],
    ids=str,
)
def test_malformed_clause_is_refused(folder: Path, data: list[Any]) -> None:
    changed(folder, invariant({"text": "True", "data": data}))
    assert refused(folder).startswith("certificate.json: a clause is not a condition on states: ")


def test_too_deep_a_clause_is_refused(folder: Path) -> None:
    deep: list[Any] = ["truth", True]
    for _ in range(201):
        deep = ["not", deep]
    path = folder / "certificate.json"
    changed(folder, invariant({"text": "True", "data": deep}))
    assert "too deep" in refused(folder) or "certificate.json" in refused(folder)
    path.write_text(path.read_text().replace('["truth", true]', "[" * 9999 + "]" * 9999))
    assert refused(folder).startswith("certificate.json: ")


def test_clause_over_values_of_different_sorts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(STOPS_AT_SEVEN + MACHINE)
    (tmp_path / "m.spec.toml").write_text(LIMITS.replace("[invariant.too_low]", "[step.too_low]"))
    [one] = written(tmp_path / "made", str(tmp_path / "m.toml"))
    data = ["equal", ["variable", "counter.value"], ["variable", "lamp"]]
    changed(one, invariant({"text": "counter.value == lamp", "data": data}))
    assert refused(one) == "certificate.json: a clause compares values of different sorts"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("model.toml", 'when = "counter.value != 7"\n', ""),
        ("model.toml", "!= 7", "!= 8"),
        ("model.toml", "== 0", "== 1"),
        ("spec.toml", "<= 7", "<= 5"),
        ("spec.toml", "[invariant.low]", "[invariant.lower]"),
        ("safety.smt2", "(check-sat)", ""),
        ("initiation.smt2", "(assert", "(assert false)\n(assert"),
        ("consecution.smt2", "unsat", "sat"),
        ("invariant.txt", "counter.value", "counter.other"),
        ("certificate.json", "{", "{{"),
        ("certificate.json", '"k": 1', '"k": 1, "k": 2'),
    ],
)
def test_changed_file_is_refused(folder: Path, name: str, old: str, new: str) -> None:
    rewritten(folder, name, old, new)
    assert refused(folder)


@pytest.mark.parametrize(
    "name",
    ["model.toml", "spec.toml", "invariant.txt", *(f"{script}.smt2" for script in SCRIPTS)],
)
def test_missing_or_unreadable_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\xff\xfe\x00")
    assert name in refused(folder)
    (folder / name).write_text("")
    assert refused(folder)
    (folder / name).unlink()
    assert refused(folder) == f"{folder / name}: cannot be read: no such file or directory"


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "\0", '{"k": 1e999}', "[" * 100_000])
def test_data_that_is_no_certificate_is_refused(folder: Path, text: str) -> None:
    (folder / "certificate.json").write_text(text)
    assert refused(folder).startswith("certificate.json: ")


def test_huge_file_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (folder / "certificate.json").stat().st_size
    monkeypatch.setattr("twinrom.proofs.certificates.recheck.MAX_BYTES", size - 1)
    assert refused(folder).endswith(f"certificate.json: is larger than {size - 1:,} bytes")


def test_folder_without_a_certificate_is_a_mistake_of_usage(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere", Path("a\0b")):
        with pytest.raises(InputError, match=r"has no certificate: no `certificate\.json`"):
            recheck_folders(str(place))
    assert failure.guarded(lambda: commands.app(["certify", str(tmp_path)])) == 2


def test_name_of_the_model_cannot_put_commands_into_scripts(folder: Path) -> None:
    name = "x\n(assert false)\n(check-sat)\n;.toml"
    changed(folder, lambda data: data.update(model=name, z3="4.0.0"))
    code, output = said(folder)
    assert code == 1
    assert "\n(assert" not in output
    [found] = recheck_folders(str(folder))
    assert found.certificate is not None
    assert found.certificate.confirmed
    for script in found.certificate.scripts.values():
        assert "\n(assert false)" not in script
    changed(folder, lambda data: data["properties"].append("too_low"))
    assert refused(folder) == "safety does not hold: z3 says sat"


def test_nothing_in_a_folder_is_executed_and_nothing_outside_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = "__import__('pathlib').Path('stray').touch()"
    for name in ("model", "spec", "method", "twinrom", "z3"):
        changed(folder, lambda data, name=name: data.update({name: hostile}))
        (folder / "secret.toml").write_text("[sort]\n")
        changed(folder, lambda data: data.update(includes={"a.toml": str(ROOT / "README.md")}))
        with pytest.raises(OutsideError):
            recheck_folders(str(folder))
        changed(folder, lambda data: data.update(includes={}))
        said(folder)
    for name in ("conftest.py", "sitecustomize.py", "z3.py", "proofs.py", "__init__.py"):
        (folder / name).write_text(hostile)
    said(folder)
    rewritten(folder, "safety.smt2", "(check-sat)", '(get-model)(echo "x")(exit)')
    said(folder)
    assert {p.name for p in tmp_path.iterdir()} == {"certificate"}


# ---------------------------------------------------------------- what a script asks


@pytest.mark.parametrize("k", [1, 2, 7, 8, 9, 20])
def test_false_property_is_confirmed_for_no_k(k: int) -> None:
    """A run that ends before it has k states breaks the property all the same."""
    it = question(STOPS_AT_SEVEN, LIMITS)
    low, too_low = (p for p in it.properties if p.kind.key == "invariant")
    with pytest.raises(UnconfirmedError, match="not confirmed"):
        certify(it, [too_low], [terms.negation(too_low.bad)], method="guess", k=k)
    found = certify(it, [low], [terms.negation(low.bad)], method="guess", k=min(k, 8))
    assert found.confirmed


def test_k_states_in_a_row_carry_what_one_does_not() -> None:
    model = STOPS_AT_SEVEN.replace("!= 7", "!= 4 and counter.value < 8")
    it = question(model, '[invariant.not_six]\nmust = "counter.value != 6"\n')
    [prop] = it.properties
    for k, confirmed in ((1, False), (2, True), (3, True)):
        found = certify(it, [prop], [terms.negation(prop.bad)], method="", k=k, strict=False)
        assert found.confirmed is confirmed
        answers = {a.said for a in found.answers if a.script == "consecution"}
        assert answers == ({"unsat"} if confirmed else {"sat"})
