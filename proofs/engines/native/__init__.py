"""The native tier of the exhaustive search: generated code, the same answers as the plain one."""

from twinrom.proofs.engines.native.closed import Closed
from twinrom.proofs.engines.native.code.layout import NativeUnavailableError
from twinrom.proofs.engines.native.explore import search_native
from twinrom.proofs.engines.native.search import NativeSearch

__all__ = ["Closed", "NativeSearch", "NativeUnavailableError", "search_native"]
