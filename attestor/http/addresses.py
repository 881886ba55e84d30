"""Addresses of clients, and what one client can choose its own from."""

import ipaddress


def shared_by(address: str) -> str:
    """What one client can choose its addresses from: a network of 64 bits for IPv6."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return address


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
