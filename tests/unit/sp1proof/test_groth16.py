"""SP1's published proofs hold, and nothing made from them by a change."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attestor.errors import Sp1ProofRefused
from attestor.sp1proof import groth16
from attestor.sp1proof.file import Sp1Proof, read

pytestmark = pytest.mark.slow
"""Pairings in Python take seconds each."""

VERSIONS = ("v6.0.0", "v4.0.0-rc.3")


@pytest.fixture
def genuine(vectors: Path) -> Callable[[str], Sp1Proof]:
    return lambda version: read(vectors / "sp1" / f"groth16_{version}.json")


@pytest.fixture
def v6(genuine: Callable[[str], Sp1Proof]) -> Sp1Proof:
    return genuine("v6.0.0")


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def with_word(proof: Sp1Proof, index: int, value: int) -> Sp1Proof:
    start = 4 + 32 * index
    raw = proof.proof[:start] + value.to_bytes(32, "big") + proof.proof[start + 32 :]
    return dataclasses.replace(proof, proof=raw)


def word(proof: Sp1Proof, index: int) -> int:
    return int.from_bytes(proof.proof[4 + 32 * index : 36 + 32 * index], "big")


@pytest.mark.parametrize("version", VERSIONS)
def test_verify__genuine__holds(genuine: Callable[[str], Sp1Proof], version: str) -> None:
    groth16.verify(genuine(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_verify__other_program_or_values__refused(
    genuine: Callable[[str], Sp1Proof], version: str
) -> None:
    proof = genuine(version)
    for changed in (
        dataclasses.replace(proof, program_vkey=flipped(proof.program_vkey, 31)),
        dataclasses.replace(proof, public_values=flipped(proof.public_values, 95)),
        dataclasses.replace(proof, public_values=proof.public_values + b"\0"),
    ):
        with pytest.raises(Sp1ProofRefused, match="pairing equation"):
            groth16.verify(changed)


def test_verify__heading_changed__refused(v6: Sp1Proof) -> None:
    for index, value, reason in (
        (0, 1, "exit code"),
        (1, word(v6, 1) ^ 1, "vk root"),
        (2, 1, "pairing equation"),
        (2, groth16.GROUP_ORDER, "public input 4"),
    ):
        with pytest.raises(Sp1ProofRefused, match=reason):
            groth16.verify(with_word(v6, index, value))


@pytest.mark.parametrize("index", range(3, 11))
def test_verify__coordinate_changed__refused(v6: Sp1Proof, index: int) -> None:
    with pytest.raises(Sp1ProofRefused, match="curve"):
        groth16.verify(with_word(v6, index, word(v6, index) ^ 1))
    with pytest.raises(Sp1ProofRefused, match="not in the field"):
        groth16.verify(with_word(v6, index, word(v6, index) + groth16.FIELD_MODULUS))


def test_verify__another_point_of_the_curve__refused(v6: Sp1Proof) -> None:
    negated = with_word(v6, 4, groth16.FIELD_MODULUS - word(v6, 4))
    with pytest.raises(Sp1ProofRefused, match="pairing equation"):
        groth16.verify(negated)


def test_verify__vkey_plus_the_order__refused(v6: Sp1Proof) -> None:
    twin = int.from_bytes(v6.program_vkey, "big") + groth16.GROUP_ORDER
    with pytest.raises(Sp1ProofRefused, match="public input 0"):
        groth16.verify(dataclasses.replace(v6, program_vkey=twin.to_bytes(32, "big")))


def test_verify__selector_or_length__refused(v6: Sp1Proof) -> None:
    with pytest.raises(Sp1ProofRefused, match="selector"):
        groth16.verify(dataclasses.replace(v6, proof=flipped(v6.proof, 0)))
    for raw in (b"", v6.proof[:-1], v6.proof + b"\0"):
        with pytest.raises(Sp1ProofRefused, match=f"has {len(raw)} bytes, not 356"):
            groth16.verify(dataclasses.replace(v6, proof=raw))


@pytest.mark.parametrize("name", ["alpha", "beta_neg", "gamma_neg", "delta_neg"])
def test_verify__key_changed__is_not_sp1s(v6: Sp1Proof, name: str) -> None:
    point = getattr(v6.circuit, name)
    changed: Any = (point[0] ^ 1, *point[1:])
    circuit = dataclasses.replace(v6.circuit, **{name: changed})
    with pytest.raises(Sp1ProofRefused, match="not that of SP1's circuit"):
        groth16.verify(dataclasses.replace(v6, circuit=circuit))


def test_verify__circuit_changed__refused(v6: Sp1Proof, genuine: Callable[[str], Sp1Proof]) -> None:
    v4 = genuine("v4.0.0-rc.3")
    for proof, change in (
        (v6, {"vk_root": None}),
        (v6, {"verifier_hash": bytes(32)}),
        (v6, {"inputs": v6.circuit.inputs[:-1]}),
        (v6, {"version": "v6.1.0"}),
        (v6, {"version": "v7"}),
        (v4, {"vk_root": bytes(32)}),
    ):
        circuit = dataclasses.replace(proof.circuit, **change)
        with pytest.raises(Sp1ProofRefused, match="not that of|not known"):
            groth16.verify(dataclasses.replace(proof, circuit=circuit))
