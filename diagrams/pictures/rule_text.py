"""What an arrow says of a rule: `event [guard] / effect`, shortened, and in full as a tooltip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from twinrom.diagrams.pictures.graph import LabelPart, Mark
from twinrom.diagrams.words.story import short_place
from twinrom.statemachine import ALL_POWER, Typed, conjuncts, filled, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinrom.statemachine import Model, Rule, RuleInstance

DETAILS = ("auto", "names", "short", "full")

WIDEST = 32
MOST_GUARDS, MOST_EFFECTS = 3, 2
GLYPHS: dict[Mark, str] = {"environment": "\u25cb", "automatic": "\u25cf", "fault": "\u00d7"}
KEY: tuple[tuple[Mark, str], ...] = (
    ("environment", "\u25cb environment: at any time, or never"),
    ("automatic", "\u25cf automatic: by itself (or rules of several kinds)"),
    ("fault", "\u00d7 fault"),
)


@dataclass(frozen=True)
class RuleText:
    """The texts of a rule, as written or with the names of one column filled in."""

    rule: Rule
    actor: Mark
    guards: tuple[str, ...]
    moves: tuple[tuple[str, str], ...]
    sets: tuple[str, ...]

    def part(self, target: str, rules: Sequence[str], detail: str) -> LabelPart:
        """Return the part of an arrow on which the machine `target` moves."""
        effects = [text for machine, text in self.moves if machine != target]
        named = self.heading()
        lines = [f"{GLYPHS[self.actor]} {named if detail == 'full' else shortened(named, 44)}"]
        if detail != "names":
            guards = cut(self.guards, MOST_GUARDS if detail == "short" else None)
            lines += _framed(guards, "[", " ", "]")
            done = cut((*effects, *self.sets), MOST_EFFECTS if detail == "short" else None)
            lines += _framed(done, "/ ", "  ", "")
        link = f"#clause-{quote(self.rule.clauses[0])}" if self.rule.clauses else ""
        return LabelPart(tuple(lines), tuple(rules), self.full(), link, frozenset([self.actor]))

    def heading(self) -> str:
        """Return the event, with the rule's name where that is another."""
        rule = self.rule
        return rule.event if rule.event == rule.name else f"{rule.event}: {rule.name}"

    def full(self) -> str:
        """Return everything that is known of the rule, a fact per line."""
        rule = self.rule
        kind = "fault" if self.actor == "fault" else f"{rule.by}, {self.actor}"
        place = short_place(rule.place)
        guards = [f"    {g}" for g in self.guards] or ["    always"]
        effects = [f"    {t}" for t in (*(text for _, text in self.moves), *self.sets)]
        given = ", ".join(f"{name}: {sort}" for name, sort in rule.given.items())
        found = [
            f"{self.heading()} (by {kind})",
            *([one_line(rule.says)] if rule.says else []),
            *([f"for any {given}"] if given else []),
            "when",
            *guards,
            "then",
            *effects,
            *([f"clauses: {', '.join(map(one_line, rule.clauses))}"] if rule.clauses else []),
            place,
        ]
        return "\n".join(found)


def rule_text(model: Model, instance: RuleInstance, *, written: bool) -> RuleText:
    """Return the texts of a rule: as `written`, or as they are for this instance."""
    rule = instance.rule
    bound = {} if written else _bound(instance)
    guards = [str(filled(c, bound)) for formula in rule.when for c in conjuncts(formula.expr)]
    moves = []
    for move in rule.all_moves:
        sources = "*" if move.sources is None else ", ".join(move.sources)
        target = _filled_path(move.target, bound)
        moves.append((target, f"{target}: {sources} -> {move.destination}"))
    sets = [f"{_filled_path(s.target, bound)} = {filled(s.value.expr, bound)}"
            for s in rule.assignments]
    if rule.power is not None:
        sets.append(f"power off: {', '.join(_filled_path(p, bound) for p in rule.power)}"
                    if rule.power != ALL_POWER else "power off")
    return RuleText(rule, actor_mark(model, rule), tuple(guards), tuple(moves), tuple(sets))


def actor_mark(model: Model, rule: Rule) -> Mark:
    """Return who acts: a fault, the environment, or the system by itself."""
    if rule.by == "fault":
        return "fault"
    return "automatic" if model.automatic(rule) else "environment"


def filled_target(instance: RuleInstance, target: str) -> str:
    """Return the machine or template that a move's target means in a rule instance."""
    return _filled_path(target, _bound(instance))


def one_line(text: str) -> str:
    """Return a text of a file on one line, without characters that could drive anything."""
    return printable(" ".join(text.split()))


def shortened(text: str, width: int = WIDEST) -> str:
    """Return the text, with its end cut off when it is wider than `width`."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}\u2026"


def cut(texts: Iterable[str], most: int | None) -> list[str]:
    """Return the texts shortened, and at most so many of them; None: all, in full."""
    texts = list(texts)
    if most is None:
        return texts
    if len(texts) > most + 1:
        texts = [*texts[:most], f"\u2026 {len(texts) - most} more"]
    return [shortened(text) for text in texts]


def _framed(texts: list[str], first: str, later: str, end: str) -> list[str]:
    lines = [f"{later if i else first}{text}" for i, text in enumerate(texts)]
    return [*lines[:-1], lines[-1] + end] if lines else []


def _bound(instance: RuleInstance) -> dict[str, Typed]:
    return {
        a.name: Typed(a.term, a.sort, a.sort.text(a.term.low) if a.sort.template else None)
        for a in instance.arguments
    }


def _filled_path(path: str, bound: dict[str, Typed]) -> str:
    head, dot, rest = path.partition(".")
    machine = bound[head].machine if head in bound else None
    return f"{machine or head}{dot}{rest}"
