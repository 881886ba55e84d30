"""A node in a process of its own that has a new block whenever it is asked for the newest one:
headers that hash to what it says, and a reorg now and then."""

import json
import multiprocessing
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from storm.counting import MOST_BYTES

from attestor.core import header
from attestor.core.text import to_hex

CHAIN_ID = 31337
KEPT = 1024
REORG_EVERY = 50
DEEPEST_REORG = 8
BLOCK_SECONDS = 12
_ZEROS = {
    "sha3Uncles": 32,
    "miner": 20,
    "stateRoot": 32,
    "transactionsRoot": 32,
    "receiptsRoot": 32,
    "logsBloom": 256,
    "extraData": 32,
    "mixHash": 32,
    "nonce": 8,
}


class FastChain:
    """The newest blocks, by number and by hash; those of lost branches by hash alone."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._number = -1
        self._of_number: dict[int, dict[str, Any]] = {}
        self._of_hash: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._mine()

    def answer(self, method: str, params: list[Any]) -> Any:
        match method:
            case "eth_chainId":
                return hex(CHAIN_ID)
            case "eth_getBlockByNumber" if params[0] == "latest":
                self._go_on()
                return self._of_number[self._number]
            case "eth_getBlockByNumber":
                return self._of_number.get(int(params[0], 16))
            case "eth_getBlockByHash":
                return self._of_hash.get(params[0])
        raise ValueError(f"it has no method {method}")

    def _go_on(self) -> None:
        depth = 0
        if self._number > 2 * DEEPEST_REORG and self._random.randrange(REORG_EVERY) == 0:
            depth = self._random.randint(1, DEEPEST_REORG)
            self._number -= depth
        for _ in range(depth + 1):
            self._mine()

    def _mine(self) -> None:
        parent = self._of_number.get(self._number, {"hash": "0x" + "00" * 32})
        self._number += 1
        block = {name: "0x" + "00" * length for name, length in _ZEROS.items()}
        block |= {
            "parentHash": parent["hash"],
            "extraData": to_hex(self._random.randbytes(32)),
            "difficulty": "0x0",
            "number": hex(self._number),
            "gasLimit": hex(36_000_000),
            "gasUsed": "0x0",
            "timestamp": hex(1_750_000_000 + BLOCK_SECONDS * self._number),
            "baseFeePerGas": hex(10**9),
        }
        block["hash"] = to_hex(header.hash_of(header.encode(block)))
        self._of_number[self._number] = self._of_hash[block["hash"]] = block
        self._of_number.pop(self._number - KEPT, None)
        if len(self._of_hash) > KEPT:
            self._of_hash.popitem(last=False)


@contextmanager
def fast_node(seed: int) -> Iterator[str]:
    """Its URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(seed, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(seed: int, told: Connection) -> None:
    chain = FastChain(seed)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            length = min(int(self.headers["Content-Length"]), MOST_BYTES)
            asked = json.loads(self.rfile.read(length))
            result = chain.answer(asked["method"], asked["params"])
            body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()
            self.send_response_only(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *shown: object) -> None:
            """Nothing is logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.send(f"http://127.0.0.1:{server.server_address[1]}")
        server.serve_forever()
