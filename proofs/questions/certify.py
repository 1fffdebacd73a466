"""Do certificates still hold? Fresh solvers are asked again, from the folders alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.proofs.certificates.certificate import Recheck


def recheck_folders(folder: str) -> list[Recheck]:
    """Return what fresh solvers say of every certificate in a folder or below it.

    Nothing in a folder is believed: model, spec and invariant are read, the scripts are written
    again, compared, and asked of fresh solvers. Raises `InputError` when there is no certificate.
    """
    from twinrom.proofs.certificates import recheck  # noqa: PLC0415 - z3 is slow to import

    return recheck.recheck_folders(folder)
