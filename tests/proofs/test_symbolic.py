"""Sorts that are all integers: proofs at every size, and violations made concrete."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
from asked import SOLVERS, base_name, proved, sampled
from called import twinrom
from changed import CHANGES, KNOWN, MANIFEST, base_of

from twinrom.proofs import Bounded, Checked, Options, Proved, Unknown, Violated, check, request
from twinrom.proofs.engines.any_size import check_symbolic
from twinrom.proofs.engines.prove import prove_by_reachability
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import CheckRequest, Question

DEPTH = 8

SERVER = """
[sort]
Version = "1..2"
[machine.Server]
instances = ["server"]
states = ["idle"]
vars = { first = "Version", second = "Version", third = "Version?" }
[init]
require = "server.first == 1 and server.second == 1 and server.third == none"
[rule.load]
by = "operator"
given = { v = "Version" }
when = "v > server.first"
sets = ["server.first = v", "server.second = server.first", "server.third = server.second"]
[rule.rest]
by = "operator"
moves = "server: idle -> idle"
"""


def of(folder: Path, spec: str, model: str = SERVER) -> str:
    """Write a model and its spec; return the model's path."""
    (folder / "server.toml").write_text(model)
    (folder / "server.spec.toml").write_text(spec)
    return str(folder / "server.toml")


def at_every_size(model: str, spec: str | None = None) -> Checked:
    [checked] = check([request(model, spec, symbolic=[])], Options())
    return checked


# ---------------------------------------------------------------- shipped models and their changes


@cache
def shipped_request(name: str) -> CheckRequest:
    return request(name, symbolic=[])


@pytest.mark.parametrize("name", sampled(["proliant", "msa1000"], 2))
def test_shipped_models_are_proved_at_every_size(name: str) -> None:
    asked = shipped_request(name).of_all_sizes().question()
    assert asked.symbolic
    findings = {p.name for p in asked.decidable if p.expect_violated}
    assert len(asked.provable()) == len(asked.decidable)
    report = prove_by_reachability(asked, skip=findings)
    assert proved(report) == {p.name for p in asked.decidable} - findings
    [certificate] = report.certificates
    assert certificate.symbolic
    assert certificate.solvers == tuple(s for s in SOLVERS if s != "bitwuzla")


@pytest.mark.parametrize("name", sampled(KNOWN, 4))
def test_changes_are_violated_in_as_many_steps_at_any_size(name: str) -> None:
    it = request(str(CHANGES / f"{name}.toml"), base_of(name), symbolic=[])
    asked = it.of_all_sizes().question()
    wanted = {
        p.name: lengths[sum(base_name(q.name) == prop for q in asked.decidable[:i])]
        for i, p in enumerate(asked.decidable)
        if (lengths := MANIFEST[name].get("violated", {}).get(prop := base_name(p.name)))
    }
    wanted = {prop: length for prop, length in wanted.items() if length <= DEPTH}
    others = {p.name for p in asked.decidable if p.name not in wanted}
    report = check_symbolic(asked, it, DEPTH, skip=others)
    found = {n: f.violation.length for n, f in report.found.items() if f.violation is not None}
    assert found == wanted
    assert report.sizes.keys() == wanted.keys()


# ---------------------------------------------------------------- what larger sizes show

LARGE = '[invariant.small]\nmust = "server.first + 1 <= 51"\n'
THREE = '[invariant.two]\nmust = "not (server.third > none and server.third < server.second)"\n'
BELOW = '[invariant.rises]\nmust = "server.second <= server.first"\n'
EACH = '[invariant.each]\nmust = "any(v == server.first for v in Version)"\n'


def test_violation_that_needs_a_large_number(tmp_path: Path) -> None:
    model = of(tmp_path, LARGE + BELOW)
    [small, rises] = at_every_size(model).results
    assert isinstance(small.verdict, Violated)
    trace = small.verdict.trace
    assert len(trace.steps) == 1
    [version] = [v for v in small.question.system.variables if v.name == "server.first"]
    assert trace.states[-1].values[version.index] > 50
    assert small.question.model.sorts["Version"].high > 50
    assert small.question.model.sorts["Version"].low == 1
    assert isinstance(rises.verdict, Proved)
    assert rises.verdict.certificate is not None
    assert rises.verdict.certificate.symbolic


def test_violation_that_needs_three_values_where_two_are_declared(tmp_path: Path) -> None:
    model = of(tmp_path, THREE)
    [finite] = check([request(model)], Options())
    assert [type(r.verdict) for r in finite.results] == [Proved]
    found = at_every_size(model)
    [result] = found.results
    assert isinstance(result.verdict, Violated)
    assert len(result.verdict.trace.steps) == 2
    assert result.question.model.sorts["Version"].range_text() == "1..3"
    assert (found.standing, found.failed) == ("unsafe", True)


def test_sizes_are_reported(tmp_path: Path) -> None:
    model, path = of(tmp_path, THREE + BELOW), tmp_path / "out.json"
    done = twinrom("check", model, "--symbolic", "--json", str(path))
    assert (done.returncode, done.stderr) == (1, "")
    [data] = json.loads(path.read_text())["models"]
    assert (data["sorts"], data["symbolic"]) == ({"Version": "1..2"}, ["Version"])
    two, rises = data["properties"]
    assert (two["verdict"], two["depth"], two["sizes"]) == ("violated", 2, {"Version": "1..3"})
    assert (rises["verdict"], rises["certificate"]["symbolic"]) == ("proved", True)
    assert "  at the sizes Version 1..3 instead of those above\n" in done.stdout


def test_size_given_as_integers_is_symbolic(tmp_path: Path) -> None:
    model = of(tmp_path, THREE)
    assert request(model, sorts={"Version": "integers"}).unbounded == ("Version",)
    assert twinrom("check", model).returncode == 0
    done = twinrom("check", model, "--sort", "Version=integers")
    assert done.returncode == 1
    other = twinrom("check", model, "--symbolic").stdout
    assert re.sub(r"\d+\.\d", "", done.stdout) == re.sub(r"\d+\.\d", "", other)


# ---------------------------------------------------------------- what cannot be said of integers


def test_property_that_runs_over_all_integers_is_unknown_with_a_reason(tmp_path: Path) -> None:
    found = at_every_size(of(tmp_path, EACH + BELOW))
    each, rises = found.results
    assert each.verdict == Unknown(
        "not proved at every size: it runs over a sort that is any integer", 1
    )
    assert isinstance(rises.verdict, Proved)
    assert (found.standing, found.failed, found.undecided) == ("undecided", False, True)


def test_rule_that_runs_over_all_integers_is_refused_where_it_stands(tmp_path: Path) -> None:
    whole = SERVER.replace("v > server.first", "all(w >= v for w in Version)")
    model = of(tmp_path, BELOW, whole)
    assert twinrom("check", model).returncode == 0
    done = twinrom("check", model, "--symbolic")
    assert (done.returncode, done.stdout) == (2, "")
    message, line, caret, *_ = done.stderr.splitlines()
    assert message.startswith(f"{model}:13:")
    assert line.endswith('13 | when = "all(w >= v for w in Version)"')
    assert set(caret.strip()) <= {"|", " ", "^"}
    assert "^" in caret
    assert line[caret.index("^") :].startswith(("all(", "Version"))


def test_symbolic_needs_an_ordered_sort(tmp_path: Path) -> None:
    model = of(tmp_path, BELOW)
    with pytest.raises(InputError, match="`Colour` cannot be all integers: no such sort"):
        request(model, symbolic=["Colour"])
    unordered = SERVER.replace('"1..2"', '["one", "two"]').replace("v > ", "v != ")
    for name in ("one", "two"):
        unordered = unordered.replace("== 1", f"== {name}")
    model = of(tmp_path, BELOW.replace("<=", "=="), unordered)
    with pytest.raises(InputError, match="no ordered sort"):
        request(model, symbolic=[])
    with pytest.raises(InputError, match="`Version` cannot be all integers: it has no order"):
        request(model, sorts={"Version": "integers"})
    done = twinrom("check", model, "--symbolic")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{model}: has no ordered sort to be all integers\n"


def test_finite_search_alone_never_proves_at_every_size(tmp_path: Path) -> None:
    it = request(of(tmp_path, BELOW), symbolic=[])
    [checked] = check([it], Options(engines=("search", "bounded"), depth=3))
    [result] = checked.results
    assert not isinstance(result.verdict, Proved | Bounded)
    assert isinstance(result.verdict, Unknown)
    assert "every size" in result.verdict.reason


def unfolded(question: Question) -> bool:
    return any(s.unbounded for s in question.model.sorts.values())


def test_question_at_every_size_is_not_enumerated(tmp_path: Path) -> None:
    it = request(of(tmp_path, BELOW), symbolic=[])
    assert not unfolded(it.question())
    assert unfolded(it.of_all_sizes().question())
