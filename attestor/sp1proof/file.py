"""A proof with its circuit's key, as a JSON file.

Members: circuit_version, verifier_hash, vk_root (null before v6), program_vkey, public_values,
proof (0x text), and verifying_key: alpha, beta_neg, gamma_neg, delta_neg, ic, whose numbers are
decimal text; points of G2 are [[x real, x imaginary], [y real, y imaginary]].
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.text import from_hex
from attestor.errors import Sp1ProofInvalid
from attestor.sp1proof.circuits import Circuit

MAX_FILE_BYTES = 4 * 1024 * 1024
_MAX_DIGITS = 78
_MAX_INPUT_POINTS = 16


@dataclass(frozen=True)
class Sp1Proof:
    """The claim that the program committed the public values. Nothing is verified yet."""

    program_vkey: bytes
    public_values: bytes
    proof: bytes
    circuit: Circuit


def read(path: Path) -> Sp1Proof:
    """The proof in a file. Raises `Sp1ProofInvalid`."""
    try:
        raw = regular_file.read(path, MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Sp1ProofInvalid(f"cannot read {path}: {error.strerror}") from None
    return parse(raw)


def parse(raw: bytes) -> Sp1Proof:
    """The proof in a JSON text. Raises `Sp1ProofInvalid`, which names the member at fault."""
    if len(raw) > MAX_FILE_BYTES:
        raise Sp1ProofInvalid(f"the proof file has more than {MAX_FILE_BYTES} bytes")
    try:
        document = strict_json.loads(raw)
    except ValueError as error:
        raise Sp1ProofInvalid(f"the proof file is not JSON: {error}") from None
    members = _object(document, "the proof file")
    return Sp1Proof(
        program_vkey=_bytes(members, "program_vkey", 32),
        public_values=_bytes(members, "public_values"),
        proof=_bytes(members, "proof"),
        circuit=_circuit(members),
    )


def _circuit(members: dict[str, Any]) -> Circuit:
    key = _object(members.get("verifying_key"), "verifying_key")
    version = members.get("circuit_version")
    if not isinstance(version, str):
        raise Sp1ProofInvalid("circuit_version is not text")
    inputs = key.get("ic")
    if not isinstance(inputs, list) or not 2 <= len(inputs) <= _MAX_INPUT_POINTS:
        raise Sp1ProofInvalid(f"ic is not a list of 2 to {_MAX_INPUT_POINTS} points")
    root = None if members.get("vk_root") is None else _bytes(members, "vk_root", 32)
    return Circuit(
        version=version,
        verifier_hash=_bytes(members, "verifier_hash", 32),
        vk_root=root,
        alpha=_g1(key.get("alpha"), "alpha"),
        beta_neg=_g2(key, "beta_neg"),
        gamma_neg=_g2(key, "gamma_neg"),
        delta_neg=_g2(key, "delta_neg"),
        inputs=tuple(_g1(point, "a point of ic") for point in inputs),
    )


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Sp1ProofInvalid(f"{name} is not a JSON object")
    return value


def _bytes(members: dict[str, Any], name: str, size: int | None = None) -> bytes:
    value = members.get(name)
    try:
        data = from_hex(value) if isinstance(value, str) else None
    except ValueError:
        data = None
    if data is None:
        raise Sp1ProofInvalid(f"{name} is not 0x text")
    if size is not None and len(data) != size:
        raise Sp1ProofInvalid(f"{name} has {len(data)} bytes, not {size}")
    return data


def _g1(value: Any, name: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise Sp1ProofInvalid(f"{name} is not a pair")
    return _number(value[0], name), _number(value[1], name)


def _g2(key: dict[str, Any], name: str) -> tuple[int, int, int, int]:
    value = key.get(name)
    if not isinstance(value, list) or len(value) != 2:
        raise Sp1ProofInvalid(f"{name} is not a pair of pairs")
    return (*_g1(value[0], name), *_g1(value[1], name))


def _number(value: Any, name: str) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
        number = int(value)
        if number < 1 << 256:
            return number
    raise Sp1ProofInvalid(f"{name} holds something else than decimal text below 2^256")
