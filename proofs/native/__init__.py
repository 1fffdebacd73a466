"""The native tier of the exhaustive search: generated code, the same answers as the plain one."""

from proofs.native.closed import Closed
from proofs.native.layout import NativeUnavailableError
from proofs.native.search import NativeSearch, search_native

__all__ = ["Closed", "NativeSearch", "NativeUnavailableError", "search_native"]
