"""The clock by which transactions are waited for."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Timer:
    """`now` counts seconds and only goes forward. `pause` waits for so many, and is True, at once,
    when whoever gave it wants to stop."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], bool] = field(default_factory=lambda: threading.Event().wait)
