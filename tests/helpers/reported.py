"""What the tests of the report share: pages about shipped and hostile models."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from twinrom.diagrams import Subject, cheap_faults, report_page
from twinrom.proofs import Options, check, request

if TYPE_CHECKING:
    from pathlib import Path

    from twinrom.proofs import Checked

NASTY = (
    "</script><script>alert('&amp;\"')</script><!--<img src=x onerror=alert(1)> "
    "\u2028 \u202e {{7*7}}"
)
IN_TOML = NASTY.replace("\\", "\\\\").replace('"', '\\"')
MODEL = f"""
title = "{IN_TOML}"
source = "{IN_TOML}"
[sort]
Count = "0..3"
[table.fits]
of = ["Count"]
[machine.Counter]
instances = ["constructor"]
states = ["toString", "stopped"]
vars = {{ value = "Count" }}
[init]
require = "constructor.value == 0"
[rule.valueOf]
by = "controller"
when = ["constructor.value < 3", "fits(3)"]
sets = "constructor.value = constructor.value + 1"
says = "{IN_TOML}"
[rule.stop]
by = "operator"
given = {{ hasOwnProperty = "Count" }}
moves = "constructor: toString -> stopped"
"""
SPEC = f"""
[clause."__proto__"]
page = "{IN_TOML}"
says = "{IN_TOML}"
because = "{IN_TOML}"
[clause."<b id=x> ' \\""]
says = "an id with everything in it"
kind = "assumption"
[invariant.low]
clause = ["__proto__", "<b id=x> ' \\""]
must = "constructor.value < 3"
says = "{IN_TOML}"
[response.comes_to_rest]
eventually = "constructor is stopped"
[gap."{IN_TOML}"]
asks = "{IN_TOML}"
readings = [{{ says = "{IN_TOML}", policy = "{IN_TOML}" }}]
because = "{IN_TOML}"
"""


@cache
def checked(*names: str, engines: tuple[str, ...] = ()) -> tuple[Checked, ...]:
    """Return what a check of some models says, made once."""
    return tuple(check([request(name) for name in names], Options(engines=engines)))


def page_about(names: tuple[str, ...], found: tuple[Checked, ...]) -> str:
    """Return the page about checks, each model named as on a command line."""
    subjects = [Subject(n, c, (), cheap_faults(c)) for n, c in zip(names, found, strict=True)]
    return report_page(subjects, "twinrom report " + " ".join(names), "0")


@cache
def page(*names: str) -> str:
    """Return the page about some models, made once."""
    return page_about(names, checked(*names))


def hostile(folder: Path) -> str:
    """Return the page about a model whose texts try to break out of it."""
    file = folder / "a 'quoted' & <b>.toml"
    file.write_text(MODEL, encoding="utf-8")
    spec = folder / "a 'quoted' & <b>.spec.toml"
    spec.write_text(SPEC, encoding="utf-8")
    return page_about((str(file),), checked(str(file)))
