"""A node that takes connections and says nothing: the call ends, and so does the service."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cases.avs_process import Running, running, write_file
from cases.scroll_http import Served, served
from cases.scroll_node import RecordedNode


def call(started: Running, method: str, *params: object) -> Any:
    body: Any = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
    found = requests.post(f"http://127.0.0.1:{started.port}", json=body, timeout=60)
    return found.json()


@pytest.fixture
def silent() -> Iterator[Served]:
    with served(RecordedNode({})) as node:
        node.faults["eth_chainId"] = ["slow"] * 20
        yield node


def test_silent_node__with_a_timeout__is_an_error_and_others_are_served(
    silent: Served, tmp_path: Path
) -> None:
    file = write_file(tmp_path, scroll_endpoint=silent.url, l2_timeout_secs=1)
    found: list[Any] = []
    with running(file) as started:
        asked = threading.Thread(
            target=lambda: found.append(call(started, "prover_genContext", 5, 6, 1))
        )
        asked.start()
        began = time.monotonic()
        assert "result" in call(started, "prover_metadata")
        assert time.monotonic() - began < 1
        asked.join(40)
    (answer,) = found
    assert answer["error"]["code"] == 14004
    assert silent.asked == ["eth_chainId"] * 4


def test_silent_node__at_sigterm__keeps_nobody(silent: Served, tmp_path: Path) -> None:
    file = write_file(tmp_path, scroll_endpoint=silent.url, l2_timeout_secs=600)
    with running(file, "--stop-seconds", "1") as started:

        def ask() -> None:
            with contextlib.suppress(requests.RequestException):
                call(started, "prover_genContext", 5, 6, 1)

        asked = threading.Thread(target=ask)
        asked.start()
        while not silent.asked:
            time.sleep(0.05)
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(20) == 0
        asked.join(20)
        assert not asked.is_alive()
