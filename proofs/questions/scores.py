"""Mutation scores by clause, as `mutate --clauses --json` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twinrom.proofs.questions.json_file import read_json
from twinrom.statemachine import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SCHEMA = "twinrom/mutate/1"


class ScoreShape(BaseModel):
    """How many mutants the properties of one clause kill, and how many they alone kill."""

    model_config = ConfigDict(strict=True, frozen=True, defer_build=True)

    id: str
    killed: int = Field(ge=0)
    alone: int = Field(ge=0)


class _File(BaseModel):
    model_config = ConfigDict(strict=True, defer_build=True)

    schema_: Literal["twinrom/mutate/1"] = Field(alias="schema")
    name: str
    clauses: list[ScoreShape]


@dataclass(frozen=True)
class ClauseScores:
    """The scores of the clauses of one model, by clause."""

    path: str
    model: str
    scores: Mapping[str, ScoreShape]

    @classmethod
    def read(cls, path: str) -> ClauseScores:
        """Read what `mutate` wrote; raises `InputError` when it has no scores by clause."""
        data = read_json(path, "nests too deeply")
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise InputError.whole_file(path, f"is not a file of the format {SCHEMA}")
        if "clauses" not in data:
            raise InputError.whole_file(
                path, "has no scores by clause", "mutate writes them: --clauses, with --json")
        try:
            found = _File.model_validate(data)
        except ValidationError as error:
            first = error.errors()[0]
            at = ".".join(map(str, first["loc"]))
            raise InputError.whole_file(path, f"{at}: {first['msg'].lower()}") from None
        return cls(path, found.name, {one.id: one for one in found.clauses})

    def refuse_unknown(self, clauses: Mapping[str, Collection[str]]) -> None:
        """Raise `InputError` unless its model, and all of its clauses, are among those reviewed."""
        if self.model not in clauses:
            raise InputError.whole_file(
                self.path, f"is about `{self.model}`, which is not reviewed here")
        known = clauses[self.model]
        for name in self.scores:
            if name not in known:
                raise InputError.whole_file(
                    self.path, f"has an unknown clause `{name}`", did_you_mean(name, known))
