"""What the linter finds without a search: who carries which clause, and what nothing uses."""

from __future__ import annotations

from twinrom.proofs.lint.lint import lint
from twinrom.proofs.spec.posing import pose
from twinrom.proofs.spec.spec import parse_spec
from twinrom.statemachine import parse_model

SERVER = """
[machine.Server]
instances = ["server"]
states = ["off", "running"]

[rule.boot]
by = "controller"
moves = ["server: off -> running"]

[rule.reset]
by = "operator"
moves = ["server: running -> off"]
"""

CLAUSES = """
[clause.C-1]
says = "required"
[clause.C-2]
says = "assumed"
kind = "assumption"
[clause.C-3]
says = "told"
kind = "information"
[clause.C-4]
says = "cannot be carried"
because = "it speaks of time"
"""


def linted(model: str, spec: str | None = None) -> list[str]:
    """Return line, code and message of each finding, without the hint and the source."""
    read = parse_model(model, "model.toml")
    posed = pose(read, *parse_spec(spec, "spec.toml")).spec if spec is not None else None
    return [f"{f.problem.line} {f.code} {f.problem.message}" for f in lint(read, posed)]


def test_only_requirements_without_a_reason_must_be_carried() -> None:
    clause = 'clause = ["C-2", "C-5"]\nmoves ='
    found = linted(SERVER.replace("moves =", clause), CLAUSES)
    assert found == [
        "8 W404 the spec has no clause `C-5`", "13 W404 the spec has no clause `C-5`",
        "2 W401 no rule and no property carries clause `C-1`"]
    carried = '[invariant.x]\nclause = "C-1"\nmust = "server is off or server is running"\n'
    assert linted(SERVER.replace("moves =", 'clause = "C-2"\nmoves ='), CLAUSES + carried) == []


def test_a_spec_without_clauses_asks_nobody_for_one() -> None:
    assert linted(SERVER, '[invariant.x]\nmust = "server is off or server is running"\n') == []
    found = linted(SERVER, CLAUSES + '[invariant.x]\nmust = "server is off"\n')
    assert found == [
        "6 W402 rule `boot` names no clause", "10 W402 rule `reset` names no clause",
        "2 W401 no rule and no property carries clause `C-1`",
        "13 W403 the invariant `x` names no clause"]


UNUSED = """
[sort]
Version = "1..2"
Spare = ["x", "y"]
[table.bad]
of = ["Version"]
[actor]
nobody = "environment"
[machine.Server]
instances = ["server"]
states = ["off", "running"]
vars = { version = "Version" }
[define]
used_by_spec = "server.version == 1"
"bad_one(v)" = "bad(v) and used_by_spec"
[rule.boot]
by = "controller"
moves = ["server: off -> running"]
[rule.flash]
by = "operator"
given = { version = "Version" }
moves = ["server: running -> off"]
sets = ["server.version = 2"]
"""


def test_what_a_spec_uses_is_used() -> None:
    assert linted(UNUSED) == [
        "4 W506 sort `Spare` is never used",
        "5 W506 table `bad` is never used",
        "8 W506 no rule is by actor `nobody`",
        "12 W503 variable `version` of `Server` is never read",
        "14 W501 definition `used_by_spec` is never used",
        "15 W501 definition `bad_one` is never used",
        "21 W502 payload `version` of rule `flash` is never used"]
    spec = """
[define]
own = "bad_one(server.version)"
forgotten = "own"
[observer.last]
sort = "Spare"
initial = "x"
update = "last if event is boot and event.version == 1 else y"
[observer.unread]
sort = "bool"
initial = "False"
update = "unread or own"
[step.x]
must = "own or last == x or event.version == 1"
"""
    assert linted(UNUSED, spec) == [
        "8 W506 no rule is by actor `nobody`",
        "4 W501 definition `forgotten` is never used",
        "9 W503 observer `unread` is never read"]


def test_what_only_its_own_new_value_reads_is_never_read() -> None:
    counted = UNUSED.replace("{ version =", '{ tries = "Version", version =').replace(
        'sets = ["server.version = 2"]',
        'sets = ["server.tries = 3 - server.tries", "server.version = 2"]')
    assert "12 W503 variable `tries` of `Server` is never read" in linted(counted)
    copied = counted.replace("server.version = 2", "server.version = server.tries")
    assert "12 W503 variable `tries` of `Server` is never read" not in linted(copied)
