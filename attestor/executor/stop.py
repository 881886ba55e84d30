"""A request to end a call of the executor before its time."""

import os
from types import TracebackType


class Stop:
    """Set once, by any thread; a call that was given it ends its child then. A context manager: its
    descriptor is closed at the end."""

    def __init__(self) -> None:
        self._descriptor = os.eventfd(0, os.EFD_CLOEXEC)
        self._set = False

    @property
    def is_set(self) -> bool:
        """Whether the call is to end."""
        return self._set

    def set(self) -> None:
        """End the call."""
        self._set = True
        os.eventfd_write(self._descriptor, 1)

    def fileno(self) -> int:
        """A descriptor that can be read once it is set."""
        return self._descriptor

    def close(self) -> None:
        """No call uses it any more."""
        os.close(self._descriptor)

    def __enter__(self) -> "Stop":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
