"""The service in an enclave under Gramine, by a double of what is particular to one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from cases import gramine, scroll_batch
from cases.avs_process import Running, running, write_file
from cases.contexts import context_of
from cases.scroll_http import served
from cases.scroll_node import RecordedNode

from attestor.core.avs import context_json
from attestor.core.text import from_hex, to_hex
from attestor.quote.format import BodyType, parse

CONTEXT = context_json.encode(context_of())
CALLDATA = scroll_batch.case(4).calldata
PROGRAM = (gramine.__file__,)


@pytest.fixture(scope="module")
def enclave(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("enclave")
    with running(write_file(folder), program=PROGRAM) as started:
        yield started
    assert not list(folder.glob("*.sqlite"))


def call(started: Running, method: str, *params: object) -> Any:
    body: Any = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
    return requests.post(f"http://127.0.0.1:{started.port}", json=body, timeout=30).json()


def test_enclave__at_its_start__says_what_it_does_not_do(enclave: Running) -> None:
    assert "no batch is proven" in "".join(enclave.lines)


def test_enclave__quote__is_of_version_3_and_of_one_key(enclave: Running) -> None:
    assert "result" in call(enclave, "prover_metadata")
    found = [
        parse(from_hex(call(enclave, "generateAttestationReport", "0x" + given * 64)["result"]))
        for given in ("ab", "cd")
    ]
    for quote, given in zip(found, (b"\xab", b"\xcd"), strict=True):
        assert (quote.version, quote.body_type) == (3, BodyType.SGX)
        assert quote.report_data[32:] == given * 32
    assert found[0].report_data[:32] == found[1].report_data[:32]
    assert found[0].report_data[:12] == bytes(12)
    assert any(found[0].report_data[12:32])  # A key, which is nobody's afterwards.


def test_enclave__contexts_and_locks__are_served(enclave: Running) -> None:
    assert call(enclave, "da_tryLock", CONTEXT["hash"])["result"] == "Locked"
    assert "result" in call(enclave, "da_putPob", CONTEXT)
    assert call(enclave, "da_tryLock", CONTEXT["hash"])["result"] == "Exist"


def test_enclave__proof__is_a_typed_error_each_time_and_leaves_the_context(
    enclave: Running,
) -> None:
    call(enclave, "da_putPob", CONTEXT)
    task = {"batch": to_hex(CALLDATA[4:]), "pob_hash": CONTEXT["hash"]}
    for _ in range(2):
        error = call(enclave, "prover_proveTask", task)["error"]
        assert error["code"] == 15001
        assert "no block is executed" in error["message"]
        assert "skip" not in error["message"]


def test_enclave__node__makes_contexts(tmp_path: Path) -> None:
    with served(RecordedNode({})) as node:
        file = write_file(tmp_path, scroll_endpoint=node.url)
        with running(file, "--quotes", "gramine", program=PROGRAM) as started:
            assert call(started, "prover_metadata")["result"]["with_context"] is False
            assert call(started, "prover_genContext", 7, 8, 1)["error"]["code"] == 14004
