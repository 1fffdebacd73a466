"""Small models and specs that several tests ask about, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

COUNTER = """
title = "A counter"
[sort]
Count = "0..9"
[machine.Counter]
instances = ["counter"]
states = ["counting"]
vars = { value = "Count" }
[init]
require = "counter.value == 0"
[rule.tick]
by = "controller"
when = "counter.value < 7"
sets = "counter.value = counter.value + 1"
"""
STOPS_AT_SEVEN = COUNTER.replace("< 7", "!= 7")  # it would count on from 8, where it never is
SAFE = '[invariant.at_most_seven]\nmust = "counter.value <= 7"\n'
AT_SEVEN = '[ends]\nwhen = "counter.value == 7"\n'
UNSAFE = '[invariant.at_most_six]\nmust = "counter.value <= 6"\n'

MACHINE = '[machine.Lamp]\ninstances = ["lamp"]\nstates = ["dark", "lit", "broken"]\n'
SWITCH = '[rule.switch]\nby = "operator"\nmoves = "lamp: dark -> lit"\n'

# model, spec: properties called `true_...` hold, those called `false_...` do not
FEATURES = {
    "negative ranges": (
        STOPS_AT_SEVEN.replace("0..9", "-3..9").replace("== 0", "== -2").replace("!= 7", "!= -1"),
        '[invariant.true_low]\nmust = "counter.value <= -1"\n'
        '[invariant.false_low]\nmust = "counter.value <= -2"\n'
        '[invariant.true_high]\nmust = "counter.value > -3"\n',
    ),
    "optional numbers": (
        STOPS_AT_SEVEN.replace('value = "Count"', 'value = "Count?"').replace(
            "== 0", "== none").replace('"counter.value != 7"', '"counter.value in (none, 0, 1)"'
        ).replace("counter.value + 1", "1 if counter.value == none else 2"),
        '[invariant.true_low]\nmust = "counter.value <= 2"\n'
        '[invariant.false_low]\nmust = "counter.value < 2"\n'
        '[step.true_none]\nwhenever = "counter.value != none"\nmust = "next(counter.value) > 0"\n'
        '[step.false_none]\nmust = "counter.value != none"\n',
    ),
    "optional machines": (
        MACHINE + 'vars = { next_to = "Lamp?" }\n[init]\nrequire = "lamp.next_to == none"\n'
        + SWITCH + 'sets = "lamp.next_to = lamp"\n',
        '[invariant.true_lit]\nwhenever = "lamp.next_to == lamp"\nmust = "lamp is lit"\n'
        '[invariant.false_lit]\nmust = "lamp.next_to == none"\n',
    ),
    "given tables": (
        '[sort]\nSize = "1..3"\nShape = ["round", "square"]\n'
        '[table.fits]\nof = ["Size", "Shape"]\nallow = [[1, "round"], [2, "square"]]\n'
        + MACHINE + 'vars = { size = "Size", shape = "Shape" }\n'
        '[init]\nrequire = "lamp.size == 1 and lamp.shape == round"\n'
        + SWITCH.replace('"dark -> lit"', '"* -> lit"')
        + 'given = { size = "Size", shape = "Shape" }\nwhen = "fits(size, shape)"\n'
        'sets = ["lamp.size = size", "lamp.shape = shape"]\n',
        '[invariant.true_fits]\nmust = "fits(lamp.size, lamp.shape)"\n'
        '[invariant.true_small]\nmust = "lamp.size != 3"\n'
        '[invariant.false_round]\nmust = "lamp.shape == round"\n',
    ),
    "tables beyond their sorts": (
        '[sort]\nSize = "1..3"\n[table.fits]\nof = ["Size"]\n[table.listed]\nof = ["Size"]\n'
        'allow = [[3]]\n' + MACHINE + 'vars = { size = "Size", last = "Size?" }\n'
        '[init]\nrequire = ["lamp.size == 3", "lamp.last == none"]\n'
        + SWITCH.replace('"dark -> lit"', '"* -> lit"')
        + 'given = { size = "Size" }\nsets = ["lamp.last = lamp.size", "lamp.size = size"]\n',
        '[invariant.true_above]\nwhenever = "lamp.size == 3"\nmust = "not fits(lamp.size + 1)"\n'
        '[invariant.true_below]\nmust = "lamp.size > 1 or not fits(lamp.size - 1)"\n'
        '[invariant.true_none]\nwhenever = "lamp.last == none"\nmust = "not fits(lamp.last)"\n'
        '[invariant.true_listed]\nmust = "not listed(lamp.size + 1) or lamp.size == 2"\n'
        '[invariant.false_within]\nmust = "not fits(lamp.size - 1)"\n',
    ),
    "free tables": (
        '[sort]\nSize = "1..3"\n[table.fits]\nof = ["Size", "bool"]\n'
        + MACHINE + 'vars = { size = "Size", wet = "bool" }\n'
        '[init]\nrequire = "fits(lamp.size, lamp.wet)"\n'
        + SWITCH + 'given = { size = "Size", wet = "bool" }\nwhen = "fits(size, wet)"\n'
        'sets = ["lamp.size = size", "lamp.wet = wet"]\n',
        '[invariant.true_fits]\nmust = "fits(lamp.size, lamp.wet)"\n'
        '[invariant.false_dry]\nmust = "fits(lamp.size, False)"\n'
        '[invariant.true_some]\nmust = "any(fits(s, True) or fits(s, False) for s in Size)"\n',
    ),
    "truth payloads": (
        MACHINE + 'vars = { wet = "bool", dim = "bool" }\n[init]\nrequire = "not lamp.wet"\n'
        + SWITCH + 'given = { wet = "bool" }\nwhen = "wet != lamp.dim"\n'
        'sets = "lamp.wet = wet and not lamp.dim"\n',
        '[invariant.true_dim]\nwhenever = "lamp.dim"\nmust = "not lamp.wet"\n'
        '[invariant.false_dim]\nmust = "not lamp.wet"\n'
        '[step.true_event]\nwhenever = "event.wet == True"\nmust = "not lamp.dim"\n'
        '[step.false_event]\nwhenever = "event.wet == False"\nmust = "not lamp.dim"\n',
    ),
    "no rules": (
        MACHINE + 'vars = { wet = "bool" }\n[init]\nrequire = "lamp.wet"\n',
        '[invariant.true_wet]\nmust = "lamp.wet"\n[invariant.false_lit]\nmust = "lamp is lit"\n',
    ),
    "several initial states": (
        MACHINE + 'initial = ["dark", "broken"]\n' + SWITCH,
        '[step.true_order]\nwhenever = "lamp is broken"\nmust = "False"\n'
        '[invariant.false_dark]\nmust = "lamp is not broken"\n',
    ),
    "nondeterministic rules": (
        MACHINE + SWITCH + "nondeterministic = true\n"
        '[rule.breaks]\non = "switch"\nby = "operator"\nmoves = "lamp: dark -> broken"\n'
        "nondeterministic = true\n",
        '[step.true_first]\nwhenever = "lamp is not dark"\nmust = "False"\n'
        '[invariant.false_broken]\nmust = "lamp is not broken"\n',
    ),
    "observers": (
        MACHINE + SWITCH + '[rule.back]\nby = "operator"\nmoves = "lamp: lit -> dark"\n',
        '[observer.seen]\nsort = "0..3"\ninitial = "0"\n'
        'update = "min(seen + 1, 3) if event is switch else seen"\n'
        '[invariant.true_lit]\nwhenever = "lamp is lit"\nmust = "seen > 0"\n'
        '[invariant.false_once]\nmust = "seen <= 1"\n',
    ),
    "budgets": (
        MACHINE + '[rule.fails]\nby = "fault"\nmoves = "lamp: dark -> lit"\n'
        '[rule.fails_again]\nby = "fault"\nmoves = "lamp: lit -> broken"\n',
        '[budget]\nfault = 1\n[invariant.true_broken]\nmust = "lamp is not broken"\n'
        '[invariant.false_lit]\nmust = "lamp is dark"\n',
    ),
}  # fmt: skip

EMPTY = """
[sort]
Level = "0..2"
[machine.M]
instances = ["m"]
states = ["on"]
vars = { level = "Level" }
"""
HOSTILE = r"""
title = 'Hostile */ #define int \ " %s ???/ -------- ======== (* *)'
[sort]
int = "-2..1"
Colour = ["red", "bit", "größe", "do"]
[table.free]
of = ["int", "Colour"]
allow = [[-2, "red"], [1, "do"], [0, "bit"]]
[table.active]
of = ["Colour"]
[machine.VAR]
instances = ["atomic", "init"]
states = ["end", "d_step", "größe"]
vars = { do = "Colour?", own = "VAR?", byte = "bool", next = "int", int = "int?" }
[machine.Part]
instances = ["atomic.state"]
states = ["on", "o_n"]
vars = { try = "Colour?" }
[init]
require = [
  "atomic.do == none or any(c == atomic.do and active(c) for c in Colour)", "init.do == none",
  "all(v.own == none for v in VAR)",
  "all(v.int == none and v.next == -1 for v in VAR)", "atomic.state.try == init.do",
  "not atomic.byte or atomic is end", "not init.byte",
]
[rule.assign]
by = "operator"
each = { this = ["atomic", "init"] }
given = { skip = "int", od = "Colour" }
moves = "this: end, größe -> d_step"
when = ["free(skip, od)", "skip != 1 or active(od) or this.do == none"]
sets = ["this.int = skip", "this.next = skip", "this.do = od", "this.own = this"]
says = 'closes */ assert(false); /* and #endif \'
[rule.printf]
by = "controller"
when = "atomic.next != init.next"
sets = ["atomic.next = init.next", "init.next = atomic.next",
        "atomic.byte = init.byte", "init.byte = atomic.byte"]
[rule.fi]
by = "controller"
moves = "init: d_step -> größe"
when = "init.own == init and init.int < 1"
sets = ["init.next = init.next + 1 if init.next < 1 else init.next", "init.byte = True"]
[rule.od]
by = "fault"
also = "VAR: d_step -> end"
when = "any(v.int == none for v in VAR)"
sets = "atomic.do = none"
"""
HOSTILE_SPEC = r"""
title = "*/ assert(false)"
[budget]
od = 2
fault = 3
[observer.unsigned]
sort = "-1..1"
initial = "-1"
update = "min(unsigned + 1, 1) if event is printf else unsigned"
[invariant.assert_]
must = "not init.byte or unsigned < 1"
[invariant.everything]
must = "init.next < 1"
[invariant.CHECK]
must = "atomic.do == none or atomic.do != init.do or unsigned == 0 or atomic.do == do"
[step.nothing]
whenever = "event is assign and event.skip == -2"
must = "next(atomic.int) == none or next(init.int) == none or next(atomic.byte)"
[step.do]
must = "next(count(v.byte for v in VAR) + init.next) < 2"
"""


def files(folder: Path, spec: str, model: str = COUNTER) -> str:
    """Write a counter and its spec, which lets it stand still at seven; return the model's path."""
    (folder / "counter.toml").write_text(model)
    (folder / "counter.spec.toml").write_text(f"{spec}\n{AT_SEVEN}")
    return str(folder / "counter.toml")
