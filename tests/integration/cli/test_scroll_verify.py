"""`attestor scroll verify` on recorded blocks, with the real executor: from files, and from a node
over HTTP that throttles, breaks off, and is slow."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cases.scroll_node import RecordedNode, Refusal
from click.testing import CliRunner

from attestor import cli
from attestor.errors.scroll import ScrollMethodMissing, ScrollVerificationFailed
from attestor.executor.scroll import PROGRAM
from attestor.scroll import keeping
from attestor.scroll.node import WITNESS
from attestor.scroll.witness import Witness

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
FIRST = 14919991


@pytest.fixture(autouse=True)
def built() -> None:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")


@pytest.fixture
def recorded(vectors: Path) -> list[Witness]:
    """Three blocks, each but the first with the header of its parent."""
    folder = vectors / "scroll" / "witnesses"
    found = [keeping.read(folder / f"euclidv2-{FIRST + place}.json") for place in range(3)]
    for place in (1, 2):
        found[place] = replace(found[place], parent=found[place - 1].header)
    return found


class Server:
    """Serves a recorded node; `quirks` are taken in turn by the first witnesses that are asked."""

    def __init__(self, node: RecordedNode, quirks: list[str]) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.answer(self, asked)

            def log_message(self, *_: Any) -> None:
                pass

        self.node, self.quirks = node, quirks
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        quirk = self.quirks.pop(0) if asked["method"] == WITNESS and self.quirks else None
        if quirk == "throttled":
            handler.send_response(429)
            handler.send_header("Retry-After", "0")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        try:
            said = {"result": self.node.answer(asked["method"], asked["params"])}
        except Refusal as refusal:
            said = {"error": {"code": refusal.number, "message": refusal.said}}
        body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **said}).encode()
        if quirk == "slow":
            time.sleep(0.3)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2] if quirk == "truncated" else body)
        if quirk == "truncated":
            handler.close_connection = True

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    found: list[Server] = []
    yield found
    for server in found:
        server.close()


def verify(*arguments: str) -> Any:
    return CliRunner().invoke(
        cli.group, ["scroll", "verify", *arguments, "--executor", str(DIRECTORY), "--json"]
    )


def test_verify__node_with_quirks__verifies_and_keeps(
    recorded: list[Witness], servers: list[Server], tmp_path: Path
) -> None:
    node = RecordedNode({one.number: one for one in recorded[1:]})
    server = Server(node, ["throttled", "truncated", "slow"])
    servers.append(server)
    folder = tmp_path / "kept"
    target = f"{FIRST + 1}-{FIRST + 2}"
    result = verify(target, "--rpc-url", server.url, "--keep", str(folder))
    assert result.exit_code == 0, result.output
    value = json.loads(result.output)
    assert (value["blocks_verified"], value["blocks_refused"]) == (2, 0)
    assert [block["gas_used"] for block in value["blocks"]] == [49_274, 154_610]
    assert all(block["pre_state_checked"] for block in value["blocks"])
    assert server.quirks == []
    again = json.loads(verify(str(folder)).output)
    assert [block["post_state_root"] for block in again["blocks"]] == [
        block["post_state_root"] for block in value["blocks"]
    ]


def test_verify__node_without_the_namespace__says_which_flag(
    recorded: list[Witness], servers: list[Server]
) -> None:
    blocks = {one.number: one for one in recorded[1:]}
    servers.append(Server(RecordedNode(blocks, lacks=(WITNESS,)), []))
    result = verify(str(FIRST + 1), "--rpc-url", servers[0].url)
    assert isinstance(result.exception, ScrollMethodMissing)
    assert "--http.api eth,net,web3,debug" in str(result.exception)


def test_verify__one_changed_file__is_refused_and_the_others_hold(
    recorded: list[Witness], tmp_path: Path
) -> None:
    for one in recorded:
        keeping.keep(tmp_path, one)
    path = tmp_path / f"scroll-534352-{FIRST + 1}.json"
    value = json.loads(path.read_text())
    value["prev_state_root"] = "0x" + "11" * 32
    path.write_text(json.dumps(value))
    result = verify(str(tmp_path))
    assert isinstance(result.exception, ScrollVerificationFailed)
    blocks = json.loads(result.output)["blocks"]
    assert [block["number"] for block in blocks] == [FIRST, FIRST + 1, FIRST + 2]
    assert [block["verified"] for block in blocks] == [True, False, True]
    assert blocks[1]["error"] == "scroll_mismatch"
