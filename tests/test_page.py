"""Policies aimed at single sentences of the two pages, against the shipped specs.

Who wrote them knew the pages and the policies, and none of the properties; of five that came later,
and were `not asked` before, that is not so. `tests/page.toml` says of each which sentence it is
aimed at and whether it breaks or keeps it. A break has to be noticed; of a policy that keeps its
page nothing may be called broken but the reading of a gap.
"""

from __future__ import annotations

import tomllib

import pytest
from asked import ROOT, checked_by, sampled, with_table

from twinrom.proofs import ask
from twinrom.proofs.engines.exhaustive import explore
from twinrom.statemachine import load_model

FOLDER = ROOT / "tests" / "page"
PAGE = ROOT / "docs" / "sentences.md"
KNOWN = tomllib.loads((ROOT / "tests" / "page.toml").read_text(encoding="utf-8"))
HARMLESS = {"keeps", "other-reading"}


def standing(name: str) -> tuple[str, list[str]]:
    """Return where a policy stands, and the properties that say so."""
    spec = ROOT / "proofs" / "specs" / f"{KNOWN[name]['system']}.toml"
    asked = ask(load_model(str(FOLDER / f"{name}.toml")), str(spec))
    report = explore(asked, max_states=1_000_000)
    assert report.complete
    checked = checked_by(asked, report)
    broken = checked.broken.get(checked.standing, ())
    return checked.standing, sorted({r.prop.name.partition("[")[0] for r in broken})


def test_every_policy_is_known() -> None:
    assert {p.stem for p in FOLDER.glob("*.toml")} == KNOWN.keys()
    musts = [known["must"] for known in KNOWN.values()]
    assert musts.count("breaks") >= 30
    assert musts.count("keeps") >= 12
    for known in KNOWN.values():
        assert (known["standing"] in HARMLESS) == (known["must"] == "keeps")


@pytest.mark.parametrize("name", sampled(KNOWN, 6))
def test_a_broken_sentence_is_noticed_and_an_open_one_blames_nobody(name: str) -> None:
    assert standing(name) == (KNOWN[name]["standing"], KNOWN[name].get("by", []))


def table() -> str:
    """Return all policies as a table: the sentence, what must be, what was and what is."""
    lines = ["| policy | clause | it | the sentence | before | now | by |", "|---" * 7 + "|"]
    for name, known in KNOWN.items():
        by = ", ".join(f"`{prop}`" for prop in known.get("by", [])[:2])
        told = (known[key] for key in ("clause", "must", "sentence", "before", "standing"))
        lines.append(f"| [{name}](../tests/page/{name}.toml) | {' | '.join(told)} | {by or '-'} |")
    return "\n".join(lines)


def test_the_page_lists_every_policy() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page, table())
    assert table() in page


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
