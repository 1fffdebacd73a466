"""Runs that a model knows: possible, or impossible once it is repaired; else a mistake of it."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import pytest
from asked import sampled
from printing import printed
from random_models import POWERED, REFERRING, SMALL, WRAPPED, made
from typer.testing import CliRunner

from twinrom.diagrams import checked_json, checked_view, commands
from twinrom.diagrams.page import Subject, report_page
from twinrom.proofs import Options, check, compare, mutate, request
from twinrom.statemachine import (
    InputError,
    Problems,
    Session,
    from_itf,
    ground,
    known_runs,
    parse_model,
)

if TYPE_CHECKING:
    from pathlib import Path

DOOR = """title = "Two doors"
[machine.Door]
instances = ["door", "gate"]
states = ["open", "shut", "locked"]
initial = ["open", "shut"]
[rule.shut]
by = "operator"
each = { this = ["door", "gate"] }
given = { hard = "bool" }
moves = "this: open -> shut"
[rule.lock]
by = "operator"
on = "turn"
moves = "door: shut -> locked"
[event.kick]
"""
SPEC = '[invariant.known]\nmust = "door in (open, shut, locked)"\n'
WALK = 6
SEARCH = Options(engines=("search",))


def files(folder: Path, run: str, name: str = "door.toml") -> str:
    text = run if name != "door.toml" else f"{DOOR}{run}"
    (folder / name).write_text(text, encoding="utf-8")
    (folder / "door.spec.toml").write_text(SPEC, encoding="utf-8")
    return str(folder / name)


def run(script: str, is_: str) -> str:
    return f'[run.reported]\nscript = {script}\nis = "{is_}"\n'


def said(folder: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        request(files(folder, text)).question()
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("script", "possible"),
    [
        ('["init door=open", "shut(this=door, hard=True)", "turn"]', True),
        ('["init door=open", "shut this=door", "lock"]', True),
        ('"turn"', True),  # from the initial state that allows it
        ('["init door=open", "turn"]', False),
        ('["shut", "shut", "turn"]', True),
        ('["shut", "shut", "shut"]', False),
        ('["init door=shut", "shut(this=door)"]', False),
        ('"kick"', False),
        ('"""\\ninit door=open, gate=shut # how it was found\\n\\nshut\\nturn\\n"""', True),
    ],
)
def test_a_run_is_possible_or_not(tmp_path: Path, script: str, possible: bool) -> None:  # noqa: FBT001 - a column
    script = script.replace("\\n", "\n")
    for word, right in (("possible", possible), ("impossible", not possible)):
        text = run(script, word)
        if not right:
            assert "reported" in said(tmp_path, text)
            continue
        [found] = request(files(tmp_path, text)).question().runs
        assert (found.run.name, found.run.possible) == ("reported", possible)
        assert (found.example is not None) == possible


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (run('["init door=open", "turn"]', "possible"),
         "door.toml:17:30: `turn` cannot happen here, so `reported` is impossible; `door is shut` "
         'is false: door=open; a repair says `is = "impossible"`\n'
         '17 | script = ["init door=open", "turn"]\n'
         "   |                              ^^^^"),
        (run('"kick"', "possible"),
         "door.toml:17:11: `kick` cannot happen here, so `reported` is impossible; no rule has the "
         'event; a repair says `is = "impossible"`\n17 | script = "kick"\n   |           ^^^^'),
        (run('["turn"]', "impossible"),
         'door.toml:18:6: the run `reported` is possible; write `is = "possible"`, or change the '
         'rules\n18 | is = "impossible"\n   |      ^^^^^^^^^^^^'),
        (run('"shut(thsi=door)"', "impossible"),
         "door.toml:17:16: `shut` has no argument `thsi`; did you mean `this`?\n"
         '17 | script = "shut(thsi=door)"\n   |                ^^^^'),
        (run('"shut(this=dor)"', "impossible"),
         "door.toml:17:21: `this` cannot be `dor`; did you mean `door`?\n"
         '17 | script = "shut(this=dor)"\n   |                     ^^^'),
        (run('["trun"]', "impossible"),
         "door.toml:17:12: unknown event `trun`; did you mean `turn`?\n"
         '17 | script = ["trun"]\n   |            ^^^^'),
        (run('["turn", "shut(this=door"]', "impossible"),
         "door.toml:17:24: `(` is not closed\n"
         '17 | script = ["turn", "shut(this=door"]\n   |                        ^'),
        (run('["init door=locked", "turn"]', "impossible"),
         "door.toml:17:22: `door=locked` holds in no initial state; it starts as open or shut\n"
         '17 | script = ["init door=locked", "turn"]\n   |                      ^^^^^^'),
        (run('["# nothing"]', "possible"),
         "door.toml:17:10: the script has no event\n"
         '17 | script = ["# nothing"]\n   |          ^^^^^^^^^^^^^'),
        (run('"""\nturn\n  shut(this=gate)   # or not\nturn"""', "possible"),
         "door.toml:20:1: `turn` cannot happen here, so `reported` is impossible; `door is shut` "
         'is false: door=locked; a repair says `is = "impossible"`\n20 | turn"""\n   | ^^^^'),
    ],
)  # fmt: skip
def test_a_run_that_is_not_as_it_says_is_a_mistake_with_its_place(
    tmp_path: Path, text: str, error: str
) -> None:
    assert said(tmp_path, text) == error


def test_it_is_told_together_with_mistakes_of_the_spec(tmp_path: Path) -> None:
    model = files(tmp_path, run('"turn"', "impossible"))
    spec = '[invariant.known]\nmust = "door is opne"\n'
    (tmp_path / "door.spec.toml").write_text(spec, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        request(model).question()
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("verb", ["check", "compare", "faults", "mutate", "report", "lint"])
def test_every_verb_that_checks_a_model_says_so(tmp_path: Path, verb: str) -> None:
    model = files(tmp_path, run('"turn"', "impossible"))
    more = {"compare": [model], "report": ["--html", str(tmp_path / "page.html")]}
    done = CliRunner().invoke(commands.app, [verb, model, *more.get(verb, [])])
    assert isinstance(done.exception, InputError)  # which is exit code 2
    assert "the run `reported` is possible" in str(done.exception)


def test_a_repair_says_that_it_is_impossible(tmp_path: Path) -> None:
    model = files(tmp_path, run('["init door=open", "shut(this=door)", "turn"]', "possible"))
    repair = 'extends = "door.toml"\n[rule.lock]\nwhen = "gate is locked"\n'
    with pytest.raises(InputError, match=r"door\.toml:17:49: `turn` cannot happen"):
        request(files(tmp_path, repair, "mended.toml")).question()
    said = f'{repair}[run.reported]\nis = "impossible"\n'
    mended = files(tmp_path, said, "mended.toml")
    [found] = request(mended).question().runs
    assert found.example is None
    compared = compare(model, mended, str(tmp_path / "door.spec.toml"))
    assert "run.reported.is: possible -> impossible" in [str(c) for c in compared.changes]
    wrong = files(tmp_path, 'extends = "door.toml"\n[run.reported]\nis = "impossible"\n', "no.toml")
    with pytest.raises(InputError, match=r"no\.toml:3:6: the run `reported` is possible"):
        request(wrong).question()


def test_at_other_sizes_it_is_not_asked(tmp_path: Path) -> None:
    text = run('"up(to=3)"', "possible").replace("[run", """[sort]
N = "0..3"
[machine.Dial]
instances = ["dial"]
states = ["set"]
vars = { n = "N" }
[rule.up]
by = "operator"
given = { to = "N" }
sets = "dial.n = to"
[run""")
    assert len(request(files(tmp_path, text)).question().runs) == 1
    assert request(files(tmp_path, text), None, {"N": "0..1"}).question().runs == ()


def test_a_script_that_fits_too_much_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twinrom.statemachine.running.known_runs.MOST", 1)
    assert "`shut`" not in said(tmp_path, run('"shut"', "possible"))
    assert "17:11: more than 1 states fit `reported` so far; say more with `init`" in said(
        tmp_path, run('"shut"', "possible"))


def test_it_is_shown_where_verdicts_are(tmp_path: Path) -> None:
    text = run('["init door=open", "shut(this=door)", "turn"]', "possible")
    text += f'says = "as reported"\n{run(chr(34) + "kick" + chr(34), "impossible")}'.replace(
        'says = "as reported"\n[run.reported]', 'says = "as reported"\n[run.kicked]')
    [checked] = check([request(files(tmp_path, text))], SEARCH)
    shown = printed(checked_view(checked), 100)
    assert "Known runs: reported is possible (2 steps), kicked is impossible\n" in shown
    page = report_page([Subject("door.toml", checked)], "", "")
    assert "reported is possible (2 steps): as reported; kicked is impossible" in page
    model = json.loads(json.dumps(checked_json([checked])))["models"][0]
    known, reported, kicked = model["properties"]
    assert known.keys() == reported.keys() == kicked.keys()
    assert [(p["kind"], p["verdict"], p["exercised_at"]) for p in (reported, kicked)] == [
        ("run", "proved", 2), ("run", "proved", None)]  # fmt: skip
    trace = from_itf(checked.question.system, reported["witness"])
    assert [s.event for s in trace.steps] == ["shut", "turn"]


def walked(seed: int) -> tuple[str, list[str]]:
    """Return a random model, and the events of a walk in it."""
    text, chance = made(seed).model(), random.Random(seed)
    session = Session(ground(parse_model(text)))
    walk: list[str] = []
    while len(walk) < WALK and (able := session.runtime.enabled()):
        step = chance.choice(able)
        session.step(step)
        walk.append(str(step))
    return text, walk


@pytest.mark.parametrize("seed", sampled((*SMALL, *POWERED, *WRAPPED, *REFERRING), 12))
def test_every_walk_in_a_random_model_is_possible(seed: int) -> None:
    text, walk = walked(seed)
    if not walk:
        return
    problems = Problems()
    start = f"init {start_of(text)}"
    model = parse_model(text + run(json.dumps([start, *walk]), "possible"))
    [found] = known_runs(model, problems)
    assert (problems.found, found.example is not None) == ([], True)
    model = parse_model(text + run(json.dumps([start, *walk]), "impossible"))
    assert known_runs(model, problems) == ()
    assert [p.message for p in problems.found] == ["the run `reported` is possible"]


def start_of(text: str) -> str:
    """Return the initial state that a session starts in, as a script says it."""
    session = Session(ground(parse_model(text)))
    values = zip(session.system.variables, session.state.values, strict=True)
    return " ".join(f"{v.name}={v.sort.text(code)}" for v, code in values)


def test_a_mutant_that_makes_it_impossible_is_killed(tmp_path: Path) -> None:
    model = files(tmp_path, run('["init door=open", "shut(this=door)", "turn"]', "possible"))
    found = mutate(request(model), SEARCH)
    killed = {m.name: o.how for m, o in found.outcomes if o.end == "killed"}
    assert killed["rule.shut: redirect this: open -> shut to locked"] == "mistake"
    assert "widen" not in " ".join(killed)
