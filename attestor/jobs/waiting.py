"""Who waits for a job."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Waiting:
    """Those who wait for one job, by their names. Its event is replaced when it is set."""

    clients: Counter[str] = field(default_factory=Counter)
    event: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Have all of them look how the job stands."""
        self.event.set()
        self.event = asyncio.Event()
