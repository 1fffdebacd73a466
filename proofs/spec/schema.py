"""The shape of a spec file."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from twinrom.statemachine import Each, Shape, SomeTexts, Texts


class ClauseShape(Shape):
    """A sentence of the manual, paraphrased."""

    fallback: ClassVar[dict[str, Any]] = {"says": ""}

    page: str | None = Field(None, description="where it stands")
    at: str | None = Field(None, description="where there: `par. 2, sentence 3`")
    says: str = Field(description="a paraphrase")
    kind: Literal["requirement", "assumption", "information"] = "requirement"
    because: str | None = Field(None, description="why nothing can carry it, when nothing does")


def _expected(value: Any) -> Any:
    if value != "violated" and not isinstance(value, dict):
        raise PydanticCustomError("expect", "expected `violated`, or how: `{ length = 6 }`")
    if value == {}:
        raise PydanticCustomError("expect", "expected `length`, `event` or both")
    return {} if value == "violated" else value


class ExpectShape(Shape):
    """How a known finding is violated."""

    length: int | None = Field(
        None, ge=0, description="the steps of a shortest run; a response: to where it is owed"
    )
    event: str | None = Field(None, description="the last event of it, or its rule")


Expect = Annotated[ExpectShape | None, BeforeValidator(
    _expected, json_schema_input_type=Literal["violated"] | ExpectShape)]


class ObserverShape(Shape):
    """A variable that watches the system and cannot influence it."""

    fallback: ClassVar[dict[str, Any]] = {"sort": "", "initial": "", "update": ""}

    each: Each = Field(
        default_factory=dict,
        description="one observer per column, read `hit(this)`: lists, or names of templates",
    )
    sort: str = Field(description="its sort, or a range")
    initial: str = Field(description="its value at the start")
    update: str = Field(description="its value after a step")


class PropertyShape(Shape):
    """What every kind of property has."""

    clause: Texts = Field(default_factory=list)
    each: Each = Field(default_factory=dict, description="one property per column")
    whenever: Texts = Field(default_factory=list, description="default: always")
    says: str | None = Field(None, description="the property in words")
    expect: Expect = Field(None, description="a known finding: violated, or how it is")
    because: str | None = Field(None, description="why the finding is expected")
    may_be_untested: str | None = Field(
        None, description="why it fails nothing when it is never put to the test"
    )
    gap: str | None = Field(
        None, description="the gap of which it holds one reading; broken, it is another reading"
    )
    principal: bool = Field(
        default=False, description="of the properties of its clause it is the one that says it"
    )
    departure: bool = Field(
        default=False, description="breaking it departs from a clause, and is not unsafe"
    )
    bookkeeping: bool = Field(
        default=False, description="it is about what the model records; breaking it fails no policy"
    )
    availability: bool | Literal["only"] = Field(
        default=False, description="count the faults that it survives; `only`: do nothing else"
    )

    @property
    def barred(self) -> list[str]:
        """Return whose steps do not count on the way to the goal."""
        return []

    @property
    @abstractmethod
    def goal(self) -> list[str]:
        """Return what it asks for, under the key of its kind."""


def _elsewhere(*own: str) -> dict[str, str]:
    words = {
        "must": "`must` belongs to an invariant or a step property",
        "eventually": "`eventually` belongs to a response",
        "can": "`can` belongs to a possible property",
        "without": "`without` belongs to a possible property",
    }
    return {word: text for word, text in words.items() if word not in own}


class MustShape(PropertyShape):
    """An invariant or a step property."""

    fallback: ClassVar[dict[str, Any]] = {"must": ["True"]}
    elsewhere: ClassVar[dict[str, str]] = _elsewhere("must")

    must: SomeTexts = Field(description="what holds wherever `whenever` does")

    @property
    def goal(self) -> list[str]:
        """Return what must hold."""
        return self.must


class ResponseShape(PropertyShape):
    """The automatic rules alone get there."""

    fallback: ClassVar[dict[str, Any]] = {"eventually": ["True"]}
    elsewhere: ClassVar[dict[str, str]] = _elsewhere("eventually")

    eventually: SomeTexts = Field(description="what the automatic rules lead to")

    @property
    def goal(self) -> list[str]:
        """Return what the automatic rules lead to."""
        return self.eventually


class PossibleShape(PropertyShape):
    """From every such state some run leads there."""

    fallback: ClassVar[dict[str, Any]] = {"can": ["True"]}
    elsewhere: ClassVar[dict[str, str]] = _elsewhere("can", "without")

    can: SomeTexts = Field(description="what some run leads to")
    without: Texts = Field(
        default_factory=list, description="actors and kinds of fault that do nothing on the way"
    )

    @property
    def goal(self) -> list[str]:
        """Return what some run leads to."""
        return self.can

    @property
    def barred(self) -> list[str]:
        """Return the actors and the kinds of fault that do nothing on the way."""
        return self.without


class ReadsShape(Shape):
    """Which rules alone may look at a state or a variable: a property of the text."""

    fallback: ClassVar[dict[str, Any]] = {"of": [""]}

    clause: Texts = Field(default_factory=list)
    of: SomeTexts = Field(description="templates (their state) and their variables")
    only: Texts = Field(
        default_factory=list, description="the rules or events that may name them, beside faults"
    )
    says: str | None = Field(None, description="the property in words")


class EndsShape(Shape):
    """Where standing still is meant."""

    fallback: ClassVar[dict[str, Any]] = {"when": ["True"]}

    when: SomeTexts = Field(description="where it may be that no step changes anything any more")


class ReadingShape(Shape):
    """One way to read a gap."""

    fallback: ClassVar[dict[str, Any]] = {"says": ""}

    says: str = Field(description="the reading in words")
    policy: str | None = Field(None, description="the model that follows this reading")


class GapShape(Shape):
    """A question that the manual leaves open."""

    fallback: ClassVar[dict[str, Any]] = {"asks": ""}

    asks: str = Field(description="the question")
    readings: list[ReadingShape] = Field(default_factory=list)
    chosen: int | None = Field(None, description="the index of the chosen reading")
    because: str | None = None


class MutantShape(Shape):
    """A mutant that no property kills."""

    fallback: ClassVar[dict[str, Any]] = {"because": ""}

    because: str = Field(description="why it may survive")


class ObserveShape(Shape):
    """What `compare` sees of a run."""

    events: Texts | None = Field(default=None, description="the events that are seen; default: all")
    variables: Texts | None = Field(
        default=None, description="variables, and machines with theirs; default: all"
    )


class LimitShape(Shape):
    """How often faults of a kind may happen."""

    fallback: ClassVar[dict[str, Any]] = {"at_most": "unlimited"}

    at_most: int | Literal["unlimited"] = Field(description="a number, or `unlimited`")
    each: str | None = Field(
        None, description="the argument of these faults for each value of which that is counted"
    )


def _limit(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    if not (number or isinstance(value, dict) or value == "unlimited"):
        raise PydanticCustomError("limit", "expected an integer or `unlimited`")
    return value if isinstance(value, dict) else {"at_most": value}


Limit = Annotated[LimitShape, BeforeValidator(
    _limit, json_schema_input_type=int | Literal["unlimited"] | LimitShape)]


class SpecShape(Shape):
    """What every policy must keep."""

    elsewhere: ClassVar[dict[str, str]] = {
        kind: f"`[{kind}]` belongs into a model file"
        for kind in ("include", "sort", "table", "machine", "init", "actor", "rule", "event",
                     "run")
    }

    title: str = ""
    source: str | None = None
    clause: dict[str, ClauseShape] = Field(default_factory=dict)
    define: dict[str, str | int] = Field(default_factory=dict)
    observer: dict[str, ObserverShape] = Field(default_factory=dict)
    budget: dict[str, Limit] = Field(
        default_factory=dict, description="how often faults may happen; default: no limit"
    )
    invariant: dict[str, MustShape] = Field(default_factory=dict)
    step: dict[str, MustShape] = Field(default_factory=dict)
    response: dict[str, ResponseShape] = Field(default_factory=dict)
    possible: dict[str, PossibleShape] = Field(default_factory=dict)
    reads: dict[str, ReadsShape] = Field(default_factory=dict)
    ends: EndsShape | None = Field(
        default=None, description="where standing still is meant; default: where a rule can happen"
    )
    gap: dict[str, GapShape] = Field(default_factory=dict)
    mutant: dict[str, MutantShape] = Field(
        default_factory=dict, description="mutants that survive, by the name `mutate` shows"
    )
    observe: ObserveShape = Field(default_factory=ObserveShape)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of spec files."""
    return SpecShape.json_schema("A spec file of twinrom")
