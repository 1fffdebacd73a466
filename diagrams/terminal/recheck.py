"""What became of a certificate that was re-checked, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from twinrom.statemachine import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from twinrom.proofs import Recheck


def recheck_view(one: Recheck) -> RenderableType:
    """Return who confirmed what, or why a certificate is refused."""
    if one.refused is not None or one.certificate is None:
        text = Text(printable(f"{one.folder}: REFUSED: {one.refused or 'unreadable'}"))
        text.stylize("bold red")
        return text
    certificate = one.certificate
    number = len(certificate.properties)
    noun = "property" if number == 1 else "properties"
    reach = ", at every size" if certificate.symbolic else ""
    if certificate.any is not None:
        reach = f", for any number of {certificate.any.template}"
    versions = {a.solver: a.version for a in certificate.answers}
    solvers = ", ".join(f"{s} {versions[s]}" for s in certificate.solvers)
    lines = [
        Text(printable(f"{one.folder}: {one.model}"), style="bold green"),
        Text(f"  {number} {noun} for all depths{reach}: {', '.join(certificate.properties)}"),
        Text(f"  {one.asked}"),
        Text(f"  invariant of {certificate.size}, confirmed by {solvers}"),
    ]
    return Group(*lines)
