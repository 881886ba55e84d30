"""Executes untrusted programs in child processes: `NativeExecutor`."""

from attestor.executor.native import NativeExecutor

__all__ = ["NativeExecutor"]
