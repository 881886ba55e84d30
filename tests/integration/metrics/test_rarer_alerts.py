"""What alerts go by that a daemon meets seldom, provoked on one."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases.lying_endpoints import Reply
from cases.ports import free_port
from integration.metrics.watched import Watched
from storm.endpoint import Moods
from storm.served import ServedEndpoint

from attestor.core.keccak import keccak
from attestor.core.text import from_hex, to_hex

GIB = 1 << 30
EXPIRING_SECONDS = 600
"""In AttestorSignerExpiring."""


def test_daemon__no_successor_can_be_paid_for__end_of_the_signer_comes_near(
    start: Callable[..., Watched],
) -> None:
    watched = start()
    watched.until_ready()
    call = watched.devnet.node.rpc.call
    call("anvil_setBalance", [watched.devnet.payer_address, "0x0"])
    end = watched.value("attestor_signer_valid_until_timestamp_seconds")
    assert end
    call("evm_setNextBlockTimestamp", [int(end) - EXPIRING_SECONDS + 60])

    def is_near() -> bool:
        found = watched.metrics()
        head = found.get(("attestor_head_timestamp_seconds", frozenset()), 0.0)
        active = found.get(("attestor_signer_active", frozenset()))
        return 0 < end - head < EXPIRING_SECONDS and active == 1

    watched.until(is_near, "the signer's end is near, and it is active")
    assert watched.value("attestor_signer_valid_until_timestamp_seconds") == end


class Swallowing(Moods):
    """An endpoint that takes transactions, and keeps them to itself."""

    def reply(self, request: dict[str, Any]) -> Reply:
        if request["method"] != "eth_sendRawTransaction":
            return super().reply(request)
        name = to_hex(keccak(from_hex(request["params"][0])))
        return Reply(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": name}).encode())


@pytest.fixture
def swallowing() -> Iterator[tuple[int, str]]:
    """The port at which the chain behind it has to be, and its own URL."""
    port = free_port()
    upstream = f"http://127.0.0.1:{port}"
    endpoint = ServedEndpoint(upstream, seed=1)
    endpoint.moods = Swallowing(upstream, seed=1)
    yield port, endpoint.url
    endpoint.close()


def test_daemon__endpoint_swallows_transactions__one_stays_out(
    start: Callable[..., Watched], swallowing: tuple[int, str]
) -> None:
    port, url = swallowing
    watched = start(rpc_port=port, environment={"ATTESTOR_CHAIN_RPC_URL": url})
    pending = "attestor_transactions_pending"
    watched.until(lambda: (watched.value(pending) or 0) >= 1, "a transaction is out")
    time.sleep(5)
    assert (watched.value(pending) or 0) >= 1
    assert watched.value("attestor_ready") == 0


def test_daemon__database_on_a_small_disk__its_free_bytes_are_told(
    start: Callable[..., Watched], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    watched = None
    try:
        watched = start(environment={"ATTESTOR_STORE_PATH": str(disk / "attestor.sqlite")})
        free = "attestor_database_free_bytes"
        watched.until(lambda: watched.value(free) is not None, "it is told")
        assert 0 < (watched.value(free) or 0) < GIB
    finally:
        if watched is not None:
            watched.devnet.stop_daemon()
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
