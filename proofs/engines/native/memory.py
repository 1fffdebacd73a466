"""Memory outside Python's heap: anonymous pages that read as zero until they are written."""

from __future__ import annotations

import ctypes
import mmap


class Pages:
    """A block of anonymous memory with a fixed address."""

    def __init__(self, size: int) -> None:
        self.size = max(size, mmap.PAGESIZE)
        self.map = mmap.mmap(-1, self.size)
        if hasattr(mmap, "MADV_HUGEPAGE") and self.size >= 1 << 21:
            self.map.madvise(mmap.MADV_HUGEPAGE)
        self.view = (ctypes.c_char * self.size).from_buffer(self.map)
        self.address = ctypes.addressof(self.view)

    def grown(self, size: int, used: int) -> Pages:
        """Return a larger block with the first `used` bytes of this one, which is given up."""
        larger = Pages(size)
        ctypes.memmove(larger.address, self.address, used)
        self.free()
        return larger

    def free(self) -> None:
        """Give the memory back."""
        del self.view
        self.map.close()

    def number(self, index: int, size: int) -> int:
        """Return the number at a place, counted in numbers of `size` bytes."""
        return int.from_bytes(self.map[index * size : (index + 1) * size], "little")

    def write(self, offset: int, value: int, size: int) -> None:
        """Write a number at a place in bytes."""
        self.map[offset : offset + size] = value.to_bytes(size, "little")
