"""The check in stages: which engines are asked, what stands when one of them cannot answer."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import judged, proved, question, safety
from called import twinrom
from changed import CHANGES, MANIFEST, base_of
from small_models import COUNTER, SAFE, UNSAFE, files

from twinrom.proofs import (
    ENGINES,
    Bounded,
    CheckRequest,
    EngineDisagreementError,
    Evidence,
    Options,
    Proved,
    Report,
    Unknown,
    Violated,
    check,
    combine,
    request,
    word,
)
from twinrom.proofs.engines.bounded import check_bounded
from twinrom.proofs.engines.engine import EngineTask
from twinrom.proofs.engines.prove import prove_by_induction, prove_by_reachability
from twinrom.proofs.engines.search.breadth_first import search

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Checked

ENDS = '[response.ends]\neventually = "counter.value == 7"\n'


def checked(folder: Path, spec: str, **options: object) -> Checked:
    """Check a counter against a spec, with options."""
    [found] = check([request(files(folder, spec))], Options(**options))  # type: ignore[arg-type]
    return found


def words(found: Checked) -> list[str]:
    return [word(r.verdict) for r in found.results]


# ---------------------------------------------------------------- which engines are asked


@pytest.mark.parametrize(
    ("engines", "asked", "verdicts"),
    [
        ((), {"search", "taught", "bounded"}, ["proved", "violated", "proved"]),
        (("search",), {"search"}, ["proved", "violated", "proved"]),
        (("bounded",), {"bounded"}, ["bounded", "violated", "not-checked"]),
        (("search", "bounded"), {"search", "bounded"}, ["proved", "violated", "proved"]),
        (("reachability",), {"search", "reachability"}, ["proved", "violated", "proved"]),
        (("induction",), {"search", "induction"}, ["proved", "violated", "proved"]),
        (("taught",), {"search", "taught"}, ["proved", "violated", "proved"]),
        (
            ("bounded", "induction"), {"bounded", "induction"},
            ["proved", "violated", "not-checked"],
        ),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set | tuple) else "",
)  # fmt: skip
def test_engines_that_are_asked_for(
    tmp_path: Path, engines: tuple[str, ...], asked: set[str], verdicts: list[str]
) -> None:
    found = checked(tmp_path, SAFE + UNSAFE + ENDS, engines=engines)
    assert set(found.reports) == asked
    assert words(found) == verdicts


def test_engines_are_named_in_a_list(tmp_path: Path) -> None:
    model, path = files(tmp_path, SAFE), tmp_path / "out.json"
    done = twinrom("check", model, "--engine", "bounded, induction,bounded", "--json", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    [data] = json.loads(path.read_text())["models"]
    assert list(data["engines"]) == ["bounded", "induction"]
    assert data["properties"][0]["certificate"]["method"] == "induction"
    assert data["engines"]["induction"]["certificates"] == 1


@pytest.mark.parametrize("text", ["magic", "search,magic", "search,", "auto,search", "both"])
def test_unknown_engine_is_named(tmp_path: Path, text: str) -> None:
    done = twinrom("check", files(tmp_path, SAFE), "--engine", text, COLUMNS="200")
    assert (done.returncode, done.stdout) == (2, "")
    wrong = next(n for n in text.split(",") if n != "search")
    assert f"`{wrong}` is not an engine: auto, or some of search, bounded" in done.stderr


def test_search_in_plain_python_gives_the_same_verdicts(tmp_path: Path) -> None:
    name = "proliant_refuse_second_upgrade"
    words_ = ["check", str(CHANGES / f"{name}.toml"), "--spec", base_of(name), "--engine", "search"]
    found = []
    for tier in ([], ["--plain"]):
        path = tmp_path / "out.json"
        assert twinrom(*words_, *tier, "--json", str(path)).returncode == 1
        [data] = json.loads(path.read_text())["models"]
        assert data["engines"]["search"].pop("tier") == ("plain Python" if tier else "compiled")
        data["engines"]["search"].pop("seconds")
        for prop in data["properties"]:
            prop.pop("seconds")
        data.pop("seconds")
        found.append(data)
    assert found[0] == found[1]


def test_certificates_are_written_and_confirmed_again(tmp_path: Path) -> None:
    model, folder = files(tmp_path, SAFE + UNSAFE), tmp_path / "certificates"
    done = twinrom("check", model, "--certificates", str(folder))
    assert (done.returncode, done.stderr) == (1, "")
    assert [p.name for p in folder.iterdir()] == ["counter"]
    done = twinrom("certify", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 property for all depths: at_most_seven" in done.stdout
    (folder / "counter" / "spec.toml").write_text(SAFE.replace("7", "6"))
    done = twinrom("certify", str(folder))
    assert (done.returncode, done.stderr) == (1, "")
    assert "REFUSED" in done.stdout
    done = twinrom("certify", str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tmp_path / 'nowhere'}: has no certificate")


# ---------------------------------------------------------------- what stands


@pytest.mark.parametrize("prove", [prove_by_reachability, prove_by_induction])
def test_certificate_of_a_broken_property_is_a_disagreement(prove: object) -> None:
    asked = question(COUNTER, SAFE)
    certified = prove(asked)  # type: ignore[operator]
    assert proved(certified) == {"at_most_seven"}
    broken = question(COUNTER.replace("< 7", "< 9"), SAFE)
    evidence = Evidence(broken, {"search": search(broken), certified.engine: certified}, 0)
    with pytest.raises(EngineDisagreementError, match=r"proved by .*, and broken in 8 steps"):
        combine(evidence)


@pytest.mark.parametrize(
    ("old", "new"), [("< 7", "< 3"), ("== 0", "== 1")], ids=["none", "another length"]
)
def test_violation_that_another_engine_rules_out_is_a_disagreement(old: str, new: str) -> None:
    broken, other = (question(model, UNSAFE) for model in (COUNTER, COUNTER.replace(old, new)))
    reports = {"search": search(broken), "bounded": check_bounded(other, 20)}
    with pytest.raises(EngineDisagreementError, match="at_most_six: violation of"):
        combine(Evidence(broken, reports, 20))


def test_reachability_that_runs_out_of_time_leaves_the_verdicts_of_the_search() -> None:
    asked = question(COUNTER, SAFE + UNSAFE + ENDS)
    found = search(asked)
    late = prove_by_reachability(asked, deadline=time.monotonic() - 1)
    assert late.certificates == ()
    assert set(late.reasons.values()) == {"z3 gave up: out of time"}
    alone = judged(asked, found)
    both = combine(Evidence(asked, {"search": found, "reachability": late}, 0))
    assert [r.verdict for r in both] == [r.verdict for r in alone]
    assert [word(r.verdict) for r in both] == ["proved", "violated", "proved"]


@pytest.mark.parametrize("name", ["taught", "reachability", "induction"])
def test_a_prover_that_is_ended_does_not_say_that_there_was_nothing_to_prove(name: str) -> None:
    engine = ENGINES[name]
    task = EngineTask((0, name), CheckRequest(("m", ""), ("s", "")), Options(timeout=1), engine)
    ended = task.out_of_time(None, 2.0)
    assert engine.said(ended) == ["out of time after 2 s"]
    assert engine.said(Report(name, {}, -1)) == ["nothing to prove"]


def test_without_the_search_a_late_reachability_proves_nothing() -> None:
    asked = safety(question(COUNTER, SAFE))
    late = prove_by_reachability(asked, deadline=time.monotonic() - 1)
    bounded = check_bounded(asked, 5)
    [result] = combine(Evidence(asked, {"bounded": bounded, "reachability": late}, 5))
    assert result.verdict == Bounded(5)
    short = replace(bounded, clean=3, stopped="out of time")
    [result] = combine(Evidence(asked, {"bounded": short, "reachability": late}, 5))
    assert isinstance(result.verdict, Unknown)
    assert result.verdict.clean == 3


def test_where_the_search_stops_the_others_still_decide(tmp_path: Path) -> None:
    found = checked(tmp_path, SAFE + UNSAFE + ENDS, max_states=3)
    safe, unsafe, ends = found.results
    assert not found.reports["search"].complete
    assert isinstance(safe.verdict, Proved)
    assert safe.verdict.certificate is not None
    assert safe.verdict.complete is None
    assert isinstance(unsafe.verdict, Violated)
    assert len(unsafe.verdict.trace.steps) == 7
    assert isinstance(ends.verdict, Unknown)
    assert "stopped at" in ends.verdict.reason
    assert found.standing == "unsafe"


def test_more_engines_never_change_a_verdict() -> None:
    asked = question(COUNTER, SAFE + UNSAFE)
    alone = [word(r.verdict) for r in judged(asked, search(asked))]
    reports: dict[str, Report] = {"search": search(asked)}
    for engine in (prove_by_reachability, prove_by_induction):
        report = engine(asked)
        reports[report.engine] = report
        assert [word(r.verdict) for r in combine(Evidence(asked, reports, 0))] == alone
    reports["bounded"] = check_bounded(asked, 8)
    assert [word(r.verdict) for r in combine(Evidence(asked, reports, 8))] == alone


# ---------------------------------------------------------------- where a policy stands

STANDING = {
    "msa_no_io_guard": "unsafe",
    "msa_hot_plug_newest": "does-not-recover",
    "msa_stored_versions_pending_forgotten": "unsafe",
    "msa_stored_versions_pending_respected": "does-not-recover",
    "msa_never_downgrade_on_hot_plug": "does-not-recover",
    "msa_reset_duty_dropped_on_removal": "other-reading",
    "msa_pending_cleared_on_removal": "other-reading",
    "msa_stored_versions_pending_ends_on_removal": "unsafe",
    "proliant_flash_in_place": "unsafe",
    "proliant_copy_over_invalid": "keeps",
    "proliant_copy_over_different": "unsafe",
    "proliant_flash_oldest": "unsafe",
    "proliant_load_unchecked": "other-reading",
    "proliant_refuse_second_upgrade": "other-reading",
}


@pytest.mark.parametrize("name", STANDING)
def test_where_a_change_stands(name: str) -> None:
    it = request(str(CHANGES / f"{name}.toml"), base_of(name))
    [found] = check([it], Options(engines=("search",)))
    assert found.standing == STANDING[name]
    assert MANIFEST[name]["standing"] == STANDING[name]


@pytest.mark.parametrize(
    ("options", "undecided"),
    [
        (Options(engines=("search",), max_states=3), True),
        (Options(engines=("bounded",), depth=2), False),
    ],
    ids=["stopped", "not-asked"],
)
def test_policy_that_was_not_decided_stands_nowhere(
    tmp_path: Path,
    options: Options,
    undecided: bool,  # noqa: FBT001 - a column
) -> None:
    [found] = check([request(files(tmp_path, SAFE + ENDS))], options)
    assert (found.standing, found.undecided, found.failed) == ("undecided", undecided, False)
