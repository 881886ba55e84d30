"""Whose connections a server takes, by address."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from attestor.errors import ConfigurationInvalid

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class AllowList:
    """Networks; all addresses where there are none."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str], option: str) -> "AllowList":
        """From addresses and networks as text. Raises `ConfigurationInvalid` with the option."""
        return cls(tuple(_network(text.strip(), option) for text in texts))

    def allows(self, address: str) -> bool:
        """Whether a connection from there is taken."""
        return not self.networks or self.names(address)

    def names(self, address: str) -> bool:
        """Whether one of the networks has that address."""
        try:
            parsed = ipaddress.ip_address(address.split("%")[0])
        except ValueError:
            return False
        # A socket for both gives IPv4's addresses in this form.
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in self.networks)

    def also(self, other: "AllowList") -> "AllowList":
        """With the networks of another list; all addresses where this one has none."""
        return AllowList(self.networks + other.networks) if self.networks else self


EVERYBODY = AllowList()


def _network(text: str, option: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ConfigurationInvalid(
            f"{option} has {text!r:.80}: {error}",
            hint="give addresses and networks such as 10.0.0.5 and 10.1.0.0/16",
        ) from None
