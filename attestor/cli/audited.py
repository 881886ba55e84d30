"""What the subcommands of `attestor audit` look at."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from attestor.core.report_data import Layout

if TYPE_CHECKING:
    from attestor.chain.registry import Registry
    from attestor.config import Config
    from attestor.store.database import Store


@dataclass(frozen=True)
class AskedRegistry:
    """A registry on the chain, and the endpoints through which it is read."""

    rpc_urls: tuple[str, ...]
    address: bytes
    check_headers: bool = True
    layout: Layout = Layout.ATTESTOR

    def open(self) -> "Registry":
        """Raises the node's errors, and `RegistryInvalid`."""
        from attestor.cli.chain_options import open_registry

        return open_registry(self.rpc_urls, self.address, self.check_headers, self.layout)


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
