"""Upstream's JSON."""

import json
from typing import Any

import pytest

from attestor.errors import BodyInvalid
from attestor.http import wire
from attestor.http.wire import ProofRequest, TeeProof

UPSTREAM = (
    b'{"elf":[127,69,76,70],"stdin":{"buffer":[[10,0,0,0]],"ptr":0,"proofs":[]},"proof_mode":"TEE"}'
)
PROOF = TeeProof(signature=bytes(range(65)), vk_hash_bytes=b"\x07" * 32, public_values=b"\x00\xff")


def body(**changes: Any) -> bytes:
    return json.dumps({**json.loads(UPSTREAM), **changes}).encode()


def stdin(**changes: Any) -> bytes:
    return body(stdin={"buffer": [[1]], "ptr": 0, "proofs": [], **changes})


def test_encode_request__upstreams_example__is_its_bytes() -> None:
    assert wire.encode_request(b"\x7fELF", [b"\x0a\x00\x00\x00"]) == UPSTREAM


def test_decode_request__upstreams_example__is_program_and_stdin() -> None:
    assert wire.decode_request(UPSTREAM) == ProofRequest(b"\x7fELF", (b"\x0a\x00\x00\x00",))


@pytest.mark.parametrize("mode", sorted(wire.PROOF_MODES))
def test_decode_request__every_proof_mode__is_read_and_not_used(mode: str) -> None:
    assert wire.decode_request(body(proof_mode=mode)).program == b"\x7fELF"


def test_decode_request__no_entries_and_empty_entries__are_told_apart() -> None:
    assert wire.decode_request(stdin(buffer=[])).stdin == ()
    assert wire.decode_request(stdin(buffer=[[], [1]])).stdin == (b"", b"\x01")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "body is not a JSON object"),
        (b"null", "body is not a JSON object"),
        (body(elf="7f45"), "elf is not a list"),
        (body(elf=None), "elf is not a list"),
        (body(elf=[256]), "elf is not a list"),
        (body(elf=[-1]), "elf is not a list"),
        (body(elf=[1.5]), "elf is not a list"),
        (body(elf=["1"]), "elf is not a list"),
        (body(proof_mode="Magic"), "proof_mode"),
        (body(proof_mode=5), "proof_mode"),
        (body(stdin=None), "stdin is not a JSON object"),
        (stdin(buffer=None), "stdin.buffer is not a list"),
        (stdin(buffer=[[1], "x"]), r"stdin.buffer\[1\]"),
        (stdin(buffer=[[]] * 4097), "at most 4096"),
        (stdin(ptr="0"), "stdin.ptr"),
        (stdin(ptr=True), "stdin.ptr"),
        (stdin(proofs=[[]]), "stdin.proofs is not empty"),
        (stdin(proofs=None), "stdin.proofs is not empty"),
    ],
)
def test_decode_request__malformed__says_which_part(given: bytes, said: str) -> None:
    with pytest.raises(BodyInvalid, match=said):
        wire.decode_request(given)


def test_encode_proof__is_upstreams_compact_json() -> None:
    text = wire.encode_proof(PROOF)
    assert text.startswith(b'{"signature":[0,1,2,')
    assert text.endswith(b'"public_values":[0,255]}')
    assert list(json.loads(text)) == ["signature", "vk", "public_values"]


def test_decode_proof__round_trip__is_the_same() -> None:
    assert wire.decode_proof(wire.encode_proof(PROOF)) == PROOF


@pytest.mark.parametrize(
    "changes", [{"signature": [1]}, {"vk": [1] * 31}, {"public_values": None}, {"vk": "0x"}]
)
def test_decode_proof__malformed__is_refused(changes: dict[str, Any]) -> None:
    answer = {**json.loads(wire.encode_proof(PROOF)), **changes}
    with pytest.raises(BodyInvalid):
        wire.decode_proof(json.dumps(answer).encode())
