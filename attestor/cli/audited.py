"""What the subcommands of `attestor audit` look at."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attestor.config import Config
    from attestor.store.database import Store


@dataclass(frozen=True)
class Audited:
    """The database that is looked at, and how it is shown; the chain's configuration, where the
    daemon's file is given."""

    path: Path
    form: str
    config: "Config | None" = None

    @property
    def registry(self) -> bytes | None:
        """As the file has it. Raises as `deployment.addresses.of`."""
        if self.config is None:
            return None
        from attestor.deployment import addresses

        return addresses.of(self.config).registry

    def open(self) -> "Store":
        """Raises `DatabaseInvalid`."""
        from attestor.store.database import Store

        return Store.open_to_read(self.path)
