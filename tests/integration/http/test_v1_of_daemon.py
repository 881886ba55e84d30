"""`/v1` of a running daemon: real programs, a real signer, and the contract that judges."""

import hashlib
import json
import subprocess
import sys
import time
from typing import Any

import requests

from attestor.chain.multiproof import MultiProof
from attestor.core.text import from_hex, to_hex
from attestor.devnet.stack import Devnet
from attestor.programs import ELF_FOLDER, elf, fibonacci, header_chain

SPIN = (ELF_FOLDER / "test" / "spin.elf").read_bytes()
"""A program that never ends."""


def ask(devnet: Devnet, method: str, path: str, **given: Any) -> tuple[int, Any]:
    response = requests.request(method, devnet.api_url + path, timeout=120, **given)
    return response.status_code, response.json()


def test_program_and_job__real_ones__are_accepted_on_chain(devnet: Devnet) -> None:
    status, program = ask(devnet, "PUT", "/v1/programs", data=elf(fibonacci.NAME))
    assert status == 200
    assert program["sha256"] == to_hex(hashlib.sha256(elf(fibonacci.NAME)).digest())
    stdin = [to_hex(entry) for entry in fibonacci.stdin(12)]
    wanted = {"program": program["program_vkey"], "stdin": stdin, "form": "statement"}
    status, job = ask(devnet, "POST", "/v1/jobs", json=wanted)
    assert status == 202
    status, job = ask(devnet, "GET", f"/v1/jobs/{job['id']}?wait=60")
    assert (status, job["state"], job["error"]) == (200, "done", None)
    status, proof = ask(devnet, "GET", f"/v1/proofs/{job['id']}")
    assert (status, proof["program_vkey"]) == (200, program["program_vkey"])
    multiproof = MultiProof(devnet.node, devnet.deployment.multiproof.address)
    values = from_hex(proof["public_values"])
    signature = from_hex(proof["forms"]["upstream"]["signature"])
    (signer,) = multiproof.verify_program(from_hex(proof["program_vkey"]), values, signature)
    assert to_hex(signer) == proof["signer"].lower()
    assert proof["forms"]["statement"]["statement"]["programVKey"] == proof["program_vkey"]


def test_program__is_no_program__is_refused(devnet: Devnet) -> None:
    status, told = ask(devnet, "PUT", "/v1/programs", data=b"\x7fELF" + bytes(100))
    assert (status, told["error"]["code"][:8]) == (422, "program_")


def test_job__cycle_limit__is_held(devnet: Devnet) -> None:
    ask(devnet, "PUT", "/v1/programs", data=elf(fibonacci.NAME))
    name = to_hex(hashlib.sha256(elf(fibonacci.NAME)).digest())
    stdin = [to_hex(entry) for entry in fibonacci.stdin(1000)]
    wanted = {"program": name, "stdin": stdin, "cycle_limit": 100}
    _, job = ask(devnet, "POST", "/v1/jobs", json=wanted)
    _, job = ask(devnet, "GET", f"/v1/jobs/{job['id']}?wait=60")
    assert (job["state"], job["error"]["code"]) == ("failed", "exec_cycle_limit")


def test_job__unending__ends_at_its_deadline_and_by_the_operator(devnet: Devnet) -> None:
    _, program = ask(devnet, "PUT", "/v1/programs", data=SPIN)
    wanted = {"program": program["program_vkey"], "stdin": []}
    _, timed = ask(devnet, "POST", "/v1/jobs", json={**wanted, "deadline_seconds": 1})
    begun = time.monotonic()
    _, timed = ask(devnet, "GET", f"/v1/jobs/{timed['id']}?wait=30")
    assert (timed["state"], timed["error"]["code"]) == ("failed", "deadline_exceeded")
    assert time.monotonic() - begun < 10
    _, job = ask(devnet, "POST", "/v1/jobs", json=wanted)
    ask(devnet, "GET", f"/v1/jobs/{job['id']}?wait=1")
    command = [sys.executable, "-m", "attestor", "jobs", "--database"]
    command.append(str(devnet.options.folder / "attestor.sqlite"))
    listed = subprocess.run([*command, "ls", "--json"], capture_output=True, check=True)
    assert {
        "id": job["id"],
        "program": hashlib.sha256(SPIN).hexdigest(),
    }.items() <= (json.loads(listed.stdout)[0].items())
    subprocess.run([*command, "cancel", job["id"]], check=True, capture_output=True)
    _, told = ask(devnet, "GET", f"/v1/jobs/{job['id']}")
    assert (told["state"], told["error"]["code"]) == ("failed", "job_cancelled")
    # Nothing holds the worker.
    _, program = ask(devnet, "PUT", "/v1/programs", data=elf(fibonacci.NAME))
    stdin = [to_hex(entry) for entry in fibonacci.stdin(13)]
    wanted = {"program": program["program_vkey"], "stdin": stdin}
    _, job = ask(devnet, "POST", "/v1/jobs", json=wanted)
    assert ask(devnet, "GET", f"/v1/jobs/{job['id']}?wait=30")[1]["state"] == "done"


def test_status__of_the_daemon__names_its_signer(devnet: Devnet) -> None:
    status, told = ask(devnet, "GET", "/v1/status")
    assert (status, told["chain_id"], told["halted"]) == (200, devnet.node.chain_id, None)
    assert told["signer"] is not None
    assert told["forms"] == ["sp1-tee", "statement", "upstream"]
    assert told["chain_time"] > 0


def test_program__other_one__has_another_key(devnet: Devnet) -> None:
    keys = {
        ask(devnet, "PUT", "/v1/programs", data=elf(name))[1]["program_vkey"]
        for name in (fibonacci.NAME, header_chain.NAME)
    }
    assert len(keys) == 2
