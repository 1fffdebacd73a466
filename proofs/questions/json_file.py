"""JSON files that other runs have written: read as data, or refused with what is wrong."""

from __future__ import annotations

import json
from typing import Any

from twinrom.statemachine import InputError, read_text

MAX_BYTES = 50_000_000


def read_json(path: str, too_deep: str) -> Any:
    """Return what a JSON file has; raises `InputError`, with `too_deep` where it nests so."""
    text = read_text(path, MAX_BYTES)
    try:
        return json.loads(text)
    except RecursionError:
        raise InputError.whole_file(path, too_deep) from None
    except ValueError as error:
        raise InputError.whole_file(path, f"is not JSON: {error}") from None
