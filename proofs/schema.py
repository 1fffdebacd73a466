"""The shape of a spec file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from statemachine import Each, Shape, Texts


class ClauseShape(Shape):
    """A sentence of the manual, paraphrased."""

    page: str | None = Field(None, description="where it stands")
    says: str = Field(description="a paraphrase")
    kind: Literal["requirement", "assumption", "information"] = "requirement"
    because: str | None = Field(None, description="why nothing can carry it, when nothing does")


class ObserverShape(Shape):
    """A variable that watches the system and cannot influence it."""

    sort: str
    initial: str = Field(description="its value at the start")
    update: str = Field(description="its value after a step")


class PropertyShape(Shape):
    """What every kind of property has."""

    clause: Texts = Field(default_factory=list)
    each: Each = Field(default_factory=dict, description="one property per column")
    whenever: Texts = Field(default_factory=list, description="default: always")
    says: str | None = Field(None, description="the property in words")
    expect: Literal["violated"] | None = Field(None, description="a known finding")
    because: str | None = Field(None, description="why the finding is expected")


class MustShape(PropertyShape):
    """An invariant or a step property."""

    must: Texts = Field(min_length=1)


class ResponseShape(PropertyShape):
    """The automatic rules alone get there."""

    eventually: Texts = Field(min_length=1)


class PossibleShape(PropertyShape):
    """From every such state some run leads there."""

    can: Texts = Field(min_length=1)


class ReadingShape(Shape):
    """One way to read a gap."""

    says: str
    policy: str | None = Field(None, description="the model that follows this reading")


class GapShape(Shape):
    """A question that the manual leaves open."""

    asks: str
    readings: list[ReadingShape] = Field(default_factory=list)
    chosen: int | None = Field(None, description="the index of the chosen reading")
    because: str | None = None


class SpecShape(Shape):
    """What every policy must keep."""

    title: str = ""
    source: str | None = None
    clause: dict[str, ClauseShape] = Field(default_factory=dict)
    define: dict[str, str] = Field(default_factory=dict)
    observer: dict[str, ObserverShape] = Field(default_factory=dict)
    budget: dict[str, int | Literal["unlimited"]] = Field(
        default_factory=dict, description="how often faults may happen; default: no limit"
    )
    invariant: dict[str, MustShape] = Field(default_factory=dict)
    step: dict[str, MustShape] = Field(default_factory=dict)
    response: dict[str, ResponseShape] = Field(default_factory=dict)
    possible: dict[str, PossibleShape] = Field(default_factory=dict)
    gap: dict[str, GapShape] = Field(default_factory=dict)
