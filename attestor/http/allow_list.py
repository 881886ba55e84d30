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
        if not self.networks:
            return True
        parsed = ipaddress.ip_address(address.split("%")[0])
        # A socket for both gives IPv4's addresses in this form.
        plain = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(plain in network for network in self.networks)


EVERYBODY = AllowList()


def _network(text: str, option: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ConfigurationInvalid(
            f"{option} has {text!r:.80}: {error}",
            hint="give addresses and networks such as 10.0.0.5 and 10.1.0.0/16",
        ) from None
