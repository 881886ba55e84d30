"""The Groth16 equation over BN254, and its public inputs in SP1.

proof = selector (4) ‖ [v6: exit code (32) ‖ vk root (32) ‖ nonce (32)] ‖ A (64) ‖ B (128) ‖ C (64),
B in the order of EIP-197, imaginary part first (SP1: SP1VerifierGroth16.sol of the version).
"""

import hashlib
import importlib
from typing import Any

from attestor.errors import Sp1ProofRefused
from attestor.sp1proof.circuits import Circuit, require_known
from attestor.sp1proof.file import Sp1Proof

FIELD_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583
GROUP_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
_DIGEST_MASK = (1 << 253) - 1
_POINT_WORDS = 8


def verify(proof: Sp1Proof) -> None:
    """Raise `Sp1ProofRefused` unless the proof is valid under SP1's own key. Takes a second."""
    require_known(proof.circuit)
    inputs, points = _take_apart(proof)
    for position, value in enumerate(inputs):
        if value >= GROUP_ORDER:
            raise Sp1ProofRefused(f"public input {position} is not below the order of BN254")
    for position, word in enumerate(points):
        if word >= FIELD_MODULUS:
            raise Sp1ProofRefused(f"word {position} of the proof's points is not in the field")
    if not _holds(proof.circuit, inputs, points):
        raise Sp1ProofRefused("the pairing equation does not hold")


def _take_apart(proof: Sp1Proof) -> tuple[list[int], list[int]]:
    """The public inputs, and the eight words of the points."""
    heading = 0 if proof.circuit.vk_root is None else 3
    length = 4 + 32 * (heading + _POINT_WORDS)
    if len(proof.proof) != length:
        raise Sp1ProofRefused(f"the proof has {len(proof.proof)} bytes, not {length}")
    if proof.proof[:4] != proof.circuit.selector:
        raise Sp1ProofRefused(
            f"the proof's selector is {proof.proof[:4].hex()}, not {proof.circuit.selector.hex()}"
        )
    words = [int.from_bytes(proof.proof[at : at + 32], "big") for at in range(4, length, 32)]
    digest = int.from_bytes(hashlib.sha256(proof.public_values).digest(), "big") & _DIGEST_MASK
    inputs = [int.from_bytes(proof.program_vkey, "big"), digest, *words[:heading]]
    if heading and words[0] != 0:
        raise Sp1ProofRefused("the program's exit code is not 0")
    if heading and words[1] != int.from_bytes(proof.circuit.vk_root or b"", "big"):
        raise Sp1ProofRefused("the proof names another vk root than its circuit's")
    return inputs, words[heading:]


def _holds(circuit: Circuit, inputs: list[int], points: list[int]) -> bool:
    """e(A, B) · e(C, -delta) · e(alpha, -beta) · e(sum, -gamma) = 1."""
    bn = _curve()
    total = _g1(circuit.inputs[0])
    for value, point in zip(inputs, circuit.inputs[1:], strict=True):
        total = bn.add(total, bn.multiply(_g1(point), value))
    ax, ay, bxi, bxr, byi, byr, cx, cy = points
    pairs = [
        (_g1((ax, ay)), _g2((bxr, bxi, byr, byi))),
        (_g1((cx, cy)), _g2(circuit.delta_neg)),
        (_g1(circuit.alpha), _g2(circuit.beta_neg)),
        (total, _g2(circuit.gamma_neg)),
    ]
    product = bn.FQ12.one()
    for first, second in pairs:
        product = product * bn.pairing(second, first, final_exponentiate=False)
    return bool(bn.final_exponentiate(product) == bn.FQ12.one())


def _curve() -> Any:
    """py_ecc's BN254, imported late: it is slow, and raises the interpreter's recursion limit."""
    return importlib.import_module("py_ecc.optimized_bn128")


def _g1(point: tuple[int, int]) -> Any:
    bn = _curve()
    if point == (0, 0):
        return bn.Z1
    found = (bn.FQ(point[0]), bn.FQ(point[1]), bn.FQ.one())
    if not bn.is_on_curve(found, bn.b):
        raise Sp1ProofRefused("a point of the proof is not on the curve")
    return found


def _g2(point: tuple[int, int, int, int]) -> Any:
    bn = _curve()
    if point == (0, 0, 0, 0):
        return bn.Z2
    found = (bn.FQ2(point[:2]), bn.FQ2(point[2:]), bn.FQ2.one())
    if not bn.is_on_curve(found, bn.b2):
        raise Sp1ProofRefused("a point of the proof is not on the twisted curve")
    # The twist has points outside of the group, for which the pairing is meaningless.
    if not bn.is_inf(bn.multiply(found, GROUP_ORDER)):
        raise Sp1ProofRefused("a point of the proof is outside of its group")
    return found
