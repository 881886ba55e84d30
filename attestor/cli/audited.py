"""What the subcommands of `attestor audit` look at."""

from dataclasses import dataclass
from pathlib import Path

from attestor.store.database import Store


@dataclass(frozen=True)
class Audited:
    """The database that is looked at, and how it is shown."""

    path: Path
    form: str

    def open(self) -> Store:
        """Raises `DatabaseInvalid`."""
        return Store.open_to_read(self.path)
