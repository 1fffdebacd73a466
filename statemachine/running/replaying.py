"""Sessions from files: a script of events, or a trace that is run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.statemachine.running.runtime import ReplayError, replay
from twinrom.statemachine.running.script import read_script
from twinrom.statemachine.running.session import Session
from twinrom.statemachine.running.trace import read_trace
from twinrom.statemachine.source.diagnostics import InputError
from twinrom.statemachine.source.files import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.statemachine.system import TransitionSystem


MAX_BYTES = 50_000_000


def start_session(system: TransitionSystem, settings: Mapping[str, str]) -> Session:
    """Return a session in the first initial state that has these values."""
    return Session(system, settings)


def run_script(system: TransitionSystem, path: str) -> Session:
    """Return a session after all events of a script, or of an ITF trace (a file of JSON).

    Raises `InputError` at the first event that cannot happen, and says why.
    """
    text = read_text(path, MAX_BYTES)
    if not text.lstrip().startswith("{"):
        script = read_script(text, path)
        session = Session(system, script)
        session.play(script)
        return session
    trace = read_trace(system, path)
    try:
        states = replay(system, trace.states[0], trace.steps)
    except ReplayError as error:
        raise InputError.whole_file(path, f"is not a run of the model: {error}") from None
    for number, (run, told) in enumerate(zip(states, trace.states, strict=True)):
        if run != told:
            raise InputError.whole_file(
                path, f"is not a run of the model: state {number} is another one",
                f"the model comes to {system.text(run.values)}")
    return Session.resumed(system, trace)
