"""A port that is taken is told before anything is started."""

import socket

import pytest

from attestor.devnet.ports import HOST, require_free
from attestor.errors import PortTaken


def test_require_free__taken__names_the_port_and_the_option() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"{HOST}:{port}.*--rpc-port"):
            require_free(port, "--rpc-port")
    require_free(port, "--rpc-port")


def test_require_free__any_port__is_free() -> None:
    require_free(0, "--rpc-port")
