"""How much memory a process may use: what `--memory` says, else a share of the machine's.

It is the process that has memory, so the limit is one of the process, as a limit of the system is.
Searches ask whether they are `over` it and stop as at any other limit; whoever supervises a process
ends one that is not asked, such as a solver.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
SIZE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)([KMGT])B?", re.IGNORECASE)
SHARE = 3, 4
OWN_GROUPS = Path("/proc/self/cgroup")
CONTROL_GROUPS = (
    ("memory", Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    ("", Path("/sys/fs/cgroup"), "memory.max"),
)


def size_of(text: str) -> int | None:
    """Return the bytes that `500M` or `2G` spells; None where it spells none."""
    found = SIZE.fullmatch(text.strip())
    if found is None:
        return None
    return int(float(found[1]) * UNITS[found[2].upper()]) or None


def size_words(size: int) -> str:
    """Return a size as people say it: `2 GB`."""
    unit, name = next(((u, n) for n, u in reversed(UNITS.items()) if size >= u), (1, ""))
    return f"{size / unit:.4g} {name}B"


def share(processes: int = 1) -> int:
    """Return what each of so many processes may use by itself: three quarters of what there is."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    part, whole = SHARE
    return min([pages, *_groups()]) * part // whole // max(1, processes)


def _groups() -> list[int]:
    """Return the limits of the control groups that this process is in."""
    found = []
    for line in _text(OWN_GROUPS).splitlines():
        _, kinds, name = line.split(":", 2)
        for kind, root, file in CONTROL_GROUPS:
            if kind not in kinds.split(","):
                continue
            own = root / name.lstrip("/")
            inside = [own, *own.parents]
            limits = (_text(folder / file).strip() for folder in inside if folder >= root)
            found += [int(limit) for limit in limits if limit.isdecimal()]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def resident(process: int | str = "self") -> int:
    """Return how many bytes a process has in memory; 0 where the system does not say."""
    fields = _text(Path(f"/proc/{process}/statm")).split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if len(fields) > 1 else 0


class Allowance:
    """What this process may use; without a size, its share of the machine's memory."""

    def __init__(self) -> None:
        self.size = 0

    def limit(self, size: int | None) -> None:
        """Say how many bytes it may use."""
        self.size = size or share()

    def over(self, more: int = 0) -> str | None:
        """Return why a search stops, if it has too much, or would have with `more` bytes."""
        if not self.size:
            self.limit(None)
        return stopped_at(self.size) if resident() + more > self.size else None


def stopped_at(size: int) -> str:
    """Return the words for a stop at so many bytes."""
    return f"stopped at {size_words(size)} of memory"


ALLOWANCE = Allowance()
