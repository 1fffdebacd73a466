"""Where things of a model stand, over all the files it was put together from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinrom.statemachine.source.diagnostics import MOST, InputError, Problem
from twinrom.statemachine.source.document import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinrom.statemachine.source.document import Document
    from twinrom.statemachine.source.locate import Key, Span


@dataclass(frozen=True)
class Place:
    """A key in the files of a model; orders and compares by nothing, it only points.

    `moved` says of entries of lists that come of several files where each of them stands; `said`
    is what all files say together, where that is known.
    """

    documents: tuple[Document, ...] = field(repr=False)
    key: Key = ()
    moved: Mapping[Key, Place] = field(default_factory=dict, repr=False, compare=False)
    said: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    def at(self, *rest: str | int) -> Place:
        """Return the place of something inside this one."""
        return Place(self.documents, (*self.key, *rest), self.moved, self.said)

    def problem(self, message: str, hint: str = "", *, at_key: bool = False,
                span: Span | None = None) -> Problem:
        """Return a problem that points here, or at a part of the string that stands here."""
        document, key = self._stands()
        return document.problem(key, message, hint, at_key=at_key, span=span)

    def _stands(self) -> tuple[Document, Key]:
        if len(self.documents) == 1:
            return self.documents[0], self.key
        for length in range(len(self.key), 0, -1):
            inner = self.key[:length]
            if inner in self.moved:
                return self.moved[inner].at(*self.key[length:])._stands()  # noqa: SLF001 - of the same kind
            for document in self.documents:
                if document.has(inner):
                    return document, self.key
        return self.documents[0], self.key

    @property
    def value(self) -> Any:
        """Return what is said here; None when nothing is."""
        if self.said is not None:
            return value_of(self.said, self.key)
        document, key = self._stands()
        return document.value(key)

    @property
    def path(self) -> str:
        """Return the file."""
        return self._stands()[0].path

    @property
    def line(self) -> int:
        """Return the line, 0 when it has none."""
        document, key = self._stands()
        return document.line(key)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Problems:
    """Collects problems, so that all are reported together.

    `pruned` has the keys of the file that were taken out because of a mistake; `broken` has the
    names that such mistakes leave without a meaning, `*` standing for any name. A use of a broken
    name is not a mistake of its own.
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.pruned: set[Key] = set()
        self.broken: set[str] = set()

    def add(self, problem: Problem) -> None:
        """Note one problem."""
        self.found.append(problem)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self.found.extend(problems)

    @property
    def enough(self) -> bool:
        """Say whether more problems would not be shown."""
        return len(self.found) > MOST

    def forgiven(self, name: str) -> bool:
        """Say whether an earlier mistake explains that `name` is not known."""
        return name in self.broken or "*" in self.broken

    def finish(self) -> None:
        """Raise everything that was found, if anything was."""
        if self.found:
            raise InputError(self.found)
