"""Small random models and specs: well-formed text that uses every part of the language."""

from __future__ import annotations

import random

SORTS = {
    "Level": ("0..2", "-1..1", "1..3", "5..8"),
    "Colour": ('["red", "green"]', '["red", "green", "blue"]'),
}
# seeds whose state space the plain way can close in a moment
SMALL = (0, 6, 8, 9, 10, 11, 13, 18, 20, 24, 25, 27, 29, 30, 31, 33, 34, 35, 36, 38, 39, 40, 43, 44,
         45, 46, 49, 50, 54, 56, 57, 58, 60, 61, 62, 65, 66, 69, 74, 76)  # fmt: skip


class Maker:
    """Makes one model and one spec from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.level = self.chance.choice(SORTS["Level"])
        self.colour = self.chance.choice(SORTS["Colour"])
        low, high = map(int, self.level.split(".."))
        self.levels = [str(i) for i in range(low, high + 1)]
        self.colours = ["red", "green", "blue"][: self.colour.count('"') // 2]
        self.free_table = self.chance.random() < 0.6

    def pick(self, *options: str) -> str:
        return self.chance.choice(options)

    def number(self, depth: int, names: list[str]) -> str:
        """Return an expression of sort Level that never leaves it."""
        if depth == 0 or self.chance.random() < 0.3:
            return self.pick(*self.levels, *[f"{n}.level" for n in names])
        a, b = self.number(depth - 1, names), self.number(depth - 1, names)
        return self.pick(
            f"min({a}, {b})", f"max({a}, {b})", f"({a} if {self.truth(depth - 1, names)} else {b})"
        )

    def colour_of(self, names: list[str]) -> str:
        return self.pick(*self.colours, *[f"{n}.colour" for n in names])

    def truth(self, depth: int, names: list[str]) -> str:
        if depth == 0:
            n = self.chance.choice(names)
            return self.pick(
                f"{n}.flag", f"{n} is on", f"{n} is not off", f"{n} in (on, broken)",
                f"{n}.peer == none",
                f"{n}.peer == A", f"{n}.colour == {self.chance.choice(self.colours)}", "True",
                f"{n}.level in ({self.levels[0]}, {self.levels[-1]})", f"part.level == {n}.level",
            )  # fmt: skip
        a, b = self.truth(depth - 1, names), self.truth(depth - 1, names)
        x, y = self.number(depth - 1, names), self.number(depth - 1, names)
        n = self.chance.choice(names)
        return self.pick(
            f"({a} and {b})", f"({a} or {b})", f"not {a}",
            f"{x} {self.pick('<', '<=', '==', '!=', '>')} {n}.level",
            f"{n}.level + 1 > {y}", f"{n}.level - {y} <= 0" if y.lstrip("-").isdigit() else a,
            f"all({self.pick('b.flag', 'b is on', 'b.level <= b.level')} for b in Box)",
            f"any(b == {n}.peer and b is on for b in Box)",
            f"count(b is off for b in (A, B) if b.flag) {self.pick('<', '>=')} 1",
            f"fits({n}.level, {self.colour_of(names)})", f"same({n}.level)",
            f"({a} if {b} else {n}.flag)",
        )  # fmt: skip

    def rule(self, number: int) -> str:
        single = self.chance.random() < 0.4
        names = ["A", "B"] if single else ["this", "other"]
        lines = [
            f"[rule.r{number}]",
            f'by = "{self.pick("operator", "host", "controller", "fault")}"',
        ]
        if not single:
            lines.append('each = { this = ["A", "B"], other = ["B", "A"] }')
        given = self.chance.random() < 0.5
        if given:
            lines.append('given = { l = "Level", c = "Colour", p = "bool" }')
        n = names[0]
        states = ["on", "off", "broken"]
        form = self.chance.random()
        if form < 0.5:
            lines.append(
                f'moves = ["{n}: {self.pick("on", "off, on", "*", "broken")} -> '
                f'{self.chance.choice(states)}"]'
            )
        elif form < 0.7:
            lines.append(
                f'also = ["Box: {self.pick("on", "off, broken")} -> {self.chance.choice(states)}"]'
            )
        guard = self.truth(2, names)
        if given:
            guard += self.pick(
                " and l in (" + self.levels[0] + ",)",
                " and (p or fits(l, c))",
                " and not p and l == part.level",
            )
        lines.append(f'when = ["{guard}"]')
        sets = [
            self.pick(f"{n}.flag = not {n}.flag", f"{n}.flag = {self.truth(1, names)}"),
            f"{n}.level = {'l' if given else self.number(1, names)}",
        ]
        if self.chance.random() < 0.4:
            sets.append(f"{n}.peer = {self.pick('none', 'A', 'B', f'{n}.peer')}")
        if self.chance.random() < 0.4:
            sets.append(f"part.level = {self.number(1, names)}")
        if self.chance.random() < 0.3:
            sets.append(f"{n}.colour = {'c' if given else self.colour_of(names)}")
        chosen = self.chance.sample(sets, self.chance.randint(1, len(sets)))
        lines.append("sets = [" + ", ".join(f'"{s}"' for s in chosen) + "]")
        return "\n".join(lines)

    def boxes(self) -> str:
        """Return the sorts, a table and the beginning of the boxes of models with more words."""
        return f"""
[sort]
Level = "{self.level}"
Colour = {self.colour}
[table.fits]
of = ["Level", "Colour"]
allow = [[{self.levels[0]}, "red"]]
[machine.Box]
instances = ["A", "B"]
states = ["on", "off", "broken"]
"""

    def model(self) -> str:
        row = '[[1, "red"]]' if "1" in self.levels else f'[[{self.levels[0]}, "red"]]'
        allow = (
            ""
            if self.free_table and len(self.levels) * len(self.colours) <= 6
            else f"allow = {row}"
        )
        rules = self.rules = "\n\n".join(self.rule(i) for i in range(self.chance.randint(1, 4)))
        pins = [
            "part is whole",
            "A.level == B.level",
            "A.flag",
            "not B.flag",
            "B.peer == none",
            "A.peer != A",
            "A.colour == red",
            "B.colour == red",
            f"part.level == {self.levels[0]}",
            "A is off or B is off",
        ]
        return f"""
[sort]
Level = "{self.level}"
Colour = {self.colour}
[table.fits]
of = ["Level", "Colour"]
{allow}
[machine.Box]
instances = ["A", "B"]
states = ["on", "off", "broken"]
initial = ["on", "off"]
vars = {{ level = "Level", flag = "bool", colour = "Colour", peer = "Box?" }}
[machine.Part]
instances = ["part"]
states = ["whole", "torn"]
vars = {{ level = "Level" }}
[init]
require = [{", ".join(f'"{p}"' for p in self.chance.sample(pins, 8))}]
[define]
"same(l)" = "A.level == l and B.level == l"

{rules}
"""

    def spec(self) -> str:
        found = ["[budget]\nfault = 1" if self.chance.random() < 0.5 else ""]
        found.append(
            '[observer.seen]\nsort = "0..2"\ninitial = "0"\n'
            'update = "min(seen + 1, 2) if event.by == host or next(A) is broken else seen"'
        )
        for i in range(3):
            found.append(  # noqa: PERF401 - reads better
                f'[invariant.i{i}]\nwhenever = "{self.truth(1, ["A", "B"])}"\n'
                f'must = "{self.truth(2, ["A", "B"])} or seen < {i}"'
            )
        for i in range(3):
            whenever = self.pick(
                "event is r0",
                "event.by == host",
                "event in (r0, r1)" if "r1]" in self.rules else "event is r0",
                "event.this == A" if "each" in self.rules else "event is not r0",
                self.truth(1, ["A", "B"]),
            )
            must = f"next({self.truth(1, ['A', 'B'])}) or {self.truth(1, ['A', 'B'])}"
            found.append(f'[step.s{i}]\nwhenever = "{whenever}"\nmust = "{must}"')
        for i in range(4):
            whenever = self.pick(
                "event.by == controller", f"next({self.truth(1, ['A', 'B'])})",
                *[self.truth(1, ["A", "B"]) for _ in range(3)],
            )  # fmt: skip
            goal = self.truth(self.chance.randint(0, 2), ["A", "B"])
            found.append(f'[response.r{i}]\nwhenever = "{whenever}"\neventually = "{goal}"')
            whenever, goal = self.truth(1, ["A", "B"]), self.truth(1, ["A", "B"])
            found.append(f'[possible.p{i}]\nwhenever = "{whenever}"\ncan = "{goal}"')
        return "\n\n".join(found)


class PowerMaker(Maker):
    """Makes models in which power fails: torn values and states, several writes, parts, scopes."""

    def rule(self, number: int) -> str:
        names = ["A", "B"]
        single = self.chance.random() < 0.4
        lines = [f"[rule.r{number}]", f'by = "{self.pick("operator", "controller")}"']
        if not single:
            names = ["this", "other"]
            lines.append('each = { this = ["A", "B"], other = ["B", "A"] }')
        given = self.chance.random() < 0.4
        if given:
            lines.append('given = { l = "Level", p = "bool" }')
        n = names[0]
        lines.append(f'when = "{self.truth(1, names)}{" and l == part.level" if given else ""}"')
        cell = f"{n}.cell"
        value = "l" if given else self.number(1, names)
        writes = [
            f'"{n}.level = {value}"', f'"{n}.flag = {self.truth(1, names)}"',
            f'"part.level = {self.number(1, names)}"', f'"{n}: on -> off"',
            f'["{cell}: {self.pick("good", "bad", "good, bad")} -> bad", "{cell}.level = {value}"]',
            f'["{cell}: bad -> good", "{cell}.level = {self.number(0, names)}"]',
            f'["{n}.colour = {self.colour_of(names)}", "part.level = {value}"]',
            f'"{cell}.level = {self.number(0, names)}"', '"Box.flag = not A.flag"',
        ]  # fmt: skip
        chosen = self.chance.sample(writes, self.chance.randint(1, 3))
        if len({w for w in chosen if ": " in w and cell in w}) > 1:
            chosen = chosen[:1]
        if self.chance.random() < 0.75:
            lines.append(f"writes = [{', '.join(chosen)}]")
            if not any(f"{n}.peer" in w for w in chosen) and self.chance.random() < 0.5:
                lines.append(f'sets = "{n}.peer = {self.pick("none", "A", "B")}"')
        else:
            alone = self.pick(
                f'sets = ["part.level = {value}", "{n}.peer = A"]',
                f'sets = "{n}.flag = not {n}.flag"',
                f'moves = "{cell}: good -> bad"\nsets = "{cell}.level = {value}"',
                f'also = "{cell}: bad -> good"',
            )
            lines.append(alone)
        return "\n".join(lines)

    def faults(self) -> str:
        found = []
        power = self.pick('"off"', '["A", "part"]', '["this"]', '"off"')
        lines = ["[rule.power_loss]", 'by = "fault"', f"power = {power}"]
        if "this" in power:
            lines.append('each = { this = ["A", "B"] }')
        if self.chance.random() < 0.5:
            lines.append(f'when = "{self.truth(1, ["A", "B"])}"')
        if self.chance.random() < 0.3:
            lines.append(f'also = "B: {self.pick("on", "off, on", "broken")} -> broken"')
        found.append("\n".join(lines))
        if self.chance.random() < 0.5:
            found.append('[rule.panic]\nby = "fault"\ncuts = true\ngiven = { l = "Level" }\n'
                         'moves = "B: on -> broken"\nsets = "part.level = l"')
        return "\n\n".join(found)

    def model(self) -> str:
        low = self.levels[0]
        kept = self.chance.sample(["level", "flag", "colour", "state"], self.chance.randint(1, 4))
        torn = self.chance.random() < 0.5
        rules = [self.rule(i) for i in range(self.chance.randint(1, 3))]
        self.rules = "\n\n".join([*rules, self.faults()])
        off = self.pick("off", "on -> off", "on, broken -> off")
        level = f'{{ sort = "Level", unpowered = "{low}"{self.torn(torn, self.levels[-1])} }}'
        whole = f'{{ sort = "Level"{self.torn(not torn, self.levels[-1])}, initial = "{low}" }}'
        return self.boxes() + f"""unpowered = "{off}"
persistent = {str(kept).replace("'", '"')}
[machine.Box.vars]
level = {level}
flag = {{ sort = "bool", unpowered = "False", initial = "this == A" }}
colour = {{ sort = "Colour", initial = "red" }}
peer = {{ sort = "Box?", initial = "none" }}
[machine.Cell]
instances = ["A.cell", "B.cell"]
states = ["good", "bad"]
torn = "bad"
persistent = true
vars = {{ level = {{ sort = "Level", initial = "{low}"{self.torn(torn, low)} }} }}
[machine.Part]
instances = ["part"]
persistent = true
vars = {{ level = {whole} }}
[init]
require = ["A.level == B.level", "A.level == {low}"]
[define]
"same(l)" = "A.level == l and B.level == l"

{self.rules}
"""

    @staticmethod
    def torn(wanted: bool, value: str) -> str:  # noqa: FBT001 - read at the call
        return f', torn = "{value}"' if wanted else ""

    def spec(self) -> str:
        return super().spec().replace("event.by == host", "event.torn").replace(
            "event.by == controller", "event.during == r0 and event.written >= 0")


class WrapMaker(Maker):
    """Makes models whose numbers wrap: sums, remainders, and what comes later going round."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.level += " wraps"

    def model(self) -> str:
        low = self.levels[0]  # fewer starts, so that the plain way can close the space
        return super().model().replace("require = [", f"""require = [
    "A.level == {low} and B.level == {low}", "A.colour == red and B.colour == red",
    "A.peer != A and B.peer == none", """)

    def number(self, depth: int, names: list[str]) -> str:
        inner = super().number(depth, names)
        if depth == 0 or self.chance.random() < 0.3:
            return inner
        other = f"{self.chance.choice(names)}.level"  # a sum of literals has no sort
        return self.pick(f"({inner} + {other})", f"({other} - {inner})", f"({other} + 2)")

    def truth(self, depth: int, names: list[str]) -> str:
        if depth == 0 or self.chance.random() < 0.5:
            return super().truth(depth, names)
        n, by = self.chance.choice(names), self.chance.randint(1, 4)
        inner = self.number(depth - 1, names)
        return self.pick(
            f"later({n}.level, {inner})", f"not later({inner}, part.level)",
            f"{n}.level % {by} {self.pick('==', '<', '!=')} {self.chance.randint(0, by)}",
            f"(part.level - {n}.level) % {by} == 0", "count(b is on for b in Box) % 2 == 1",
        )  # fmt: skip



class ReferMaker(Maker):
    """Makes models in which much is read, set and moved through references, `none` among them."""

    plain = False

    def wide(self, names: list[str]) -> list[str]:
        """Return the names with references to machines, unless there are some already."""
        if self.plain or any("peer" in name for name in names):
            return names
        n, m = self.chance.choice(names), self.chance.choice(names)
        return [*names, f"{n}.peer", f"{m}.peer.peer", f"({n}.peer if {m}.flag else {m})",
                f"friend({n})", f"{n}.cell.of", f"{m}.used.of"]

    def number(self, depth: int, names: list[str]) -> str:
        return super().number(depth, self.wide(names))

    def truth(self, depth: int, names: list[str]) -> str:
        names = self.wide(names)
        n, m = self.chance.choice(names), self.chance.choice(names)
        if self.chance.random() < 0.3:
            sign = self.pick("<", "<=", "==", "!=", ">")
            return self.pick(
                f"{n}.cell.level {sign} {m}.level", f"{n}.used is good", f"{n}.cell is not good",
                f"{n}.used.pin.up", f"{n}.cell.pin.up == {m}.spare.pin.up", f"{n}.used == {m}.cell",
                f"{n}.level + {m}.level {sign} {self.levels[0]} + 1", f"{n} not in (off, broken)",
                f"{n}.flag == {m}.flag", f"{n}.peer != {m}", f"{n} in (A, {m})",
                f"min({n}.level, {m}.level) {sign} {n}.level", f"{n}.cell.of == {m}",
                f"{n}.level not in ({self.levels[0]}, {m}.level)",
                f"any(b is on for b in ({n}, {m}))", f"{n}.colour not in (red, {m}.colour)",
            )  # fmt: skip
        return super().truth(depth, names)

    def rule(self, number: int) -> str:
        names = self.pick("A B", "this other").split()
        n, m = names
        lines = [f"[rule.r{number}]", f'by = "{self.pick("operator", "controller", "fault")}"']
        if n == "this":
            other = self.pick('other = "Box"', 'other = "Box", own = "this.Cell"')
            lines.append(f'each = {{ this = "Box", {other} }}')
        given = self.chance.random() < 0.4
        if given:
            lines.append('given = { l = "Level", p = "bool" }')
        lines.append(f'when = "{self.truth(1, names)}{" and (p or l == part.level)" * given}"')
        move = self.pick(
            f'moves = "{n}.peer: {self.pick("on", "off, on", "*")} -> {self.pick("on", "broken")}"',
            f'moves = "{n}: {self.pick("on, off", "*")} -> {self.pick("on", "off")}"',
            f'also = "{n}.cell.of: off -> on"', f'moves = "{n}.peer.cell: good -> bad"',
            f'moves = ["{n}.peer: on -> off", "{m}.cell: bad -> good"]', "",
        )
        self.plain = True
        value = self.pick("l" if given else self.levels[0], self.number(1, names),
                          f"({n}.peer.level if {n}.peer in (A, B) else {m}.level)")
        flag = self.truth(1, names)
        self.plain = False
        sets = [f"{n}.flag = {flag}", f"{n}.level = {value}", f"{n}.cell.of = {m}.peer",
                f"{n}.used = {n}.{self.pick('cell', 'spare')}", f"{n}.used.pin.up = {flag}",
                f"{m}.peer = {self.pick(n, 'none', f'{n}.cell.of')}", f"{n}.cell.level = {value}"]
        sets = self.chance.sample(sets, self.chance.randint(1, 3))
        if any("own = " in line for line in lines):
            sets = [f"{n}.used = own" if f"{n}.used = " in s else s for s in sets]
        if "peer" in move:
            through = [f"{n}.peer.cell.level = {value}", f"{n}.peer.flag = {flag}"]
            taken = {s.split(" =")[0].rpartition(".")[2] for s in sets}
            sets += [s for s in through if s.split(" =")[0].rpartition(".")[2] not in taken]
        return "\n".join([*lines, move, f"sets = {sets}".replace("'", '"')])

    def model(self) -> str:
        low = self.levels[0]
        self.rules = "\n\n".join(self.rule(i) for i in range(self.chance.randint(2, 4)))
        first = self.pick("A", "B", "none")
        return self.boxes() + f"""[machine.Box.vars]
level = {{ sort = "Level", initial = "{low}" }}
flag = "bool"
colour = {{ sort = "Colour", initial = "red" }}
peer = "Box?"
used = "this.Cell"
[machine.Cell]
part_of = "Box"
parts = ["cell", "spare"]
states = ["good", "bad"]
vars = {{ level = {{ sort = "Level", initial = "{low}" }}, of = {{ sort = "Box?" }} }}
[machine.Pin]
part_of = "Cell"
parts = ["pin"]
vars.up = {{ sort = "bool", initial = "this == A.cell.pin" }}
[machine.Part]
instances = ["part"]
vars = {{ level = {{ sort = "Level", initial = "{low}" }} }}
[init]
require = ["A.cell.of == {first}", "B.cell.of.level == B.level", "A.peer.peer != A",
           "all(b.spare.of == none and (b.used == b.cell) == (b == A) for b in Box)"]
[define]
"same(l)" = "A.level == l and B.level == l"
"friend(x)" = "x.peer if x is on else B.peer"

{self.rules}
"""

    def spec(self) -> str:
        n = self.pick("A", "B", "A.peer", "B.peer.peer")
        faults = [r for r in self.rules.split("[rule.") if 'by = "fault"' in r]
        each = '{ at_most = 1, each = "this" }' if all("each" in r for r in faults) else "1"
        return super().spec().replace("fault = 1", f"fault = {each}") + f"""
[observer.touched]
each = {{ this = "Box", cell = "this.Cell" }}
sort = "bool"
initial = "this == A"
update = "touched(this, cell) != (event is r0 and (cell is good or next(this) is off))"
[invariant.touch]
each = {{ this = "Box" }}
whenever = "{self.truth(1, ["A", "this"])}"
must = "touched(this, this.used) or touched({n}, {n}.cell) or {self.truth(1, ["B", "this"])}"
"""


class CutReferMaker(PowerMaker):
    """Makes models in which power fails between writes that go through references."""

    def rule(self, number: int) -> str:
        text = super().rule(number)
        n = "this" if "each" in text else "A"
        lines = text.split("\n")
        for i, line in enumerate(lines):
            if line.startswith("when"):
                lines[i] = f'{line[:-1]} and {n}.peer != none"'
            if line.startswith("writes"):
                for word in (f'"{n}.level', f'"{n}.flag', f'"{n}: ', f'"{n}.cell', f'"{n}.colour'):
                    if self.chance.random() < 0.7:
                        line = line.replace(word, word.replace(n, f"{n}.peer"))  # noqa: PLW2901 - word by word
                lines[i] = line
        return "\n".join(lines)

    def model(self) -> str:
        return super().model().replace('peer = { sort = "Box?", initial = "none" }',
                                       'peer = { sort = "Box?", unpowered = "A" }')


POWER, WRAP, REFER, CUT_REFER = 1000, 2000, 3000, 4000
LARGE = (1, 3, 19, 22, 51, 84, 100, 137)  # the plain way takes minutes
POWERED = tuple(range(POWER, POWER + 160))
WRAPPED = tuple(WRAP + i for i in range(160) if i not in LARGE)
REFERRING = tuple(CUT_REFER + i // 4 if i % 4 == 1 else REFER + i for i in range(160))


def made(seed: int) -> Maker:
    """Return what makes the model of a seed: in some power fails, numbers wrap, machines refer."""
    if seed >= CUT_REFER:
        return CutReferMaker(seed - CUT_REFER)
    if seed >= REFER:
        return ReferMaker(seed - REFER)
    if seed >= WRAP:
        return WrapMaker(seed - WRAP)
    return PowerMaker(seed - POWER) if seed >= POWER else Maker(seed)
