"""The words and marks that an expression may consist of; anything else is refused here.

This looks at the text before the parser does, so that what is refused is refused by name.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import TYPE_CHECKING

from twinrom.statemachine.expression.syntax import ENABLED, SIGNS

if TYPE_CHECKING:
    from twinrom.statemachine.source.locate import Span

WORDS = frozenset({"and", "or", "not", "in", "is", "if", "else", "for", "True", "False"})
SIGNS_THERE_ARE = "there are {} and {}".format(
    ", ".join(f"`{sign}`" for sign in list(SIGNS)[:-1]), f"`{list(SIGNS)[-1]}`")
STRANGE = (
    (":=", "an assignment is not part of the language", "`sets` changes variables"),
    ("=>", "`=>` is not part of the language", "write `>=`"),
    ("=<", "`=<` is not part of the language", "write `<=`"),
    ("=", "`=` does not compare", "write `==`"),
    ("&&", "`&&` is not part of the language", "write `and`"),
    ("&", "`&` is not part of the language", "write `and`"),
    ("||", "`||` is not part of the language", "write `or`"),
    ("|", "`|` is not part of the language", "write `or`"),
    ("!", "`!` is not part of the language", "write `not`"),
    ("~", "`~` is not part of the language", "write `not`"),
    ("<>", "`<>` is not part of the language", "write `!=`"),
    ("?", "`?` is not part of the language", "write `a if condition else b`"),
    ("]", "brackets are not part of the language", "a list is written `(a, b)`"),
    ("}", "braces are not part of the language", "a list is written `(a, b)`"),
    ("[", "brackets are not part of the language", "a list is written `(a, b)`"),
    ("{", "braces are not part of the language", "a list is written `(a, b)`"),
    ("#", "a comment may not stand in an expression", "write it outside the quotes"),
    ("'", "a quoted string is not part of the language", "write names without quotes"),
    ('"', "a quoted string is not part of the language", "write names without quotes"),
    ("`", "a backquote is not part of the language", ""),
    ("->", "`->` belongs to a move", ""),
    ("..", "`..` belongs to a sort", ""),
    *((mark, f"`{mark}` is not part of the language", SIGNS_THERE_ARE)
      for mark in ("**", "*", "//", "/", "%") if mark not in SIGNS),
)


def _alone(mark: str) -> str:
    """Return a pattern for the mark where it does not begin a longer one that is refused."""
    longer = [re.escape(m[len(mark):]) for m, _, _ in STRANGE if m.startswith(mark)]
    return re.escape(mark) + (f"(?!{'|'.join(longer)})" if longer else "")


TOKEN = re.compile(
    r"(?P<space>[ \t\r\n\f]+)|(?P<number>\d[\w.]*)|(?P<word>[\w\u0300-\u036f]+)"
    rf"|(?P<mark>==|!=|<=|>=|{'|'.join(map(_alone, ('<', '>', *SIGNS, '.')))}|[(),])"
    r"|(?P<strange>.)",
    re.DOTALL)
INSTEAD = {"None": "write `none`", "lambda": "`[define]` names expressions"}


def refused(text: str) -> tuple[str, Span, str] | None:  # noqa: PLR0911 - a return a reason
    """Return the first word or mark that is not of the language: what to say, where, a hint."""
    open_at: list[int] = []
    naming: list[bool] = []
    before = ""
    for found in TOKEN.finditer(text):
        what, word, span = found.lastgroup, found[0], found.span()
        if what == "number" and not re.fullmatch(r"0|[1-9][0-9]*", word):
            hint = "a range belongs to `[sort]`" if ".." in word else ""
            return f"`{word}` is not an integer", span, hint
        inner, called = before == ".", before == ENABLED
        if what == "word" and not _known(word, inner=inner):
            hint = INSTEAD.get(word, "")
            if keyword.iskeyword(word):
                return f"`{word}` is not part of the language", span, hint
            plain = unicodedata.normalize("NFKC", word)
            hint = f"write `{plain}`" if plain.isidentifier() else (
                "a name is letters, digits and underscores")
            return f"`{word}` is not a name", span, hint
        named = naming[-1:] == [True] and re.match("=(?![<>])", text[span[0]:])
        if what == "strange" and not named:
            return _strange(text, found.start())
        if word == "(":
            open_at.append(found.start())
            naming.append(called)
        elif word == ")" and not open_at:
            return "this `)` closes nothing", span, ""
        elif word == ")":
            open_at.pop()
            naming.pop()
        before = word if what != "space" else before
    if open_at:
        return "this `(` is not closed", (open_at[-1], open_at[-1] + 1), ""
    return None


def _known(word: str, *, inner: bool) -> bool:
    """Say whether a word has a meaning; after a dot (`inner`) any name is one."""
    plain = word.isidentifier() and unicodedata.normalize("NFKC", word) == word
    return plain and (inner or word in WORDS or not keyword.iskeyword(word))


def _strange(text: str, start: int) -> tuple[str, Span, str]:
    for mark, message, hint in STRANGE:
        if text.startswith(mark, start):
            return message, (start, _end(text, start, mark)), hint
    char = text[start]
    if not char.isprintable():
        name = unicodedata.name(char, "").lower() or f"U+{ord(char):04X}"
        return f"the invisible character `{name}` is not part of the language", (
            start, start + 1), ""
    return f"`{char}` is not part of the language", (start, start + 1), ""


def _end(text: str, start: int, mark: str) -> int:
    """Return where the refused part ends: a quoted string as a whole."""
    close = text.find(mark, start + 1) if mark in "'\"" else -1
    return close + 1 if close >= 0 else start + len(mark)
