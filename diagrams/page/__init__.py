"""One page that says all that was found out: it needs no network and no other file.

Everything is inlined. Texts of models are data: the template escapes them, and what scripts read
of them cannot end a script element. Only the scripts of this package run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.page.facts import model_facts, standing, versions
from twinrom.diagrams.page.subject import Subject, cheap_faults
from twinrom.diagrams.page.templates import environment, text_of, trusted
from twinrom.diagrams.render.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

SCRIPTS = ("evaluator.js", "player.js", "explorer.js", "page.js")
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def report_page(subjects: Sequence[Subject], command: str, version: str) -> str:
    """Return the page about some models as HTML; `command` is what makes it again.

    The same findings give the same page, but for the seconds that engines took.
    """
    templates = environment()
    templates.filters |= {"data": _data, "capitalised": _capitalised}
    standings = {s.checked.question.model.name: standing(s.checked) for s in subjects}
    script = "\n".join(text_of(name) for name in SCRIPTS)
    return templates.get_template("report.html.j2").render(
        models=[model_facts(i, s, standings) for i, s in enumerate(subjects)],
        style=trusted(style_sheet() + text_of("style.css")),
        script=trusted(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        command=command,
        versions=versions(version),
    )


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _data(value: Any) -> Markup:
    """Return a value as JSON that no browser can take for the end of its element."""
    text = json.dumps(value, separators=(",", ":"))
    return trusted("".join(UNSAFE.get(c, c) for c in text))


__all__ = ["Subject", "cheap_faults", "report_page"]
