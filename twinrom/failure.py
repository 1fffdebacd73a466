"""How the program ends: the one place that says what went wrong, and gives it an exit code.

0, 1 and 3 are what a verb found. What happens to it is none of these by accident: input that cannot
be used and output that cannot be written are 2, memory at its end is 3, an interrupt is 130, and
everything else, 70, is a bug.
"""

from __future__ import annotations

import errno
import io
import os
import shlex
import signal
import sys
import threading
import time
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

EXIT_INPUT, EXIT_UNDECIDED, EXIT_BUG, EXIT_INTERRUPTED = 2, 3, 70, 130
PATIENCE: Final = 3.0  # the seconds that an interrupted run has to end by itself
INTERRUPTED = "interrupted"
ENDING = (signal.SIGINT, signal.SIGTERM)
WIDTHS = ("COLUMNS", "LINES", "TERMINAL_WIDTH")  # what is no width is as if it were not set
MOST_DIGITS = 4
interrupts: list[int] = []  # the signals that came; the first one counts


class Output(io.TextIOWrapper):
    """Standard output or error. What cannot be written is `lost`, which says why; the run goes on.

    So what else was asked for, files above all, is written all the same.
    """

    lost = ""

    def write(self, text: str) -> int:
        """Write text; raises nothing when the system refuses."""
        self._unless_lost(lambda: super(Output, self).write(text))
        return len(text)

    def flush(self) -> None:
        """Write what was held back; raises nothing when the system refuses."""
        self._unless_lost(super().flush)

    def _unless_lost(self, write: Callable[[], object]) -> None:
        if self.lost:
            return
        try:
            write()
        except OSError as error:
            closed = error.errno in (errno.EPIPE, errno.EBADF)
            self.lost = "it is closed" if closed else (error.strerror or str(error)).lower()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # for what is still held back
            os.close(nowhere)


def prepare() -> None:
    """Make the process ready for whatever happens to its output, and for interrupts."""
    for name in WIDTHS:
        text = os.environ.get(name, "")
        if not (text.isascii() and text.isdecimal() and 0 < len(text.lstrip("0")) <= MOST_DIGITS):
            os.environ.pop(name, None)
    while (lowest := os.open(os.devnull, os.O_RDONLY)) <= 2:  # noqa: PLR2004 - those were closed
        pass
    os.close(lowest)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - while we live
    if sys.stderr is None:  # nobody wants to hear it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:  # every word is lost
        sys.stdout = Output(io.FileIO(1, "w", closefd=False), encoding="utf-8")
    sys.stdout, sys.stderr = map(_patient, (sys.stdout, sys.stderr))
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in ENDING:
            signal.signal(number, _interrupt)
        sys.unraisablehook = _unraisable
        with suppress(RuntimeError):  # where no thread can be had, it is on its own
            threading.Thread(target=_end_soon, args=(reader,), daemon=True).start()


def _patient(stream: Any) -> Any:
    """Return a stream of the process as `Output`, which has `?` for a character that it lacks."""
    if stream not in (sys.__stdout__, sys.__stderr__) or isinstance(stream, Output):
        return stream
    lenient = "replace" if stream.errors in ("strict", "surrogateescape") else stream.errors
    buffer, at_once = stream.buffer, stream.line_buffering
    if isinstance(buffer, io.RawIOBase):  # `-u`; it drops what a pipe does not take at once
        buffer, at_once = io.BufferedWriter(buffer), True
    return Output(buffer, stream.encoding, lenient, "\n", at_once)


def _interrupt(number: int, _: object) -> None:
    interrupts.append(number)
    if len(interrupts) == 1:
        raise KeyboardInterrupt


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Say nothing of what an interrupt broke where nothing can be raised; see `_end_soon`."""
    if not interrupts:  # what an interrupt leaves half made cannot be taken down in order
        sys.__unraisablehook__(what)


def _end_soon(reader: int) -> None:
    """End an interrupted run that does not end: a library is at work, or has swallowed it."""
    while os.read(reader, 1)[0] not in ENDING:
        pass
    time.sleep(PATIENCE)
    with suppress(OSError):
        os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(EXIT_INTERRUPTED)


def guarded(run: Callable[[], None]) -> int:
    """Run the command line; turn what can go wrong into one clear message and an exit code."""
    code, message = 0, ""
    try:
        run()
    except BaseException as error:  # noqa: BLE001 - nobody above knows better
        code, message = _told(error)
    # The frames are gone, and what they held: where memory was at its end, there is some again.
    if interrupts:
        code, message = EXIT_INTERRUPTED, INTERRUPTED
    for name, stream in (("output", sys.stdout), ("error", sys.stderr)):
        stream.flush()
        lost = getattr(stream, "lost", "")
        if lost and code not in (EXIT_BUG, EXIT_INTERRUPTED):
            code, message = EXIT_INPUT, message or f"standard {name}: cannot be written: {lost}"
    if message:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    return code


def _told(error: BaseException) -> tuple[int, str]:
    """Return the exit code of what ended a run, and what there is to say."""
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED, INTERRUPTED
    if isinstance(error, SystemExit):
        chosen = getattr(error.__context__, "exit_code", None)  # by a verb, or for a wrong word
        if chosen is not None or not error.code:
            return chosen or 0, ""
        error = getattr(error.__context__, "__cause__", None) or error.__context__ or error
    if isinstance(error, _public("twinrom.proofs", "UnfinishedError", ())):
        return EXIT_UNDECIDED, str(error)
    if isinstance(error, _public("twinrom.statemachine", "InputError", ())):
        return EXIT_INPUT, str(error)
    if _public("twinrom.proofs", "out_of_memory", _is_memory_error)(error):
        known = str(error) if isinstance(error, MemoryError) and _is_ours(error) else ""
        why = known or "what is not printed above is unknown"
        return EXIT_UNDECIDED, f"twinrom: out of memory: {why}"
    return EXIT_BUG, _bug(error)


def _public(package: str, name: str, otherwise: Any) -> Any:
    """Return a public thing of a package, without importing that for `--help`."""
    return getattr(sys.modules.get(package), name, otherwise)


def _is_memory_error(error: BaseException) -> bool:
    return isinstance(error, MemoryError)


def _bug(error: BaseException) -> str:
    """Return what to say of a bug of ours; its traceback goes to a file, or before that text."""
    import traceback

    words = sys.argv[1:]
    made_for = f"twinrom {_version()}, Python {sys.version.split()[0]}, {sys.platform}"
    asked = shlex.join(["twinrom", *words])
    story = f"{made_for}\n{asked}\n\n{''.join(traceback.format_exception(error))}"
    where = "" if "--debug" in takewhile(_is_option, words) else _kept(story)
    if not where:
        sys.stderr.write(story)
        where = "above"
    what = str(error) if _is_ours(error) else f"{type(error).__name__}: {error}"
    return _printable(
        f"twinrom: {what}\nthis is a bug ({made_for}): please report it with the files, the "
        f"command `{asked}` and the traceback {where}"
    )


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.startswith("twinrom.")


def _is_option(word: str) -> bool:
    return word.startswith("-")


def _kept(story: str) -> str:
    """Write a traceback into a file of its own, and return where it is; empty if it cannot be."""
    import tempfile

    try:
        number, name = tempfile.mkstemp(prefix="twinrom-", suffix=".txt")
        with open(number, "w", encoding="utf-8", errors="replace") as file:
            file.write(story)
    except OSError:
        return ""
    return f"in {name} (or run `twinrom --debug ...`)"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("twinrom")
    except PackageNotFoundError:
        return "(not installed)"


def _printable(text: str) -> str:
    """Return text that does not drive the terminal, whatever the names of files are."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
