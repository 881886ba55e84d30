"""Executes untrusted programs in child processes: `NativeExecutor`, and `VerifyingKeys`."""

from attestor.executor.memory_budget import MemoryBudget
from attestor.executor.native import NativeExecutor
from attestor.executor.sandbox import SandboxLevel, SandboxReport
from attestor.executor.verifying_keys import VerifyingKeys

__all__ = [
    "MemoryBudget",
    "NativeExecutor",
    "SandboxLevel",
    "SandboxReport",
    "VerifyingKeys",
]
