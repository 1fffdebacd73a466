"""Sweeps: which policies, at which points, what is a row, and what is not run again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from asked import CORPUS, ROOT
from rich.console import Console
from typer.testing import CliRunner

from twinrom.diagrams import commands, sweep_view
from twinrom.proofs import Options, axes_of, grid, policies, sweep
from twinrom.proofs.questions.results import sealed
from twinrom.proofs.questions.sweep import row_data
from twinrom.statemachine import InputError

if TYPE_CHECKING:
    from pathlib import Path

UPDATE = str(ROOT / "examples" / "update.toml")
TCOMMIT = str(CORPUS / "tcommit.toml")


def test_a_folder_has_its_models_only() -> None:
    found = policies([str(CORPUS)])
    assert [f.rpartition("/")[2] for f in found] == [
        "fleet.toml", "peterson.toml", "tcommit.toml", "two_phase_commit.toml",
    ]  # fmt: skip
    models = policies([str(ROOT / "statemachine" / "models")])
    assert [f.rpartition("/")[2] for f in models] == [
        "fleet.toml", "msa1000.toml", "proliant.toml",
    ]  # fmt: skip
    assert policies([TCOMMIT, str(CORPUS), TCOMMIT]).count(TCOMMIT) == 1


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no model in it"):
        policies([str(tmp_path)])


def test_a_grid_is_every_combination() -> None:
    axes = axes_of(["Version=1..2,1..3", "fault=0,unlimited"])
    points = grid(["a.toml", "b.toml"], axes)
    assert len(points) == 8
    assert points[1].name == "a Version=1..2 fault=unlimited"
    assert [p.name for p in grid(["a.toml"], {})] == ["a"]


@pytest.mark.parametrize("text", ["Version", "=1", "fault=", "fault=1,,2"])
def test_a_grid_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write NAME"):
        axes_of([text])


def test_rows_are_those_of_the_checks_and_a_bad_policy_stops_nobody(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "bad"\n[rule.r]\nby = "nobody"\n', encoding="utf-8")
    points = grid([TCOMMIT, str(bad), UPDATE, str(tmp_path / "none.toml")], {})
    rows = dict(zip(("tcommit", "bad", "update", "none"), sweep(points, Options()), strict=True))
    kept = rows["tcommit"][1]
    assert kept.counts is not None
    assert (kept.standing, kept.counts.states, kept.counts.transitions) == ("keeps", 34, 93)
    assert (kept.broken, kept.failed) == (None, False)
    broken = rows["update"][1]
    assert (broken.standing, broken.failed) == ("unsafe", True)
    assert (broken.broken, broken.length) == ("busy_controller_is_never_reset", 3)
    for name in ("bad", "none"):
        assert rows[name][1].standing == "error"
        assert name in str(rows[name][1].error)


def test_errors_of_several_lines_are_shown_line_by_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('[machine.M]\ninstances = ["m"]\nstates = ["on"]\nvarz = {}\n', encoding="utf-8")
    [(_, row)] = rows = sweep(grid([str(bad)], {}), Options())
    assert row.error is not None
    assert "\n" in row.error
    console = Console(width=200)
    with console.capture() as capture:
        console.print(sweep_view(rows))
    indented = "".join(f"\n  {line}" for line in row.error.splitlines())
    assert f"\nbad:{indented}\n" in "\n".join(map(str.rstrip, capture.get().splitlines()))
    with console.capture() as capture:
        console.print(sweep_view([(rows[0][0], replace(row, error="no\x1b[2J\r"))]))
    assert "bad: no\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}" in capture.get()


def test_numbers_of_machines_and_definitions_are_sizes_too(tmp_path: Path) -> None:
    (tmp_path / "many.toml").write_text(
        '[sort]\nN = "0..9"\n[define]\nmost = 3\n[machine.Server]\ninstances = "s1..s2"\n'
        'vars.n = { sort = "N", initial = "0" }\n[rule.counts]\nby = "host"\n'
        'each = { this = "Server" }\nwhen = "this.n < most"\nsets = "this.n = this.n + 1"\n'
        '[rule.wears]\nby = "fault"\nsets = "Server.n = 0"\n', encoding="utf-8")
    (tmp_path / "many.spec.toml").write_text(
        '[invariant.few]\nmust = "all(s.n < 6 for s in Server)"\n', encoding="utf-8")
    axes = {"Server": ["1", "3"], "most": ["2"], "fault": ["0"]}
    for names in (axes, {"machine.Server": ["1", "3"], "define.most": ["2"], "fault": ["0"]}):
        rows = [row for _, row in sweep(grid([str(tmp_path / "many.toml")], names), Options())]
        assert [row.error for row in rows] == [None, None]
        assert [(row.standing, row.counts and row.counts.states) for row in rows] == [
            ("keeps", 3), ("keeps", 27)]


@pytest.mark.parametrize("axes", [
    ["Ver=1..2,1..3"], ["Server=1,2"], ["machine.Server=1,2"], ["fault=0,1"], ["power_loss=0,1"],
    ["Ver=1..2,1..3", "fault=0,1"],
])  # fmt: skip
def test_a_policy_runs_once_for_what_only_others_have(axes: list[str]) -> None:
    points = grid([UPDATE, str(CORPUS / "fleet.toml")], axes_of(axes))
    names = [text.partition("=")[0] for text in axes]
    assert points[0].name == " ".join(["update", *(f"{name}=-" for name in names)])
    assert len(points) == 1 + 2 ** len(axes)
    ((point, judged), *_) = sweep(points[:1], Options())
    assert (judged.standing, judged.error) == ("unsafe", None)
    assert row_data(point, judged)["at"] == dict.fromkeys(names)


def test_a_definition_that_a_policy_lacks_is_no_axis_of_it(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "update.toml").read_text(encoding="utf-8")
    (tmp_path / "defined.toml").write_text(f"{text}\n[define]\nk = 1\n", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[rule.r]\nby = 1\n", encoding="utf-8")
    models = [UPDATE, str(tmp_path / "defined.toml"), str(tmp_path / "broken.toml")]
    assert [p.name for p in grid(models, axes_of(["k=1,2", "Controller=3"]))] == [
        "update k=- Controller=3", "defined k=1 Controller=3", "defined k=2 Controller=3",
        "broken k=1 Controller=3", "broken k=2 Controller=3",
    ]  # fmt: skip


def test_a_name_that_no_policy_has_is_an_error_of_each() -> None:
    rows = sweep(grid([UPDATE, TCOMMIT], axes_of(["Nothing=1..2,1..3"])), Options())
    assert [judged.error is None for _, judged in rows] == [False] * 4


def test_budgets_and_sizes_of_the_grid_are_used() -> None:
    axes = axes_of(["Version=1..2", "fault=0,1"])
    none, one = (judged for _, judged in sweep(grid(["proliant"], axes), Options()))
    assert none.counts is not None
    assert one.counts is not None
    assert none.counts.states < one.counts.states < 82086
    (wrong,) = sweep(grid(["proliant"], {"Nothing": ["1..2"]}), Options())
    assert wrong[1].standing == "error"


def test_what_is_known_is_not_run_again_and_what_changed_is(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    model, spec = tmp_path / "tcommit.toml", tmp_path / "tcommit.spec.toml"
    text = (CORPUS / "tcommit.toml").read_text(encoding="utf-8")
    model.write_text(text, encoding="utf-8")
    spec.write_text((CORPUS / "tcommit.spec.toml").read_text(encoding="utf-8"), encoding="utf-8")
    points = grid([str(model)], {})
    first = sweep(points, Options(), results=str(file))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1
    # a marked row shows that it was read, and not found again
    marked = sealed(json.loads(lines[0]) | {"standing": "departs"})
    file.write_text(json.dumps(marked) + '\n{"cut sho', encoding="utf-8")
    assert [j.standing for _, j in sweep(points, Options(), results=str(file))] == ["departs"]
    model.write_text(text + "\n# changed\n", encoding="utf-8")
    assert sweep(points, Options(), results=str(file)) == first


def test_a_row_after_one_that_was_cut_short_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"policy": "cut sho', encoding="utf-8")
    points = grid([TCOMMIT], {})
    (first,) = sweep(points, Options(), results=str(file))
    assert first[1].standing == "keeps"
    cut, line = file.read_text(encoding="utf-8").splitlines()
    assert cut == '{"policy": "cut sho'
    marked = sealed(json.loads(line) | {"keeps": ["read"]})
    file.write_text(json.dumps(marked) + "\n", encoding="utf-8")
    assert sweep(points, Options(), results=str(file))[0][1].keeps == ("read",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"keeps", "c', '"\\u001b[31m", "c'),
        ('"keeps", "c', '17, "c'),
        ('"states": 34', '"states": "many"'),
        ('"keeps": []', '"keeps": 3'),
        ("{", "[" * 100_000),
    ],
)
def test_what_is_no_row_is_not_taken_for_one(old: str, new: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    points = grid([TCOMMIT], {})
    first = sweep(points, Options(), results=str(file))
    line = file.read_text(encoding="utf-8")
    assert line.count(old) >= 1
    file.write_text(line.replace(old, new, 1) + line, encoding="utf-8")
    assert sweep(points, Options(), results=str(file)) == first
    file.write_text(line.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match="has no rows of a sweep in it"):
        sweep(points, Options(), results=str(file))


EDITS = [
    ('"standing": "keeps"', '"standing": "departs"'),
    ('"states": 34', '"states": 35'),
    ('"seconds": 0', '"seconds": 1'),
    ('"policy": "tcommit"', '"policy": "better"'),
    ('"at": {}', '"at": {"fault": "9"}'),
    ('"failed": false', '"failed": false, "more": 1'),
]


@pytest.mark.parametrize(("old", "new"), EDITS)
def test_an_edited_row_is_run_again_and_that_is_said(old: str, new: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    points = grid([TCOMMIT], {})
    first = sweep(points, Options(), results=str(file))
    line = file.read_text(encoding="utf-8")
    assert old in line
    file.write_text(line.replace(old, new, 1), encoding="utf-8")
    done = CliRunner().invoke(commands.app, ["sweep", TCOMMIT, "--results", str(file)])
    assert done.exit_code == 0
    assert done.stderr == (
        f"twinrom: {file}: line 1: edited since it was written; not believed, and run again\n")
    assert "1 policy: 1 keeps" in done.stdout
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    told: list[int] = []
    assert sweep(points, Options(), results=str(file), doubt=told.extend) == first
    assert (told, len(file.read_text(encoding="utf-8").splitlines())) == ([1], 2)


def test_a_row_of_another_policy_under_this_key_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    sweep(grid([TCOMMIT], {}), Options(), results=str(file))
    good = json.loads(file.read_text(encoding="utf-8"))
    ((_, unsafe),) = sweep(grid([UPDATE], {}), Options(), results=str(file))
    bad = json.loads(file.read_text(encoding="utf-8").splitlines()[1])
    file.write_text(json.dumps(good | {"key": bad["key"]}) + "\n", encoding="utf-8")
    told: list[int] = []
    ((_, again),) = sweep(grid([UPDATE], {}), Options(), results=str(file), doubt=told.extend)
    assert (again, told) == (unsafe, [1])


@pytest.mark.parametrize("version", ["0.0.1", "99.0"])
def test_a_row_of_another_version_is_run_again(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.jsonl"
    monkeypatch.setattr("twinrom.proofs.questions.sweep.version_of", lambda _: version)
    for number in (1, 1):
        sweep(grid([TCOMMIT], {}), Options(), results=str(file))
        assert len(file.read_text(encoding="utf-8").splitlines()) == number
    monkeypatch.undo()
    told: list[int] = []
    sweep(grid([TCOMMIT], {}), Options(), results=str(file), doubt=told.extend)
    assert (told, len(file.read_text(encoding="utf-8").splitlines())) == ([], 2)


def test_a_row_without_a_digest_is_one_of_an_earlier_version(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    sweep(grid([TCOMMIT], {}), Options(), results=str(file))
    row = json.loads(file.read_text(encoding="utf-8"))
    del row["digest"]
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    sweep(grid([TCOMMIT], {}), Options(), results=str(file))
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("text", ['title = "mine"\n', "a note", '{"name": "mine"}'])
def test_another_file_is_not_written_to(text: str, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="has no rows of a sweep in it"):
        sweep(grid([TCOMMIT], {}), Options(), results=str(file))
    assert file.read_text(encoding="utf-8") == text
    with pytest.raises(InputError, match="cannot be written: no such folder"):
        sweep(grid([TCOMMIT], {}), Options(), results=str(tmp_path / "none" / "rows.jsonl"))


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have_is_refused_or_a_row(name: str) -> None:
    ((_, judged),) = sweep(grid(policies([name]), {}), Options())
    assert judged.standing == "error"
    with pytest.raises(InputError, match="is not a file name"):
        sweep(grid([TCOMMIT], {}), Options(), results=name)


def test_a_grid_says_each_name_and_each_value_once() -> None:
    with pytest.raises(InputError, match="`fault` is given twice"):
        axes_of(["fault=0", "fault=1"])
    assert axes_of(["fault=0,1,0"]) == {"fault": ["0", "1"]}


def test_a_budget_of_many_digits_is_a_row_with_an_error() -> None:
    ((_, judged),) = sweep(grid([TCOMMIT], {"fault": ["9" * 5000]}), Options())
    assert (judged.standing, judged.error) == (
        "error", "--grid: `fault` has too many digits",
    )  # fmt: skip


def test_a_name_does_not_drive_the_terminal() -> None:
    done = CliRunner().invoke(commands.app, ["sweep", TCOMMIT, "--grid", "fa\x1b[31mult=1"])
    assert done.exit_code == commands.EXIT_FAILED
    assert "\x1b" not in done.output
    assert "fa\ufffd[31mult=1" in done.output


def test_out_of_states_is_undecided_and_run_again(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    points = grid([str(CORPUS / "two_phase_commit.toml")], {})
    for _ in range(2):
        ((point, judged),) = sweep(points, Options(max_states=1), results=str(file))
        assert (judged.standing, judged.undecided, judged.counts) == ("undecided", True, None)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2
    assert row_data(point, judged)["policy"] == "two_phase_commit"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([TCOMMIT], 0),
        ([TCOMMIT, UPDATE], commands.EXIT_FAILED),
        ([TCOMMIT, "no_such_model"], commands.EXIT_FAILED),
        ([TCOMMIT, "--max-states", "1"], commands.EXIT_UNDECIDED),
    ],
)
def test_exit_codes(arguments: list[str], code: int, tmp_path: Path) -> None:
    file = tmp_path / "rows.json"
    done = CliRunner().invoke(commands.app, ["sweep", *arguments, "--json", str(file)])
    assert done.exit_code == code, done.output
    data = json.loads(file.read_text(encoding="utf-8"))
    assert data["schema"] == "twinrom/sweep/1"
    assert len(data["rows"]) == len([a for a in arguments if not a.startswith("-") and a != "1"])
