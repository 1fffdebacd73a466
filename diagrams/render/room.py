"""Whether the address space of this process has room for what draws pictures."""

from __future__ import annotations

import resource
from pathlib import Path

NEEDED = 5 << 30  # the engine for WebAssembly reserves 4 GB for a program, and uses little of that
MEGABYTE = 1 << 20


class NoRoomError(MemoryError):
    """Memory is at its end, and how much is needed is known."""


def need_room() -> None:
    """Raise `NoRoomError` when a limit of the system leaves too little address space to draw.

    It is asked first: the engine does not always say it, but may end the whole process.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return
    left = limit - _used()
    if left < NEEDED:
        raise NoRoomError(
            f"drawing needs {NEEDED // MEGABYTE:,} MB of address space, and the limit of "
            f"{limit // MEGABYTE:,} MB (`ulimit -v`) leaves {max(0, left) // MEGABYTE:,} MB")


def _used() -> int:
    """Return the address space in use; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()
