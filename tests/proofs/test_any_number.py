"""Any number of machines: what is proved for all of them, and broken at which number first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from called import twinrom
from fleets import HUB, HUB_SPEC, LOCK, LOCK_SPEC, ROLLOUT, ROLLOUT_SPEC

from twinrom.proofs import CheckRequest, Options, Proved, Unknown, Violated, check
from twinrom.proofs.any_number.lifted import Home
from twinrom.proofs.any_number.numbers import Numbers
from twinrom.proofs.engines.any_number.keeping import Keeping
from twinrom.proofs.engines.any_number.prove import prove_any
from twinrom.proofs.engines.exhaustive import explore
from twinrom.statemachine import InputError, terms

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Report
    from twinrom.proofs.any_number.cutoff import Cutoff

SERVER, CLIENT = "Server", "Client"


def asked(model: str, spec: str, template: str) -> CheckRequest:
    return CheckRequest(("model.toml", model), ("model.spec.toml", spec), any=template)


def found(model: str, spec: str, template: str) -> Report:
    request = asked(model, spec, template)
    Numbers(request, template).check()
    return prove_any(request.question(), request, Options(), None, None)


def bare(names: object) -> set[str]:
    return {str(name).partition("[")[0] for name in names}  # type: ignore[attr-defined]


def broken_at(model: str, spec: str, template: str, number: int) -> set[str]:
    """Return what the search finds broken with so many machines, without columns."""
    here = Numbers(asked(model, spec, template), template).at(number).question
    report = explore(here, max_states=1_000_000)
    assert report.complete
    safe = {p.name for p in here.decidable}
    return bare(n for n, one in report.found.items() if one.violation is not None and n in safe)


VARIANTS = {
    "a rollout": (ROLLOUT, ROLLOUT_SPEC, SERVER),
    "two at a time": (ROLLOUT.replace("k = 1", "k = 2"), ROLLOUT_SPEC, SERVER),
    "all at once": (ROLLOUT.replace('"count(out(s) for s in Server) < k", ', ""),
                    ROLLOUT_SPEC, SERVER),
    "one too many": (ROLLOUT.replace("for s in Server) < k", "for s in Server) <= k"),
                     ROLLOUT_SPEC, SERVER),
    "new ones too": (ROLLOUT.replace(', "this.revision == 1"]', "]"), ROLLOUT_SPEC, SERVER),
    "a lock": (LOCK, LOCK_SPEC, CLIENT),
    "readers come in": (LOCK.replace("not any(c is writing for c in Client)", "True"),
                        LOCK_SPEC, CLIENT),
    "readers go unseen": (LOCK.replace("all(c in (idle, waiting) for c in Client)",
                                       "all(c is not writing for c in Client)"),
                          LOCK_SPEC, CLIENT),
    **{f"room for {room}": (HUB.replace("room = 3", f"room = {room}"), HUB_SPEC, CLIENT)
       for room in range(5)},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_agrees_with_the_search_at_every_small_number(name: str) -> None:
    """What is proved is broken at no number, and what is broken is so at the smallest first."""
    model, spec, template = VARIANTS[name]
    report = found(model, spec, template)
    proved = bare(n for c in report.certificates for n in c.properties)
    first: dict[str, int] = {}
    for number in range(1, 6):
        for prop in broken_at(model, spec, template, number):
            first.setdefault(prop, number)
    assert not proved & first.keys()
    shown = {n.partition("[")[0]: int(own[f"machine.{template}"])
             for n, own in report.sizes.items()}
    assert shown == first
    every = asked(*VARIANTS[name]).question().provable()
    assert proved | first.keys() == bare(p.name for p in every)


def test_safe_with_two_and_broken_from_four_on() -> None:
    report = found(HUB, HUB_SPEC, CLIENT)
    [name] = report.sizes
    assert (name, report.sizes[name]) == ("the_hub_is_calm", {"machine.Client": "4"})
    [certificate] = report.certificates
    assert bare(certificate.properties) == {"who_waits_asked"}
    assert certificate.confirmed


def test_verdicts_rest_on_any_number_and_responses_on_these_sizes() -> None:
    [checked] = check([asked(ROLLOUT, ROLLOUT_SPEC, SERVER)], Options())
    by_name = {r.prop.name: r.verdict for r in checked.results}
    response = by_name.pop("nobody_stays_out")
    assert isinstance(response, Proved)
    assert response.certificate is None
    for verdict in by_name.values():
        assert isinstance(verdict, Proved)
        assert verdict.certificate is not None
        assert verdict.certificate.any is not None
        assert verdict.certificate.any.template == SERVER
    assert (checked.failed, checked.undecided) == (False, False)


def test_a_violation_at_another_number_is_replayed_there() -> None:
    [checked] = check([asked(HUB, HUB_SPEC, CLIENT)], Options())
    [broken] = [r for r in checked.results if isinstance(r.verdict, Violated)]
    assert broken.question.sizes == {"Client": "c1..c4"}
    assert isinstance(broken.verdict, Violated)
    assert [step.event for step in broken.verdict.trace.steps] == ["asks"] * 4 + ["breaks_down"]
    larger = replace(asked(HUB, HUB_SPEC, CLIENT), sorts={"machine.Client": "5"})
    [again] = check([larger], Options())
    [same] = [r for r in again.results if isinstance(r.verdict, Violated)]
    assert same.question.sizes == {"Client": "c1..c4"}


def test_what_is_not_settled_is_unknown() -> None:
    """With as many machines as are tried the hub is calm still, and with more it is not."""
    [checked] = check([asked(HUB.replace("room = 3", "room = 9"), HUB_SPEC, CLIENT)], Options())
    [calm] = [r for r in checked.results if r.prop.name == "the_hub_is_calm"]
    assert isinstance(calm.verdict, Unknown)
    assert calm.verdict.reason.startswith("not proved for any number of Client: ")
    assert checked.undecided
    assert all(isinstance(r.verdict, Proved) for r in checked.results if r is not calm)


def test_numbers_without_a_start_count_for_nothing() -> None:
    """One client alone can never start, and the others never fall below two that wait."""
    start = '[init]\nrequire = ["count(c is waiting for c in Client) >= 2"]'
    model = LOCK.replace('initial = "idle"', 'initial = ["idle", "waiting"]') + start
    report = found(model, LOCK_SPEC, CLIENT)
    [certificate] = report.certificates
    assert bare(certificate.properties) == {"one_writes", "nobody_reads_what_is_written"}


# ------------------------------------------------------------ the cutoff


def cutoff(model: str, spec: str, template: str) -> Cutoff:
    return Numbers(asked(model, spec, template), template).cutoff


@pytest.mark.parametrize(("guard", "examples"), [
    ("all(s is up for s in Server)", 0),
    ("any(s is up for s in Server)", 1),
    ("not any(s is up for s in Server)", 0),
    ("not all(s is up for s in Server)", 1),
    ("count(s is up for s in Server) < 3", 0),
    ("count(s is up for s in Server) >= 3", 3),
    ("count(s is up for s in Server) > 3", 4),
    ("not count(s is up for s in Server) <= 3", 4),
    ("2 <= count(s is up for s in Server)", 2),
    ("count(s is up for s in Server) == 2", 2),
    ("count(s is up for s in Server) != 2", 3),
    ("count(s is up for s in Server) + count(s is down for s in Server) > 1", 2),
    ("any(s is up for s in Server) and any(s is down for s in Server)", 2),
    ("any(s is up for s in Server) or any(s is down for s in Server)", 1),
    ("any(s is up for s in Server) == any(s is down for s in Server)", 2),
    ("any(all(t is up or t == s for t in Server) for s in Server)", 1),
    ("any(any(t is up and t != s for t in Server) for s in Server)", 2),
    ("all(out(s) or s.revision == 1 for s in Server)", 0),
    ("count(out(s) for s in Server) >= k", 1),
])
def test_examples(guard: str, examples: int) -> None:
    """One rule binds nothing, and one variable names a server: the rest are examples."""
    model = ROLLOUT.replace('"any(s is down for s in Server)"', f'"{guard}"')
    own = cutoff(model, ROLLOUT_SPEC, SERVER)
    rule = own.any.question.model.rules["stops"]
    assert own.examples.guard(rule) == examples
    assert own.of_clause(2, frozenset()) == 3 + max(1, examples)


def test_without_the_examples_the_hub_would_be_calm_for_ever() -> None:
    """The bound matters: clauses that two clients teach are inductive for two, and not for four."""
    spec = '[invariant.the_hub_is_calm]\nmust = "hub is calm"'
    numbers = Numbers(asked(HUB, spec, CLIENT), CLIENT)
    home = Home(numbers.at(2))
    own = home.system.by_name["hub"]
    calm = home.lifted(terms.equal(own.term(), terms.constant(0)))
    assert calm is not None
    assert numbers.cutoff.of_clause(0, frozenset()) == 4
    kept = Keeping(home, numbers, [calm], None)
    assert not kept.live
    kept.close()
    naive = Numbers(numbers.request, CLIENT, numbers.known)
    vars(naive)["cutoff"] = _Naive()
    unsound = Keeping(home, naive, [calm], None)
    assert list(unsound.live) == [calm]
    unsound.close()


class _Naive:
    """A bound that forgets the examples."""

    of_goals = 2

    def of_clause(self, machines: int, names: frozenset[str]) -> int:
        del names
        return machines + 1


# ------------------------------------------------------------ what is refused

REFUSED = {
    "another template": (
        ROLLOUT, ROLLOUT_SPEC, "Sever",
        "model.toml: `--any Sever`: there is no such template (did you mean `Server`?)"),
    "machines with names": (
        LOCK.replace('"c1..c2"', '["a", "b"]'), LOCK_SPEC, CLIENT,
        '`--any Client`: its machines are not numbered (write `instances = "s1..s3"`)'),
    "a machine that is named": (
        LOCK.replace('when = "not any(c is writing for c in Client)"', 'when = "c1 is idle"'),
        LOCK_SPEC, CLIENT,
        "`--any Client`: `c1` is named, so they are not interchangeable (let an `each`, or a "
        "quantifier over `Client`, bind it)"),
    "a start that names one": (
        LOCK + '[init]\nrequire = ["c1 is idle", "c2 is idle"]', LOCK_SPEC, CLIENT,
        "`--any Client`: `c1` is named at the start (say it of all: `all(... for m in Client)`)"),
    "one that knows another": (
        LOCK.replace('initial = "idle"', 'initial = "idle"\nvars = { next_up = "Client?" }'),
        LOCK_SPEC, CLIENT,
        "`--any Client`: `Client.next_up` of one machine names another one (keep what one machine "
        "knows of another outside of both)"),
    "an observer that does": (
        LOCK, LOCK_SPEC + '[observer.last]\neach = { this = "Client" }\nsort = "Client?"\n'
        'initial = "none"\nupdate = "last(this)"', CLIENT,
        "`--any Client`: `last` of one machine names another one"),
    "a table of them": (
        LOCK + '[table.likes]\nof = ["Client", "Client"]', LOCK_SPEC, CLIENT,
        "`--any Client`: `likes` is a table of its machines (give the machines a variable "
        "instead)"),
    "one for each": (
        LOCK.replace("all(c in (idle, waiting) for c in Client)",
                     "all(any(d is idle and d != c for d in Client) for c in Client)"),
        LOCK_SPEC, CLIENT,
        "for each machine another one is needed, so no number of them is enough"),
    "a number of them beside another": (
        LOCK.replace("all(c in (idle, waiting) for c in Client)",
                     "count(c is idle for c in Client) > count(c is waiting for c in Client)"),
        LOCK_SPEC, CLIENT,
        "how many machines there are is compared with no fixed number (compare it with a number)"),
    "a number of them that is kept": (
        ROLLOUT.replace('sets = "console.target = this"',
                        'sets = ["this.revision = count(out(s) for s in Server)"]'),
        ROLLOUT_SPEC, SERVER,
        "how many machines there are is compared with no fixed number (compare it with a number)"),
    "one for each in a property": (
        LOCK, '[invariant.p]\nmust = "not all(any(d is idle for d in Client) for c in Client)"',
        CLIENT, "for each machine another one is needed, so no number of them is enough"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_its_place(name: str) -> None:
    model, spec, template, said = REFUSED[name]
    with pytest.raises(InputError) as refused:
        Numbers(asked(model, spec, template), template).check()
    [problem] = refused.value.problems
    text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    assert text == said.removeprefix("model.toml: ")
    assert template == "Sever" or problem.line


def test_the_command_refuses_with_file_line_and_caret(tmp_path: Path) -> None:
    (tmp_path / "lock.toml").write_text(REFUSED["one that knows another"][0])
    (tmp_path / "lock.spec.toml").write_text(LOCK_SPEC)
    run = twinrom("check", str(tmp_path / "lock.toml"), "--any", CLIENT)
    assert run.returncode == 2
    assert "lock.toml:7:" in run.stderr
    assert "^" in run.stderr


def test_the_command_proves_and_writes_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "lock.toml").write_text(LOCK)
    (tmp_path / "lock.spec.toml").write_text(LOCK_SPEC)
    run = twinrom("check", str(tmp_path / "lock.toml"), "--any", CLIENT, "--certificates",
                  str(tmp_path / "made"), "--json", str(tmp_path / "found.json"))
    assert run.returncode == 0, run.stderr
    assert "any number + all" in run.stdout
    assert '"any": "Client"' in (tmp_path / "found.json").read_text()
    again = twinrom("certify", str(tmp_path / "made"))
    assert again.returncode == 0, again.stdout
    assert "for any number of Client" in " ".join(again.stdout.split())
