"""Which files a command reads for its models, so that none of them is written over."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from twinrom.proofs.questions.gaps import policy_file
from twinrom.proofs.spec.spec import load_spec, spec_for
from twinrom.statemachine import Document, InputError, find_model, model_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def files_read(models: Iterable[str], spec: str | None, *, gaps: bool = False) -> list[str]:
    """Return the files that models are put together from, and their specs.

    With `gaps` the policies of the readings are among them. What cannot be read is left out: who
    needs it says what is wrong with it.
    """
    return [path for name in models for path in _files(name, spec, gaps=gaps)]


def _files(name: str, spec: str | None, *, gaps: bool) -> Iterator[str]:
    with suppress(InputError):
        model = find_model(name)
        yield model
        yield from model_files(Document.read(model))
    with suppress(InputError):
        against = spec_for(find_model(name), spec)
        yield against
        if gaps:
            yield from _policies(against, find_model(name))


def _policies(spec: str, model: str) -> Iterator[str]:
    known, _ = load_spec(spec)
    named = {r.policy for gap in known.gaps.values() for r in gap.readings if r.policy}
    for path in filter(None, (policy_file(name, spec, model) for name in sorted(named))):
        yield path
        with suppress(InputError):
            yield from model_files(Document.read(path))
