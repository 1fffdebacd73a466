"""The templates of this package: everything they fill in is escaped, unless it is ours."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = files("twinrom.diagrams.page")


def environment() -> Environment:
    """Return what renders templates; what a template asks for and is not there is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 - for this only

    made = Environment(
        loader=FunctionLoader(text_of), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"ticks": ticks, "breakable": breakable}
    return made


def text_of(name: str) -> str:
    """Return a file of this package."""
    return (HERE / name).read_text(encoding="utf-8")


def trusted(text: str) -> Markup:
    """Return a text of ours as markup, which is not escaped."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup(text)  # noqa: S704 - a file of this package


def ticks(text: str) -> Markup:
    """Return a text in which what stands between backticks is code."""
    from markupsafe import escape  # noqa: PLC0415 - comes with jinja2

    parts = [escape(part) for part in text.split("`")]
    whole = len(parts) % 2
    pieces = [p if i % 2 == 0 or not whole else f"<code>{p}</code>" for i, p in enumerate(parts)]
    return trusted(("" if whole else "`").join(pieces))


def breakable(name: str) -> Markup:
    """Return a name that may go on in another line behind each underscore, bracket and comma."""
    from markupsafe import escape  # noqa: PLC0415 - comes with jinja2

    text = str(escape(name))
    for mark in ("_", "(", "["):
        text = text.replace(mark, f"{mark}<wbr>")
    return trusted(text)
