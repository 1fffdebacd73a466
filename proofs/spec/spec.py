"""Spec files: clauses, properties and gaps, checked against the model they are about."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from twinrom.proofs.spec.kinds import carriers
from twinrom.proofs.spec.schema import PropertyShape, SpecShape
from twinrom.statemachine import (
    Conjunct,
    Document,
    InputError,
    Place,
    Problems,
    base_of,
    check_name,
    did_you_mean,
    find_file,
    is_there,
    shaped,
    terms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinrom.proofs.spec.kinds import Kind
    from twinrom.proofs.spec.schema import ClauseShape, GapShape, MutantShape
    from twinrom.statemachine import Rule
    from twinrom.statemachine.terms import Term

MAX_LAYERS = 10
SHIPPED = Path(__file__).parent.parent / "specs"


@dataclass(frozen=True)
class Expected:
    """How a known finding is violated: how long a shortest run of it is, and its last event."""

    length: int | None = None
    event: str | None = None


@dataclass(frozen=True)
class Property:
    """One property for one column of its `each`; terms are over the extended system.

    `goal` is what `must`, `eventually` or `can` says; `parts` are its conjuncts with their texts.
    Whatever breaks a `departure` departs from a clause, but is neither unsafe nor stuck. What is
    `bookkeeping` judges the records of a model and no policy: it kills mutants, and fails nothing.
    `expected`: how it is violated, if that is said of a known finding. `may_be_untested` says why
    nothing need put it to the test. What breaks a property of a `gap` reads that gap otherwise.
    The `principal` one of a clause says it. `without` names the actors and kinds of fault that do
    nothing on the way to what is possible. `stepwise`: `whenever` speaks of a step and not of a
    state, by what is written; its term may have lost that. `antecedents` are the conditions without
    which the `parts` hold of themselves, None for one that has none.
    """

    kind: Kind
    name: str
    clauses: tuple[str, ...]
    whenever: Term
    goal: Term
    whenever_text: str
    parts: tuple[Conjunct, ...]
    says: str | None
    expect_violated: bool
    because: str | None
    place: Place = field(repr=False, compare=False)
    departure: bool = False
    bookkeeping: bool = False
    availability: bool | Literal["only"] = False
    expected: Expected | None = None
    may_be_untested: str | None = None
    gap: str | None = None
    principal: bool = False
    without: tuple[str, ...] = ()
    stepwise: bool = False
    antecedents: tuple[Conjunct | None, ...] = ()

    def counts(self, rule: Rule) -> bool:
        """Say whether the rule's steps may be on the way to what is possible."""
        own = {rule.by, rule.kind} if rule.by == "fault" else {rule.by}
        return own.isdisjoint(self.without)

    @property
    def bad(self) -> Term:
        """Return what holds exactly where an invariant or a step property is broken."""
        return terms.conjunction([self.whenever, terms.negation(self.goal)])

    @cached_property
    def exercise(self) -> Term:
        """Return what holds exactly where it is put to the test.

        That is where `whenever` holds, and some part of the goal asks for something, or, of what is
        to come about, where the goal does not hold as it is.
        """
        if not self.kind.safety:
            goal = terms.later(self.goal) if self.stepwise else self.goal
            return terms.conjunction([self.whenever, terms.negation(goal)])
        asks = (terms.TRUE if one is None else one.term for one in self.antecedents or (None,))
        return terms.conjunction([self.whenever, terms.disjunction(asks)])

    @property
    def onset(self) -> Term:
        """Return what holds of exactly the steps that bring about that it is put to the test.

        It is false where `whenever` speaks of a step.
        """
        if self.stepwise:
            return terms.FALSE
        return terms.conjunction([terms.negation(self.exercise), terms.later(self.exercise)])


@dataclass(frozen=True)
class Spec:
    """A spec file, its shape checked; `spec.question` gives its expressions a meaning."""

    name: str
    shape: SpecShape
    place: Place = field(repr=False, compare=False)

    @property
    def clauses(self) -> Mapping[str, ClauseShape]:
        """Return the clauses by id."""
        return self.shape.clause

    @property
    def gaps(self) -> Mapping[str, GapShape]:
        """Return the gaps by id."""
        return self.shape.gap

    @property
    def mutants(self) -> Mapping[str, MutantShape]:
        """Return why some mutants may survive, by their names."""
        return self.shape.mutant

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the files it was read from."""
        return tuple(d.path for d in self.place.documents)

    def budget(self) -> dict[str, int | None]:
        """Return the fault budget; None means no limit."""
        return {kind: None if limit.at_most == "unlimited" else limit.at_most
                for kind, limit in self.shape.budget.items()}

    def counted_by(self) -> dict[str, str]:
        """Return the arguments for each value of which faults of a kind have their budget."""
        return {kind: limit.each for kind, limit in self.shape.budget.items() if limit.each}


def shipped_specs() -> dict[str, Path]:
    """Return the specs that come with the package, by name."""
    return {p.stem: p for p in sorted(SHIPPED.glob("*.toml"))}


def spec_for(model: str, name: str | None) -> str:
    """Return the file of the spec called `name`, or of the one that belongs to the model file.

    That is `X.spec.toml` beside `X.toml`, or the shipped spec of the same name; for an overlay
    without one, that of the model it extends. Raises `InputError` when there is none.
    """
    if name is not None:
        return find_file(name, shipped_specs(), "spec")
    file: str | None = model
    for _ in range(MAX_LAYERS):
        path = Path(file or "")
        beside = path.parent / f"{path.stem}.spec.toml"
        if is_there(beside):
            return str(beside)
        if path.stem in shipped_specs():
            return str(shipped_specs()[path.stem])
        file = base_of(Document.read(str(path)))
        if file is None:
            break
    raise InputError.whole_file(model, "has no spec",
                                f"say which one with `--spec`: a file, or {_listed()}")


def _listed() -> str:
    return ", ".join(f"`{n}`" for n in shipped_specs())


def load_spec(path: str) -> tuple[Spec, Problems]:
    """Return the spec in the file and the problems found in its shape so far."""
    return read_spec(Document.read(path))


def read_spec(document: Document) -> tuple[Spec, Problems]:
    """Return the spec of a parsed file and the problems found in its shape so far."""
    problems = Problems()
    root = Place((document,))
    shape = shaped(SpecShape, document.data, root, problems)
    if shape is None:
        raise InputError(problems.found)
    _check_references(shape, document.data, root, problems)
    problems.broken |= {name.partition("(")[0].strip() for section, *rest in problems.pruned
                        for name in map(str, rest[:1]) if section in ("define", "observer")}
    if problems.pruned & {("define",), ("observer",)}:
        problems.broken.add("*")
    return Spec(Path(document.path).stem.removesuffix(".spec"), shape, root), problems


def _check_references(shape: SpecShape, written: Mapping[str, Any], root: Place,
                      problems: Problems) -> None:
    seen: dict[str, Place] = {}
    principals: dict[str, Place] = {}
    clauses = written.get("clause", {})
    for kind, name, item in carriers(shape):
        place = root.at(kind.key, name)
        check_name(name, place, problems, reserved=frozenset())
        if name in seen:
            problems.add(place.problem(f"`{name}` is already a property", f"see {seen[name]}",
                                       at_key=True))
        seen.setdefault(name, place)
        for i, clause in enumerate(item.clause):
            if isinstance(clauses, dict) and clause not in clauses:
                problems.add(place.at("clause", i).problem(
                    f"unknown clause `{clause}`", did_you_mean(clause, clauses)))
        if isinstance(item, PropertyShape):
            _check_expectation(item, place, problems)
            _check_gap(item, place, written.get("gap", {}), problems)
            _check_principal(item, place, principals, problems)
    for name, gap in shape.gap.items():
        readings = len(gap.readings)
        damaged = ("gap", name, "readings") in problems.pruned
        if gap.chosen is not None and not 0 <= gap.chosen < readings and not damaged:
            hint = f"they count from 0, and there {_are(readings)}"
            problems.add(root.at("gap", name, "chosen").problem(
                f"there is no reading {gap.chosen}", hint))


def _are(number: int) -> str:
    return f"is {number}" if number == 1 else f"are {number}"


def _check_expectation(item: PropertyShape, place: Place, problems: Problems) -> None:
    damaged = {(*place.key, "expect"), (*place.key, "because")} & problems.pruned
    if item.expect and not item.because and not damaged:
        problems.add(place.at("expect").problem("an expected violation needs a `because`",
                                                at_key=True))
    if item.may_be_untested is not None and not item.may_be_untested.strip():
        problems.add(place.at("may_be_untested").problem("say why it may be untested"))
    for key in ("expect", "may_be_untested", "gap", "principal"):
        if getattr(item, key) not in (None, False) and item.availability == "only":
            problems.add(place.at(key).problem(
                f"`{key}` says nothing here", 'with `availability = "only"` it is not checked',
                at_key=True))
    if item.because is not None and not item.expect and not damaged:
        problems.add(place.at("because").problem("`because` says why a violation is expected",
                                                 'add `expect = "violated"`', at_key=True))


def _check_gap(item: PropertyShape, place: Place, gaps: Any, problems: Problems) -> None:
    if item.gap is None:
        return
    if isinstance(gaps, dict) and item.gap not in gaps:
        problems.add(place.at("gap").problem(
            f"unknown gap `{item.gap}`", did_you_mean(item.gap, gaps)))
    if item.clause or item.expect or item.departure or item.bookkeeping:
        problems.add(place.at("gap").problem(
            "what holds one reading of a gap has no `clause`, `expect`, `departure` or "
            "`bookkeeping`", at_key=True))


def _check_principal(item: PropertyShape, place: Place, principals: dict[str, Place],
                     problems: Problems) -> None:
    if not item.principal:
        return
    at = place.at("principal")
    if not item.clause and (*place.key, "clause") not in problems.pruned:
        problems.add(at.problem("a principal property needs a `clause`, which it says",
                                at_key=True))
    for clause in item.clause:
        if clause in principals:
            problems.add(at.problem(f"`{clause}` has a principal property already",
                                    f"see {principals[clause]}", at_key=True))
        principals.setdefault(clause, place)


def parse_spec(text: str, path: str = "<text>") -> tuple[Spec, Problems]:
    """Return the spec that `text` spells, and the problems of its shape."""
    return read_spec(Document(path, text))


def bare(name: str) -> str:
    """Return the name of a property without its column."""
    return name.partition("[")[0]
