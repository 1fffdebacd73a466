"""Named expressions, read from a file: each a name, its parameters and a formula."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from twinrom.statemachine.expression.formula import read_formula
from twinrom.statemachine.loading.notation import check_name
from twinrom.statemachine.model import Definition
from twinrom.statemachine.source.diagnostics import InputError, did_you_mean
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.places import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.source.places import Problems

HEAD = re.compile(r"\s*([^\s()]+)\s*(?:\(([^()]*)\))?\s*")


def defined_name(head: str) -> str:
    """Return the name that a key of `[define]` gives a meaning to, its parameters left out."""
    return head.partition("(")[0].strip()


def read_definitions(define: Mapping[str, str | int], place: Place,
                     problems: Problems) -> dict[str, Definition]:
    """Return the named expressions; a name may have parameters: `fits(v)`."""
    found: dict[str, Definition] = {}
    for head, text in define.items():
        at = place.at(head)
        definition = _read(head, str(text), at, problems)
        if definition is None:
            problems.broken.add(defined_name(head))
        elif definition.name in found:
            problems.add(at.problem(f"`{definition.name}` is defined twice",
                                    f"see {found[definition.name].body.place}", at_key=True))
        else:
            found[definition.name] = definition
    return found


def _read(head: str, text: str, at: Place, problems: Problems) -> Definition | None:
    body = read_formula(text, at, problems)
    match = HEAD.fullmatch(head)
    if not match:
        problems.add(at.problem(f"`{head}` cannot be defined", "write `name` or `name(a, b)`",
                                at_key=True))
        return None
    inner = match[2] or ""
    parameters = tuple(p.strip() for p in inner.split(",")) if inner.strip() else ()
    names = [check_name(name, at, problems) for name in (match[1], *parameters)]
    twice = [a for a, b in itertools.combinations(parameters, 2) if a == b]
    if twice:
        problems.add(at.problem(f"`{head}` has the parameter `{twice[0]}` twice", at_key=True))
    if not all(names) or twice or body is None:
        return None
    return Definition(match[1], parameters, body)


def replace_definitions(found: dict[str, Definition], texts: Mapping[str, str], place: Place,
                        problems: Problems) -> None:
    """Give definitions another body, from the command line; note what cannot have one."""
    for name, text in texts.items():
        if name not in found:
            if not problems.forgiven(name):
                problems.add(place.problem(f"`--define {name}`: no such definition",
                                           did_you_mean(name, found)))
            continue
        if found[name].parameters:
            problems.add(place.problem(f"`--define {name}`: it has parameters",
                                       "only a definition without any can be replaced"))
            continue
        try:
            given = Document("--define", f"{name} = {json.dumps(text, ensure_ascii=False)}\n")
        except InputError as error:
            problems.extend(error.problems)
            continue
        body = read_formula(text, Place((given,), (name,)), problems)
        if body is not None:
            found[name] = replace(found[name], body=body, replaced=True)
