"""The words for each kind of property: what it asks for, and the last sentences of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from twinrom.proofs import holds_at, holds_in, kinds, owed_since
from twinrom.statemachine import printable, terms

if TYPE_CHECKING:
    from twinrom.proofs import Property, Question
    from twinrom.statemachine import Conjunct, State, Trace


def asks(prop: Property) -> str:
    """Return the words between what `whenever` says and the goal."""
    match prop.kind:
        case kinds.InvariantKind():
            return "always"
        case kinds.StepKind():
            return "each step"
        case kinds.ResponseKind():
            return "the system itself leads to"
        case kinds.PossibleKind():
            return f"some run{_without(prop)} leads to"
        case kinds.ReadsKind():
            return "by the text of the rules"
        case _:
            assert_never(prop.kind)


def _without(prop: Property) -> str:
    """Return whose steps do not count on the way to the goal, in words."""
    return f" without {' or '.join(prop.without)}" if prop.without else ""


def for_ever(trace: Trace) -> str:
    """Return what happens after the last step of a run without end; empty for other runs."""
    last = len(trace.steps)
    if trace.loop is None:
        return ""
    if trace.loop == last:
        return "Then nothing happens by itself any more."
    first = trace.loop + 1
    again = f"step {last}" if first == last else f"steps {first} to {last}"
    return f"Then for ever: {again} again."


def wrong(question: Question, prop: Property, trace: Trace) -> str:
    """Return what is asked for, if that is said in words, and why it is not so, with the values."""
    said = _said(question, prop)
    return f"Wrong: {said} But {_why(question, prop, trace)}" if said else (
        f"Wrong: {_why(question, prop, trace)}")


def _said(question: Question, prop: Property) -> str:
    """Return what a property says, or its clause, or the chosen reading of its gap; or nothing."""
    if prop.says is not None:
        return _quoted(prop.says)
    clause = next((name for name in prop.clauses if name in question.spec.clauses), None)
    if clause is not None:
        return f"{clause} says {_quoted(question.spec.clauses[clause].says)}"
    gap = question.spec.gaps.get(prop.gap) if prop.gap is not None else None
    if gap is None or gap.chosen is None:
        return ""
    return f"the spec reads {prop.gap} so: {_quoted(gap.readings[gap.chosen].says)}"


def _quoted(text: str) -> str:
    told = printable(text)
    return f'"{told}"' if told.endswith((".", "!", "?")) else f'"{told}".'


def _why(question: Question, prop: Property, trace: Trace) -> str:
    match prop.kind:
        case kinds.InvariantKind() | kinds.StepKind():
            return _broken(question, prop, trace)
        case kinds.ResponseKind():
            return _never_reached(question, prop, trace)
        case kinds.PossibleKind():
            always = prop.whenever_text == "always"
            holds = "" if always else f"`{prop.whenever_text}` holds, and "
            run = f"no run{_without(prop)} leads on to"
            return f"{_when(len(trace.steps))} {holds}{run} {goal_words(prop)}."
        case kinds.ReadsKind():
            raise AssertionError("no run breaks a property of the text")
        case _:
            assert_never(prop.kind)


def _when(index: int) -> str:
    return f"after step {index}" if index else "at the start"


def goal_words(prop: Property) -> str:
    """Return what a property asks for, in backquotes."""
    return " and ".join(f"`{part.text}`" for part in prop.parts)


def _never_reached(question: Question, prop: Property, trace: Trace) -> str:
    """Say where the goal of a response is owed, and that it never comes."""
    since = owed_since(question, prop, trace) or 0
    if prop.whenever_text == "always":
        start = f"left to itself {_when(since)}"
    elif prop.stepwise:
        start = f"`{prop.whenever_text}` holds of step {since}; left to itself after it"
    else:
        start = f"{_when(since)} `{prop.whenever_text}` holds; left to itself from there"
    repeated = trace.states[trace.loop :] if trace.loop is not None else trace.states[-1:]
    entry = question.system.entry(trace.states[-1].tables)
    false = [p.term for p in prop.parts if not any(holds_in(p.term, s, entry) for s in repeated)]
    values = _values(question, prop, repeated[-2:], _steady(false, repeated))
    text = f"{start}, the system never reaches {goal_words(prop)}"
    return f"{text} ({values})." if values else f"{text}."


def _steady(read: list[terms.Term], states: tuple[State, ...]) -> list[terms.Term]:
    """Return the variables that the terms read and that no state of a loop changes."""
    return [
        leaf
        for leaf in terms.leaves(read)
        if leaf.operator == "variable" and len({s.values[leaf.value] for s in states}) == 1
    ]


def _broken(question: Question, prop: Property, trace: Trace) -> str:
    """Say which parts of an invariant or a step property are false."""
    entry, stepwise = question.system.entry(trace.states[-1].tables), prop.kind.goal_in_step

    def holds(part: Conjunct) -> bool:
        if stepwise:
            return holds_at(part.term, trace.states[-2], trace.steps[-1], trace.states[-1], entry)
        return holds_in(part.term, trace.states[-1], entry)

    broken = [part for part in prop.parts if not holds(part)]
    what = " and ".join(f"`{part.text}`" for part in broken)
    values = _values(question, prop, trace.states[-2:], [p.term for p in broken])
    where = f"step {len(trace.steps)} breaks it:" if stepwise else _when(len(trace.steps))
    text = f"{where} {what} is false"
    text += f" ({values})" if values else ""
    return text + (
        f", although `{prop.whenever_text}` holds." if prop.whenever_text != "always" else "."
    )


def _values(
    question: Question, prop: Property, states: tuple[State, ...], read: list[terms.Term]
) -> str:
    """Return what the terms read, in the last of the states, or before and after a last step."""
    found = {}
    variables = question.system.variables
    for leaf in sorted(terms.leaves(read), key=lambda t: (str(t.operator), str(t.value))):
        if leaf.operator not in ("variable", "after"):
            continue
        v = variables[leaf.value]
        at = -2 if prop.kind.goal_in_step and leaf.operator == "variable" else -1
        value = v.sort.text(states[at].values[v.index])
        name = f"next({v.name})" if leaf.operator == "after" else v.name
        found[name] = f"{name} is {value}" if v.machine else f"{name} = {value}"
    return ", ".join(found.values())
