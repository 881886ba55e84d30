"""Hostile bodies against the process: it answers, and has no more memory afterwards than before."""

import gzip
import json
import threading
from pathlib import Path

import requests
from cases.avs_process import Running, running, write_file
from cases.contexts import context_of

from attestor.core.avs import context_json

BODY = 50 << 20
MEGABYTE = 1 << 20
SENT = context_json.encode(context_of())
PARAMS = b'{"jsonrpc":"2.0","id":1,"method":"da_putPob","params":['


def upload(context: object) -> bytes:
    return PARAMS + json.dumps(context).encode() + b"]}"


def block(**data: object) -> dict[str, object]:
    first = SENT["pob"][0]
    return {**SENT, "pob": [{**first, "data": {**first["data"], **data}}]}


HOSTILE: dict[str, bytes] = {
    "no json": b"{" + b"a" * (BODY - 10),
    "brackets": b"[" * BODY,
    "numbers": PARAMS + b"1," * (BODY // 2 - 100) + b"1]}",
    "strings": PARAMS + b'"abcdefgh",' * 900_000 + b"1]}",
    "wide characters": PARAMS + b'"' + "\U0001f600".encode() * (BODY // 4 - 100) + b'"]}',
    "gzip bomb": upload({**SENT, "interning": "0x" + gzip.compress(bytes(400 << 20)).hex()}),
    "offsets": upload(block(mpt_nodes=[0] * 10_000_000)),
    "many batches": b"[" + b",".join([b"{}"] * 1_000_000) + b"]",
}


def memory(started: Running, name: str) -> int:
    """Megabytes, as the kernel counts them."""
    status = Path(f"/proc/{started.process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) // 1024


def post(started: Running, body: bytes) -> requests.Response:
    address = f"http://127.0.0.1:{started.port}"
    return requests.post(
        address, data=body, headers={"Content-Type": "application/json"}, timeout=600
    )


def test_bodies__of_50_mb__leave_memory_as_it_was(tmp_path: Path) -> None:
    with running(write_file(tmp_path)) as started:
        assert (
            "result" in post(started, PARAMS.replace(b"da_putPob", b"prover_metadata") + b"]}").text
        )
        before = memory(started, "VmRSS")
        for name, body in HOSTILE.items():
            told = post(started, body)
            assert (told.status_code, "error" in told.json()) == (200, True), (name, told.text)
        at_once = [
            threading.Thread(target=post, args=(started, HOSTILE["strings"])) for _ in range(3)
        ]
        for one in at_once:
            one.start()
        for one in at_once:
            one.join()
        assert memory(started, "VmRSS") < before + 24
        assert memory(started, "VmHWM") < before + 600


def test_batch__of_uploads__is_taken_one_after_the_other(tmp_path: Path) -> None:
    context = upload(SENT)
    with running(write_file(tmp_path, server={"body_limit": len(context) * 3})) as started:
        batch = b"[" + b",".join([context] * 2) + b"]"
        assert [one["result"] for one in post(started, batch).json()] == [None, None]
