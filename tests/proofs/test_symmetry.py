"""Templates whose machines are interchangeable: no text names one, and renaming changes nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asked import question

from twinrom.proofs import mutated
from twinrom.proofs.mutation.mutants import further_mutants

MODEL = """
[sort]
N = "0..2"
[machine.Server]
instances = "s1..s3"
states = ["off", "on"]
vars = { n = "N", next_up = "Server?" }
[machine.console]
vars = { tries = { sort = "N", initial = "0" } }
[init]
require = ["all(s.n == 0 and s.next_up == none for s in Server)"]
[rule.wakes]
by = "operator"
also = "Server: off -> on"
when = "console.tries < 2 and any(s.n < 2 for s in Server)"
sets = ["Server.n = console.tries", "console.tries = console.tries + 1"]
[rule.tires]
by = "fault"
also = "Server: on -> off"
when = "count(s is on for s in Server) == 3"
says = "s1 is the last of them"
"""
SPEC = """
[invariant.few]
must = "count(s is on for s in Server) < 4"
says = "s1 and s2"
"""
ALIKE = '"s1.n == 0", "s2.n == 0 and s3.n == 0", "all(s.next_up == none for s in Server)"'
ALL = '"all(s.n == 0 and s.next_up == none for s in Server)"'


def symmetric(model: str, spec: str = SPEC) -> tuple[str, ...]:
    return question(model, spec).symmetric


@pytest.mark.parametrize(("old", "new"), [
    ("", ""),
    (ALL, ALIKE),
    (ALL, '"s1.n == s2.n and s2.n == s1.n", "s3.n == s2.n and s2.n == s3.n", "s1.n == s3.n", '
     '"s3.n == s1.n"'),
])
def test_named_by_nobody_or_alike(old: str, new: str) -> None:
    assert symmetric(MODEL.replace(old, new)) == ("Server",)


@pytest.mark.parametrize(("old", "new"), [
    ("count(s is on for s in Server) == 3", "s1 is on"),
    ('also = "Server: on -> off"', 'moves = "s2: on -> off"'),
    ('also = "Server: on -> off"',
     'each = { this = ["s1", "s2", "s3"] }\nmoves = "this: on -> off"'),
    ("Server.n = console.tries", "s3.n = console.tries"),
    (ALL, ALL.replace("s.n", "s1.n")),
    (ALL, ALIKE.replace("s3.n == 0", "s3.n == 1")),
    (ALL, ALIKE.replace(" and s3.n == 0", "")),
    ('instances = "s1..s3"', 'instances = ["s1"]'),
    ("[init]", '[machine.Part]\ninstances = ["s1.left", "s2.left"]\nstates = ["a", "b"]\n[init]'),
])
def test_named_by_a_text(old: str, new: str) -> None:
    assert old in MODEL
    assert symmetric(MODEL.replace(old, new)) == ()


@pytest.mark.parametrize("spec", [
    '[invariant.i]\nmust = "s1.n < 2"\n',
    '[define]\nfirst = "s1.n"\n[invariant.i]\nmust = "first < 2"\n',
    '[step.i]\neach = { this = ["s2"] }\nmust = "True"\n', '[observe]\nvariables = ["s1.n"]\n',
    '[observer.o]\nsort = "N"\ninitial = "0"\nupdate = "s1.n"\n' + SPEC,
])
def test_named_by_the_spec(spec: str) -> None:
    assert symmetric(MODEL, spec) == ()


@pytest.mark.parametrize("require", [ALL, ALIKE])
def test_renaming_keeps_the_reachable_states(require: str) -> None:
    asked = question(MODEL.replace(ALL, require), SPEC)
    system = asked.system
    seen = set(system.initial())
    todo = list(seen)
    while todo:
        for _, after in system.successors(todo.pop()):
            if after not in seen:
                seen.add(after)
                todo.append(after)
    index = system.by_name
    order = list(range(len(system.variables)))
    for a, b in (("s1", "s2"), ("s2", "s3")):
        for name in ("", ".n", ".next_up"):
            i, j = index[a + name].index, index[b + name].index
            order[i], order[j] = order[j], order[i]
    assert len(seen) > 3
    assert {tuple(s.values[i] for i in order) for s in seen} == {s.values for s in seen}


def test_a_mutant_that_names_a_machine_is_not_symmetric() -> None:
    base = question(MODEL.replace("[rule.tires]", '[rule.rests]\nby = "host"\n'
                                  'each = { this = "Server" }\nmoves = "this: on -> off"\n'
                                  "[rule.tires]"), SPEC)
    assert base.symmetric == ("Server",)
    found = {m.name: mutated(base.model, m) for m in further_mutants(base.model)}
    assert replace(base, model=found["rule.rests: narrow by this == s1"]).symmetric == ()
    assert replace(base, model=found["rule.rests: narrow by this.n == 0"]).symmetric == ("Server",)
