"""What a verb is to write, looked at before it searches: no input is written over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TRACE = ".itf.json"


def keep_inputs(  # noqa: PLR0913 - what is read, and what is written
    models: Sequence[str],
    spec: str | None,
    files: Iterable[str | Path | None],
    *,
    others: Iterable[str | None] = (),
    traces: Path | None = None,
    certificates: Path | None = None,
    gaps: bool = False,
) -> None:
    """Raise `InputError` when what is to be written is read too, or cannot be a file or a folder.

    `files` are those to write (`-` and None are none), `others` what is read besides models and
    their specs; of the two folders it is what a verb names after the models that counts.
    """
    from twinrom.proofs import files_read
    from twinrom.statemachine import InputError, is_folder, is_there, refuse_inputs

    wanted = [str(file) for file in files if file is not None and str(file) != "-"]
    folders = [folder for folder in (traces, certificates) if folder is not None]
    if not wanted and not folders:
        return
    for folder in folders:
        if is_there(folder) and not is_folder(folder):
            raise InputError.whole_file(str(folder), "is not a folder")
    read = [*files_read(models, spec, gaps=gaps), *filter(None, others)]
    within = [] if traces is None else _traces(traces, read)
    within += [] if certificates is None else _certified(certificates, models, read)
    refuse_inputs([*wanted, *within], read)


def _traces(folder: Path, read: Iterable[str]) -> list[str]:
    """Return the inputs that could be the trace of a run in this folder."""
    here = folder.resolve()
    return [p for p in read if p.endswith(TRACE) and Path(p).resolve().parent == here]


def _certified(folder: Path, models: Iterable[str], read: Iterable[str]) -> list[str]:
    """Return the inputs that lie where the certificate of a model goes."""
    from twinrom.diagrams.words.text import entry_name

    here, names = folder.resolve(), {entry_name(Path(model).stem) for model in models}
    return [p for p in read if (at := Path(p).resolve().parent).parent == here
            and any(at.name == name or at.name.startswith(f"{name}-") for name in names)]
