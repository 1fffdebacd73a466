"""The fleet written once more, by hand and in plain Python: it shares no line with the engines.

What the policy and the observers of its spec say stands here as a reader of the two files would
write it down. Counted are pairs of a state and a choice of which revisions are bad, as the search
counts them.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD, NEW = 1, 2


class Server(NamedTuple):
    """One server, what the console knows of it, and what has happened to it; a ROM is 0 or 1."""

    power: str
    active: int | None
    primary: int
    requested: int | None
    valid: tuple[bool, bool]
    version: tuple[int, int]
    writing: bool
    supported: bool
    record: str
    hit: bool
    taken: bool
    under_way: bool

    def written(self, rom: int, version: int) -> Server:
        """Return it while one of its ROMs is being written."""
        versions = (version, self.version[1]) if rom == 0 else (self.version[0], version)
        return self.with_rom(rom, valid=False)._replace(writing=True, version=versions)

    def with_rom(self, rom: int, *, valid: bool) -> Server:
        """Return it with one of its images valid or not."""
        return self._replace(valid=(valid, self.valid[1]) if rom == 0 else (self.valid[0], valid))


class Fleet(NamedTuple):
    """All servers, and the console: what it does, and whom its last order or message is about."""

    servers: tuple[Server, ...]
    console: str
    target: int | None


class ByHand:
    """The fleet of `size` servers, `k` at a time, where the revisions in `bad` are bad."""

    def __init__(self, size: int, k: int, bad: frozenset[int]) -> None:
        self.size, self.k, self.bad = size, k, bad

    def starts(self) -> Iterator[Fleet]:
        """Yield the states in which it can start."""
        kinds = [(v, s) for v in (OLD, NEW) if v not in self.bad for s in (True, False)]
        for chosen in product(kinds, repeat=self.size):
            yield Fleet(tuple(
                Server(power="running", active=0, primary=0, requested=None, valid=(True, True),
                       version=(v, v), writing=False, supported=s,
                       record="to_do" if s else "left_out",
                       hit=False, taken=False, under_way=False)
                for v, s in chosen), "rolling", None)

    def runs(self, s: Server) -> int | None:
        """Return the revision that a server runs."""
        return None if s.active is None else s.version[s.active]

    def sick(self, s: Server) -> bool:
        """Say whether it is up and its revision is bad."""
        return s.power == "running" and self.runs(s) in self.bad

    def available(self, s: Server) -> bool:
        """Say whether it serves, is well, and has nothing to come."""
        return (s.power == "running" and not s.writing and not self.sick(s)
                and s.requested is None and s.record != "in_work")

    def came_back(self, s: Server) -> bool:
        """Say whether it is up, and neither a flash nor a restart is under way."""
        return s.power == "running" and not s.writing and s.requested is None

    def steps(self, fleet: Fleet) -> Iterator[Fleet]:
        """Yield the state after each step that can happen, one by one."""
        down = sum(not self.available(s) for s in fleet.servers)
        for i, s in enumerate(fleet.servers):
            for fault, new in self.alone(s):
                yield self.after(fleet, i, new, fault=fault)
            yield from self.console_steps(fleet, i, s, down)
        if fleet.console == "rolling" and all(
                s.record not in {"to_do", "in_work"} for s in fleet.servers):
            yield fleet._replace(console="finished")
        if fleet.console == "stopped" and all(
                self.available(s) for s in fleet.servers if s.record == "failed"):
            yield fleet._replace(console="rolling", target=None)

    def alone(self, s: Server) -> Iterator[tuple[bool, Server]]:
        """Yield what a server does, or suffers, whatever the console knows: a fault, or none."""
        if s.power == "off":
            tried = s.primary if s.requested is None else s.requested
            image = tried if s.valid[tried] else 1 - tried
            up = "running" if s.valid[image] else "recovery"
            yield False, s._replace(power=up, requested=None, **(
                {"active": image, "primary": image} if up == "running" else {}))
        elif not s.writing:
            yield True, s._replace(power="off", active=None)
            if s.requested is not None:
                yield False, s._replace(power="off", active=None)
        if s.writing:
            target = 0 if s.active == 1 else 1
            yield False, s.with_rom(target, valid=True)._replace(writing=False, requested=target)
        if not s.hit:
            for rom in (0, 1):
                if s.valid[rom]:
                    yield True, s.with_rom(rom, valid=False)._replace(hit=True)
            if s.writing:
                yield True, s._replace(power="off", active=None, writing=False, hit=True)
        if s.record == "failed" and self.sick(s) and not s.writing:
            yield False, s._replace(requested=1 - s.primary)

    def console_steps(self, fleet: Fleet, i: int, s: Server, down: int) -> Iterator[Fleet]:
        """Yield what the console does with one server."""
        rolling, is_new = fleet.console == "rolling", self.runs(s) == NEW
        if rolling and s.record == "to_do" and self.available(s):
            if is_new:
                yield self.after(fleet, i, s._replace(record="done"))
            elif down < self.k and s.supported:
                new = s.written(0 if s.active == 1 else 1, NEW)._replace(record="in_work")
                yield self.after(fleet, i, new)._replace(target=i)
        failed = s._replace(record="failed")
        if s.record == "in_work" and self.came_back(s) and is_new and not self.sick(s):
            yield self.after(fleet, i, s._replace(record="done"))._replace(
                target=None if fleet.target == i else fleet.target)
        elif s.record == "in_work" and (self.came_back(s) or s.power == "recovery"):
            yield self.after(fleet, i, failed)._replace(console="stopped", target=i)
        if (rolling and s.record in {"to_do", "done", "failed"} and self.came_back(s)
                and self.sick(s)):
            yield self.after(fleet, i, failed)._replace(console="stopped", target=i)

    def after(self, fleet: Fleet, i: int, new: Server, *, fault: bool = False) -> Fleet:
        """Return the fleet with one server as it is now, and what the observers have seen."""
        old = fleet.servers[i]
        begins = new.writing and not old.writing
        comes_up = new.power == "running" and old.power != "running"
        left = old.power == "running" and new.power != "running" and not self.sick(old)
        taken = (old.taken or begins or (left and not fault)) and not (
            comes_up and not self.sick(new))
        new = new._replace(taken=taken, under_way=(old.under_way or begins) and not comes_up)
        return fleet._replace(servers=(*fleet.servers[:i], new, *fleet.servers[i + 1:]))


def counted(size: int, k: int = 1) -> tuple[int, int, int]:
    """Return how many pairs and steps between them there are, and how long the longest run is.

    That is the longest of the shortest runs to a pair.
    """
    states = steps = longest = 0
    for bad in (frozenset[int](), frozenset({OLD}), frozenset({NEW})):
        fleet = ByHand(size, k, bad)
        seen = set(fleet.starts())
        states, layer, depth = states + len(seen), list(seen), 0
        while layer:
            longest, depth, following = max(longest, depth), depth + 1, []
            for state in layer:
                for new in fleet.steps(state):
                    steps += 1
                    if new not in seen:
                        seen.add(new)
                        following.append(new)
            states, layer = states + len(following), following
    return states, steps, longest
