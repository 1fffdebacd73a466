"""Symmetry: templates whose machines are interchangeable, as far as the texts show.

Renaming the machines of such a template is an automorphism of the transition system that keeps
every property: C. N. Ip and D. L. Dill, "Better verification through symmetry" (1996).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from twinrom.statemachine import Place, Problems, read_formulas, syntax

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Model, Template

WORD = re.compile(r"\w+")
FREE = frozenset(
    {"title", "source", "says", "because", "page", "at", "atomic", "include", "instances"})
APART = frozenset({"init", "run", "clause", "gap", "mutant"})  # what says nothing of a step


def symmetric(model: Model, spec: Spec) -> tuple[str, ...]:
    """Return the templates that no text names by machine outside `[init]`, and that there alike.

    The answer is safe: a template that is left out may be symmetric all the same.
    """
    named = {word for data in (model.written, spec.place.value) for word in _words(data)}
    for rule in model.rules.values():  # a mutant has conditions that no file has
        named |= {word for formula in rule.when for word in WORD.findall(str(formula))}
    return tuple(t.name for t in model.templates.values()
                 if len(t.instances) > 1 and not any("." in m for m in t.instances)
                 and not named & set(t.instances) and _alike(model, t))


def _words(data: Any) -> Iterator[str]:
    """Yield the words of every string in a file that is no free text, with the names among them."""
    sections = data if isinstance(data, dict) else {}
    for key, value in sections.items():
        if key not in APART:
            yield from _inside(key, value)


def _inside(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from () if key in FREE else WORD.findall(value)
    elif isinstance(value, dict):
        for inner, part in value.items():
            yield from _inside(inner, part)
    elif isinstance(value, list):
        for part in value:
            yield from _inside(key, part)


def _alike(model: Model, template: Template) -> bool:
    """Say whether the start and the parts stay the same when two neighbours change names."""
    start = frozenset(_conjuncts(str(formula) for formula in model.init))
    parts = {name: t.name for name, t in model.machines.items()}
    used = {word for text in start for word in WORD.findall(text)}
    for a, b in pairwise(template.instances):
        swapped = {a: b, b: a}
        if {renamed(name, swapped): kind for name, kind in parts.items()} != parts:
            return False
        if used & {a, b} and frozenset(
                _conjuncts(renamed(text, swapped) for text in start)) != start:
            return False
    return True


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text in which machines have other names, or each other's."""
    return WORD.sub(lambda found: names.get(found[0], found[0]), text)


def _conjuncts(texts: Iterable[str]) -> Iterator[str]:
    """Yield what holds at the start, each part for itself."""
    formulas = read_formulas(list(texts), Place(()), Problems())
    return (str(part) for formula in formulas for part in syntax.conjuncts(formula.expr))
