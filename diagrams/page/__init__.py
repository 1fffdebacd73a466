"""One page that says all that was found out: it needs no network and no other file.

Everything is inlined. Texts of models are data: the template escapes them, and what scripts read
of them cannot end a script element. Only the scripts of this package run, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from twinrom.diagrams.page.facts import model_facts, standing, versions
from twinrom.diagrams.page.subject import Subject, cheap_faults
from twinrom.diagrams.render.style import style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

HERE = files("twinrom.diagrams.page")
SCRIPTS = ("evaluator.js", "player.js", "explorer.js", "page.js")
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


def report_page(subjects: Sequence[Subject], command: str, version: str) -> str:
    """Return the page about some models as HTML; `command` is what makes it again.

    The same findings give the same page, but for the seconds that engines took.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - for this only

    environment = Environment(
        loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"data": _data, "ticks": _ticks, "capitalised": _capitalised}
    standings = {s.checked.question.model.name: standing(s.checked) for s in subjects}
    script = "\n".join(_text(name) for name in SCRIPTS)
    return environment.get_template("report.html.j2").render(
        models=[model_facts(i, s, standings) for i, s in enumerate(subjects)],
        style=_trusted(style_sheet() + _text("style.css")),
        script=_trusted(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        command=command,
        versions=versions(version),
    )


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _trusted(text: str) -> Markup:
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup(text)  # noqa: S704 - a file of this package


def _ticks(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    from markupsafe import escape  # noqa: PLC0415 - comes with jinja2

    parts = [escape(part) for part in text.split("`")]
    whole = len(parts) % 2
    pieces = [p if i % 2 == 0 or not whole else f"<code>{p}</code>" for i, p in enumerate(parts)]
    return _trusted(("" if whole else "`").join(pieces))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _data(value: Any) -> Markup:
    """Return a value as JSON that no browser can take for the end of its element."""
    text = json.dumps(value, separators=(",", ":"))
    return _trusted("".join(UNSAFE.get(c, c) for c in text))


__all__ = ["Subject", "cheap_faults", "report_page"]
