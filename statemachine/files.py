"""TEMPORARY stand-in until the real file lands."""
from pathlib import Path
def write_whole(path: str, text: str) -> None:
    Path(path).write_text(text)
