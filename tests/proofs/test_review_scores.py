"""Mutation scores in a review: the file that `mutate --clauses` writes, or one that is wrong."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from asked import ROOT
from called import twinrom
from printing import printed

from twinrom.diagrams.data.review import review_csv
from twinrom.diagrams.page.review import review_page
from twinrom.diagrams.terminal.review import review_view
from twinrom.proofs import ClauseScores, Options, request, review
from twinrom.statemachine import InputError

MODEL = ROOT / "examples" / "journal.toml"
SEARCH = Options(engines=("search",))


def scores(folder: Path, data: object) -> str:
    file = folder / "mutants.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return str(file)


SCORES = {"schema": "twinrom/mutate/1", "name": "journal", "clauses": [
    {"id": "J-1", "killed": 4, "alone": 2}, {"id": "J-2", "killed": 1, "alone": 0}]}


def test_mutation_scores_stand_beside_the_clauses(tmp_path: Path) -> None:
    found = ClauseScores.read(scores(tmp_path, SCORES))
    [reviewed] = review([request(str(MODEL))], SEARCH, scores=[found])
    text = printed(review_view(reviewed), 80)
    assert "tested  4 mutants killed, 2 by it alone" in text
    assert "tested  1 mutant killed, 0 by it alone" in text
    rows = list(csv.DictReader(StringIO(review_csv([reviewed]))))
    assert [(row["killed"], row["alone"]) for row in rows] == [
        ("4", "2"), ("1", "0"), ("", ""), ("", "")]
    assert ">Mutants<" in review_page([reviewed], "1.0")


def test_what_mutate_writes_of_clauses_is_read(tmp_path: Path) -> None:
    file = str(tmp_path / "mutants.json")
    done = twinrom("mutate", str(MODEL), "--limit", "6", "--clauses", "--json", file)
    assert done.returncode in (0, 1), done.stderr
    written = json.loads(Path(file).read_text(encoding="utf-8"))["clauses"]
    found = ClauseScores.read(file)
    assert {name: (s.killed, s.alone) for name, s in found.scores.items()} == {
        one["id"]: (one["killed"], one["alone"]) for one in written}
    done = twinrom("review", str(MODEL), "--mutants", file, "--engine", "search", "--csv", "-")
    rows = {row["clause"]: row for row in csv.DictReader(StringIO(done.stdout))}
    assert {name: rows[name]["killed"] for name in found.scores} == {
        one["id"]: str(one["killed"]) for one in written}


@pytest.mark.parametrize(("changed", "error"), [
    ({"schema": "twinrom/check/1"}, "is not a file of the format twinrom/mutate/1"),
    ({"clauses": None}, "clauses: input should be a valid list"),
    ({"clauses": [{"id": "J-1", "killed": -1, "alone": 0}]},
     "clauses.0.killed: input should be greater than or equal to 0"),
    ({"clauses": [{"id": "J-1", "killed": "3", "alone": 0}]},
     "clauses.0.killed: input should be a valid integer"),
    ({"name": "other"}, "is about `other`, which is not reviewed here"),
    ({"clauses": [{"id": "J-11", "killed": 1, "alone": 0}]},
     "has an unknown clause `J-11`; did you mean `J-1`?"),
])  # fmt: skip
def test_what_is_wrong_with_a_file_of_scores(
    tmp_path: Path, changed: dict[str, object], error: str
) -> None:
    file = scores(tmp_path, SCORES | changed)
    with pytest.raises(InputError) as raised:
        review([request(str(MODEL))], SEARCH, scores=[ClauseScores.read(file)])
    assert str(raised.value) == f"{file}: {error}"


def test_a_file_without_scores_by_clause_is_told_how_to_be_written(tmp_path: Path) -> None:
    file = scores(tmp_path, {k: v for k, v in SCORES.items() if k != "clauses"})
    done = twinrom("review", str(MODEL), "--mutants", file)
    assert (done.returncode, done.stderr) == (
        2, f"{file}: has no scores by clause; mutate writes them: --clauses, with --json\n")
    (tmp_path / "mutants.json").write_text("[" * 10, encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        ClauseScores.read(file)
    (tmp_path / "mutants.json").write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="is not a file of the format twinrom/mutate/1"):
        ClauseScores.read(file)
