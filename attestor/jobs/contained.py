"""Calls in threads, whose exceptions all arrive as such."""

from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def contained(
    call: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """What a thread calls. An exception that its future would lose (StopIteration), or take for
    the end of the worker or of the process, becomes one like others."""
    try:
        return call(*given, **named)
    except (StopIteration, CancelledError) as error:
        raise RuntimeError(f"a call raised {type(error).__name__}") from error
    except Exception:
        raise
    except BaseException as error:
        raise RuntimeError(f"a call raised {type(error).__name__}") from error
