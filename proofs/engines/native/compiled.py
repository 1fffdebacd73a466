"""From text to functions: the only place that knows llvmlite."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from twinrom.proofs.engines.native.code.layout import NativeUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

_started: list[Any] = []


def llvm() -> Any:
    """Return llvmlite's binding, ready for use; raises `NativeUnavailableError` without it."""
    try:
        import llvmlite.binding as found  # noqa: PLC0415 - slow to import, and may be missing
    except (ImportError, OSError) as error:
        raise NativeUnavailableError("llvmlite cannot be imported") from error
    if not _started:
        found.initialize_native_target()
        found.initialize_native_asmprinter()
        cpu = found.get_host_cpu_name()
        features = found.get_host_cpu_features().flatten()
        _started.extend((cpu, features))
    return found


class Compiled:
    """A module in memory; its functions live as long as this object."""

    def __init__(self, text: str, level: int) -> None:
        binding = llvm()
        cpu, features = _started
        target = binding.Target.from_default_triple()
        # small and position-independent: else every call takes the slow way through the compiler
        machine = target.create_target_machine(
            cpu=cpu, features=features, opt=level, jit=True, codemodel="small", reloc="pic"
        )
        module = binding.parse_assembly(text)
        self.engine = binding.create_mcjit_compiler(module, machine, use_lmm=True)
        self.engine.finalize_object()

    def function(self, name: str, returns: Any, *arguments: Any) -> Callable[..., Any]:
        """Return a function of the module."""
        return ctypes.CFUNCTYPE(returns, *arguments)(self.address(name))

    def address(self, name: str) -> int:
        """Return where a function of the module is."""
        return int(self.engine.get_function_address(name))
