"""Sign-offs: who agreed to a clause, and to which words; a TOML file that people keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from twinrom.statemachine import Document, InputError, Place, Problems, Shape, did_you_mean, shaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

State = Literal["current", "stale", "without-hash"]


def _day(value: Any) -> Any:
    if type(value) is not dt.date:
        raise PydanticCustomError("date", "expected a date without quotes: `2026-03-31`")
    return value


class SignoffShape(Shape):
    """What somebody says of one clause."""

    fallback: ClassVar[dict[str, Any]] = {"clause": "", "who": ""}

    clause: str = Field(description="the clause that is signed")
    who: str = Field(description="who signs it")
    when: Annotated[dt.date, BeforeValidator(_day)] = Field(description="on which day")
    verdict: Literal["agreed"] | None = None
    remark: str | None = Field(None, description="what there is to say of it")
    hash: str | None = Field(None, description="what `review` prints: it names what was signed")


class SignoffsShape(Shape):
    """A file of sign-offs."""

    signoff: list[SignoffShape] = Field(default_factory=list)


@dataclass(frozen=True)
class Signed:
    """A sign-off beside the clause as it is now.

    It is current when its hash is that of the clause: text, properties and verdict are still those
    that were signed. Otherwise it is stale; without a hash it says nothing yet.
    """

    clause: str
    who: str
    when: dt.date
    agreed: bool
    remark: str | None
    hash: str | None
    place: Place
    state: State = "without-hash"


@dataclass(frozen=True)
class Signoffs:
    """The sign-offs of a file, in its order."""

    found: tuple[Signed, ...] = ()

    @classmethod
    def read(cls, path: str) -> Signoffs:
        """Read a file of sign-offs; raises `InputError` when it is none."""
        document, problems = Document.read(path), Problems()
        root = Place((document,))
        shape = shaped(SignoffsShape, document.data, root, problems)
        for i, one in enumerate(shape.signoff if shape is not None else ()):
            place = root.at("signoff", i)
            if "who" in (document.value(place.key) or {}) and not one.who.strip():
                problems.add(place.at("who").problem("say who signs"))
            damaged = any(key[:2] == place.key for key in problems.pruned)
            if one.verdict is None and one.remark is None and not damaged:
                problems.add(place.problem(
                    "a sign-off has a verdict or a remark",
                    'add `verdict = "agreed"` or `remark = "..."`'))
        problems.finish()
        if shape is None or document.data.keys() - {"signoff"}:
            raise InputError.whole_file(path, "is no file of sign-offs")
        return cls(tuple(
            Signed(one.clause, one.who, one.when, one.verdict is not None, one.remark, one.hash,
                   root.at("signoff", i))
            for i, one in enumerate(shape.signoff)
        ))  # fmt: skip

    def refuse_unknown(self, clauses: Collection[str]) -> None:
        """Raise `InputError` for every clause that nothing reviewed has."""
        problems = [
            one.place.at("clause").problem(
                f"unknown clause `{one.clause}`", did_you_mean(one.clause, clauses))
            for one in self.found if one.clause not in clauses
        ]  # fmt: skip
        if problems:
            raise InputError(problems)

    def of(self, clause: str, digest: str, others: Collection[str]) -> Iterator[Signed]:
        """Yield what was said of a clause whose text, properties and verdict have this digest.

        `others` are the digests of clauses of that name in other models: what is theirs is left
        out. So is what somebody has signed again since.
        """
        own = [_judged(one, digest) for one in self.found
               if one.clause == clause and (one.hash == digest or one.hash not in others)]
        again = {one.who for one in own if one.state == "current"}
        yield from (one for one in own if one.state == "current" or one.who not in again)


def _judged(one: Signed, digest: str) -> Signed:
    state: State = "stale"
    if one.hash is None:
        state = "without-hash"
    elif one.hash == digest:
        state = "current"
    return replace(one, state=state)


def signed_by(who: str, found: Sequence[Signed]) -> bool:
    """Say whether somebody's word on a clause as it is now is among those found."""
    return any(one.who == who and one.state == "current" for one in found)
