"""`event.by == automatic` and `event.by == environment`: what a step property says of the actor."""

from __future__ import annotations

import pytest
from asked import question

from twinrom.proofs.engines.search.breadth_first import search

MODEL = """
[actor]
watchdog = "automatic"
administrator = "environment"
[machine.m]
states = ["a", "b", "c", "d", "e", "f"]
[rule.one]
by = "administrator"
moves = "m: a -> b"
[rule.two]
by = "watchdog"
moves = "m: b -> c"
[rule.three]
by = "fault"
moves = "m: c -> d"
[rule.four]
by = "controller"
moves = "m: d -> e"
[rule.five]
by = "host"
moves = "m: e -> f"
"""
SPEC = """
[step.only]
whenever = "{}"
must = "m in (f, {})"
"""




def broken(model: str, said: str, sources: str) -> int | None:
    """Return after how many steps the property is broken."""
    run = search(question(model, SPEC.format(said, sources))).found["only"].violation
    return None if run is None else run.length


@pytest.mark.parametrize(
    ("said", "sources"),
    [("event.by == automatic", "b, d"), ("event.by == environment", "a, c, e"),
     ("event.by in (automatic, host)", "b, d, e"), ("event.by != automatic", "a, c, e")],
)  # fmt: skip
def test_a_class_of_actors_stands_for_each_of_them(said: str, sources: str) -> None:
    assert broken(MODEL, said, sources) is None
    for source in sources.split(", "):
        rest = ", ".join(s for s in "abcde" if s != source)
        assert broken(MODEL, said, rest) == "abcde".index(source) + 1


def test_an_actor_that_is_called_so_comes_first() -> None:
    model = MODEL.replace('watchdog = "automatic"', 'automatic = "environment"')
    model = model.replace('"watchdog"', '"automatic"')
    assert broken(model, "event.by == automatic", "b") is None
    assert broken(model, "event.by == environment", "a, b, c, e") is None
    assert broken(model, "event.by == environment", "a, c, e") == 2
