"""What systemd is told, on a real socket."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestor.daemon.service_manager import ALIVE, READY, STOPPING, ServiceManager


@pytest.fixture(params=["path", "abstract"])
def heard(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """An address as systemd gives it, and what listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        name = str(tmp_path / "notify")
        abstract = request.param == "abstract"
        server.bind("\0" + name if abstract else name)
        server.setblocking(False)
        yield ("@" if abstract else "") + name, server


@pytest.mark.parametrize("state", [READY, ALIVE, STOPPING])
def test_tell__a_state__is_one_datagram(heard: tuple[str, socket.socket], state: str) -> None:
    address, server = heard
    ServiceManager(address).tell(state)
    assert server.recv(100) == state.encode()


def test_tell__with_a_status_of_several_lines__cannot_add_a_state(
    heard: tuple[str, socket.socket],
) -> None:
    address, server = heard
    ServiceManager(address).tell(READY, "started\nWATCHDOG=trigger")
    assert server.recv(100) == b"READY=1\nSTATUS=started WATCHDOG=trigger"


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative/path"])
def test_tell__no_unix_socket__nobody_is_told(address: str) -> None:
    manager = ServiceManager(address)
    manager.tell(READY)
    assert not manager.is_told


def test_tell__socket_that_is_gone_or_full__does_not_fail_nor_wait(tmp_path: Path) -> None:
    ServiceManager(str(tmp_path / "gone")).tell(READY)
    ServiceManager("/" + "long" * 100).tell(READY)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "full"))
        for _ in range(2000):
            ServiceManager(str(tmp_path / "full")).tell(ALIVE)
