"""Fault numbers in words: what a property survives, and the smallest combinations that break it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.diagrams.words.text import steps

if TYPE_CHECKING:
    from twinrom.proofs import Checked, Cut, FaultNumber

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def praise(checked: Checked | None) -> str:
    """Return what to say of an unsafe policy, whatever it survives; empty for another one."""
    unsafe = checked is not None and checked.standing == "unsafe"
    return "The policy is unsafe, whatever it survives." if unsafe else ""


def survives_words(number: FaultNumber) -> tuple[str, str]:
    """Return what a property survives, in few words, and their style."""
    match number.survives:
        case None:
            return "any number", "green"
        case -1:
            return ("not even none" if number.cuts else "unknown"), "bold red"
        case survived if not number.cuts:
            return f"at least {survived}", "magenta"
        case survived:
            return str(survived), "yellow" if survived else "bold red"


def fatal_words(number: FaultNumber) -> str:
    """Return how many faults are fatal, and in how many ways."""
    if not number.cuts:
        return "-"
    ways, size = len(number.cuts), len(number.cuts[0].faults)
    return f"{size}, in {ways} way{'s' if ways > 1 else ''}"


def sentence(number: FaultNumber) -> str:
    """Say how many faults are survived and how many are fatal, in one sentence."""
    survives, name = number.survives, number.prop.name
    if survives is None:
        return f"{name} survives any number of faults."
    if not number.cuts:
        known = "" if survives < 0 else f"survives {_any(survives)}, and "
        return f"{name} {known}is not decided beyond that: {number.stopped}."
    if survives < 0:
        return f"{name} is broken without any fault."
    fatal = survives + 1
    are = "is" if fatal == 1 else "are"
    ways = f"these {len(number.cuts)} ways" if len(number.cuts) > 1 else "this way"
    known = f"survives {_any(survives)}" if survives else "does not survive every single fault"
    also = f" ({number.stopped})" if number.stopped else ""
    return f"{name} {known}; {_word(fatal)} {are} fatal in {ways}{also}."


def _any(number: int) -> str:
    return f"any {_word(number)} fault{'s' if number > 1 else ''}" if number else "no fault at all"


def _word(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def cut_words(cut: Cut) -> str:
    """Return a combination of faults: `power_loss twice and corruption[this=A], after 3 steps`."""
    often = {name: cut.faults.count(name) for name in cut.faults}
    times = {1: "", 2: " twice"}
    words = [name + times.get(n, f" {_word(n)} times") for name, n in often.items()]
    return f"{' and '.join(words) or 'no fault'}, after {steps(len(cut.trace.steps))}"
