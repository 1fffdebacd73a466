"""The part of the generated code that is the same for every model: table, log, blocks of work.

The table is open-addressed with linear probing; it holds keys plus one, so that zero pages are free
slots. The log is the queue of the breadth-first search: keys, and which choices were new. A state
that is reached again within a bucket of a layer joins its entry in the log. Candidates are made for
many states before the table is asked, so that its cache lines are on their way by then.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinrom.proofs.engines.native.code.layout import Layout

FIELDS = (
    "table", "shift", "slots", "used", "keys", "masks", "length", "at", "upto", "layer",
    "transitions", "pairs", "most_used", "most_length", "candidates", "hits", "gates", "models",
    "model_count", "block", "phase",
)  # fmt: skip
PREFETCH = 64
GOLDEN, SILVER = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
WORD, FILTER_BITS = 64, 12
HIT = "%hit = type { i64, i64, i64, i64 }\n"


def _parts() -> dict[str, Template]:
    """Return the parts of the text, by name."""
    text = Path(__file__).with_name("kernel.ll").read_text(encoding="utf-8")
    pieces = [piece.partition("\n") for piece in text.split(";;; ")[1:]]
    return {name: Template(body) for name, _, body in pieces}


def _hash(key: str, value: str, stem: str, result: str, shift: str = "%shift") -> str:
    """Return the text that makes a place in the table of a key."""
    lines = []
    if key == "i128":
        lines += [
            f"%{stem}low = trunc i128 {value} to i64",
            f"%{stem}shifted = lshr i128 {value}, 64",
            f"%{stem}high = trunc i128 %{stem}shifted to i64",
            f"%{stem}spread = mul i64 %{stem}high, {SILVER}",
            f"%{stem}word = xor i64 %{stem}low, %{stem}spread",
        ]
        value = f"%{stem}word"
    lines += [
        f"%{stem}product = mul i64 {value}, {GOLDEN}",
        f"%{stem}upper = lshr i64 %{stem}product, {WORD // 2}",
        f"%{stem}folded = xor i64 %{stem}product, %{stem}upper",
        f"%{stem}mixed = mul i64 %{stem}folded, {SILVER}",
        f"{result} = lshr i64 %{stem}mixed, {shift}",
    ]
    return "\n  ".join(lines)


def _as_word(mask: str, value: str, result: str) -> str:
    """Return the text that makes 64 bits of a small value of the type of a mask."""
    word = "zext" if int(mask[1:]) < WORD else "trunc" if int(mask[1:]) > WORD else "or"
    return (
        f"{result} = or i64 {value}, 0"
        if word == "or"
        else (f"{result} = {word} {mask} {value} to i64")
    )


def _weight(layout: Layout, value: str, stem: str) -> str:
    """Return the text that counts the table choices in a mask."""
    if not layout.masked:
        return f"%weight{stem} = or i64 1, 0"
    mask = layout.mask
    return f"%many{stem} = call {mask} @llvm.ctpop.{mask}({mask} {value})\n  " + _as_word(
        mask, f"%many{stem}", f"%weight{stem}"
    )


def filter_place(layout: Layout, key: int) -> int:
    """Return where the filter of targets has its hint for a key."""
    whole = (1 << WORD) - 1
    word = key & whole
    if layout.key == "i128":
        word ^= (key >> WORD) * SILVER & whole
    product = word * GOLDEN & whole
    return ((product ^ product >> WORD // 2) * SILVER & whole) >> WORD - FILTER_BITS


def _names(layout: Layout, context: int) -> dict[str, str]:
    """Return what stands for the names in the text; `context` is the address of the fields."""
    key, mask = layout.key, layout.mask
    names = {"K": key, "M": mask, "prefetch": str(PREFETCH)}
    names |= {
        f"c_{name}": f"inttoptr (i64 {context + 8 * i} to ptr)" for i, name in enumerate(FIELDS)
    }
    names |= {
        "hash": _hash(key, "%key", "h", "%first"),
        "hash_fetched": _hash(key, "%fkey", "f", "%fplace"),
        "hash_filter": _hash(key, "%ckey", "c", "%fplace", str(WORD - FILTER_BITS)),
        "hash_model": _hash(key, "%state", "m", "%model_first"),
        "model_mask": str((1 << layout.packing.bits) - 1),
        "bit": _as_word(mask, "%low", "%bit"),
        "load_mask": "", "candidate_mask": "", "model": "", "insert_mask": "",
        "weight": _weight(layout, "%mask", ""),
        "count_m": _weight(layout, "%fresh", "_m"),
    }  # fmt: skip
    if layout.masked:
        names["load_mask"] = (
            f"%mp = getelementptr {mask}, ptr %masks, i64 %i\n  %mask = load {mask}, ptr %mp"
        )
        names["candidate_mask"] = _masked(mask, "%p", "%mask")
        names["step_mask"] = _masked(mask, "%c", "%cmask")
        names["keep_mask"] = (
            "%kept_at = getelementptr %candidate, ptr %to, i32 0, i32 2\n  "
            f"store {mask} %left, ptr %kept_at, align 1"
        )
    else:
        names["load_mask"] = names["candidate_mask"] = "%mask = or i1 true, false"
        names["step_mask"], names["keep_mask"] = "%cmask = or i1 true, false", ""
        names["target_choice"] = "%within = or i1 true, false"
    return names


def _masked(mask: str, place: str, result: str) -> str:
    """Return the text that reads the mask of a candidate."""
    return (
        f"{result}_at = getelementptr %candidate, ptr {place}, i32 0, i32 2\n  "
        f"{result} = load {mask}, ptr {result}_at, align 1"
    )


def sweep_text(layout: Layout, context: int) -> str:
    """Return the functions that go over a closed space backwards, and look what they left."""
    names, parts = _names(layout, context), _parts()
    every = {"mode": "all", "counted": "%not_there", "won": "%not_total"}
    some = {"mode": "some", "counted": "%there", "won": "%total"}
    back = [parts["back"].substitute(names | own) for own in (every, some)]
    return "\n".join([layout.types(), parts["sweep"].substitute(names), *back])


def kernel_text(layout: Layout, context: int) -> str:
    """Return the functions of the search; `context` is the address of the fields."""
    key, mask = layout.key, layout.mask
    names, parts = _names(layout, context), _parts()

    def appended(x: str, fresh: str) -> str:
        more = {"x": x, "fresh": fresh, "count": _weight(layout, fresh, x)}
        more["mask"] = parts["append_mask"].substitute(names | more) if layout.masked else ""
        return parts["append"].substitute(names | more)

    names["insert"], names["found"] = appended("_i", "%mask"), "br label %done"
    if layout.masked:
        names["insert"] += parts["insert_mask"].substitute(names)
        names["append"] = appended("_a", "%fresh")
        names["target_choice"] = parts["target_choice"].substitute(names)
        names["found"] = parts["found"].substitute(names)
        if layout.rows > layout.mask_rows:
            names["model"] = parts["model"].substitute(names)
    bit = f", {mask}" if layout.masked else ""
    target = f"%target = type <{{ {key}, i32, i64{bit} }}>\n"
    text = layout.types() + HIT + target + parts["common"].substitute(names)
    if layout.rows > layout.mask_rows:
        text += parts["rehash_models"].substitute(names)
    return text
