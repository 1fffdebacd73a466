"""Vacuity in words: what is proved, and was never really asked, with what is missing for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinrom.diagrams.words.ending import goal_words
from twinrom.proofs import Vacuous

PRESENT = re.compile(r"(event\.\w+) == \1")  # that the step has the argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinrom.proofs import Checked, Property


def vacuity_lines(checked: Checked) -> Iterator[str]:
    """Yield a line for each property that nothing asks and for each part of one, and others.

    These are machines that no rule moves: what a property says of their other states asks nothing.
    """
    for one in checked.results:
        if isinstance(one.verdict, Vacuous) and one.failed:
            yield f"Never asked: {one.prop.name}, since there is {missing_words(one.prop)}"
        for number in one.unasked:
            text, condition = one.prop.parts[number].text, one.prop.antecedents[number]
            assert condition is not None  # noqa: S101 - it has none where it is always asked
            yield (f"Never asked of {one.prop.name}: `{text}`, since there is "
                   f"{_nowhere(one.prop, [condition.text])}")
    still = checked.question.system.unmoved
    if still:
        yield f"No rule moves {', '.join(still)}"


def missing_words(prop: Property) -> str:
    """Return what no run has, so that nothing puts a property to the test."""
    asked = [one.text for one in prop.antecedents if one is not None]
    if not prop.kind.safety:
        return _nowhere(prop, [], f"not {goal_words(prop)}")
    return _nowhere(prop, asked if len(asked) == len(prop.antecedents) else [])


def _nowhere(prop: Property, conditions: list[str], *more: str) -> str:
    """Return that `whenever`, one of the conditions and what is more hold nowhere together."""
    texts = dict.fromkeys(PRESENT.sub(r"\1", text) for text in conditions)
    where = [] if prop.whenever_text == "always" else [f"`{prop.whenever_text}`"]
    where += [" or ".join(f"`{text}`" for text in texts), *more] if texts else more
    return f"no {'step' if prop.stepwise else 'state'} with {' and '.join(where)}"
