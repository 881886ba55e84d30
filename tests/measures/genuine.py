"""What Intel and SP1 have published, where its folder is given."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.signing import sign
from measures.chain import GasChain
from measures.goals import Figure

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralKind, CollateralStore
from attestor.collateral import uploader
from attestor.collateral.items import items_of
from attestor.config import ROOT
from attestor.core.legacy_message import LegacyMessage
from attestor.core.text import checksummed, from_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.deployment import artifact, roots
from attestor.quote.collateral import Collateral
from attestor.quote.compact import compact
from attestor.quote.format import parse


def folder() -> Path | None:
    """Where the vectors are, which are not part of the project; None without them."""
    found = Path(os.environ.get("ATTESTOR_VECTORS", ROOT.parent / "shared" / "vectors"))
    return found if found.is_dir() else None


@dataclass(frozen=True)
class Sp1Proof:
    """A proof, and the creation code of a gateway that takes it."""

    program_vkey: bytes
    public_values: bytes
    proof: bytes
    gateway_creation: bytes

    def gateway_calldata(self) -> bytes:
        """Has the gateway check it alone."""
        return Contract.named("SP1Groth16Verifier").encode(
            "verifyProof", self.program_vkey, self.public_values, self.proof
        )

    def both_calldata(self, secret: bytes) -> bytes:
        """Has MultiProof check it and the signature of a signer's key."""
        key = VerifyingKey.from_program_vkey(self.program_vkey)
        signature = sign(secret, LegacyMessage(key.vk_hash_bytes, self.public_values).digest)
        return Contract.named("MultiProof").encode(
            "verifyProgramAndProof", self.program_vkey, self.public_values, signature, self.proof
        )


def sp1_proof(vectors: Path) -> Sp1Proof:
    """SP1's published Groth16 proof of version 6, under our Groth16 verifier."""
    values = json.loads((vectors / "sp1" / "groth16_v6.0.0.json").read_text())
    arguments = (
        from_hex(values["verifier_hash"]),
        from_hex(values["vk_root"]),
        _words(values["verifying_key"]),
    )
    return Sp1Proof(
        from_hex(values["program_vkey"]),
        from_hex(values["public_values"]),
        from_hex(values["proof"]),
        artifact.load("SP1Groth16Verifier").creation_code(arguments),
    )


def made_up_proof() -> Sp1Proof:
    """As long as a Groth16 proof, for a gateway that takes all and costs some 70,000 gas: with a
    cheap one, the price of calldata alone would decide (EIP-7623)."""
    # keccak256(memory[0:0x20000]); the creation code returns what follows its nine bytes.
    gateway = bytes.fromhex("620200005f205000")
    creation = bytes([0x60, len(gateway), 0x80, 0x60, 0x09, 0x3D, 0x39, 0x3D, 0xF3]) + gateway
    return Sp1Proof(b"\0" + b"\x01" * 31, bytes(64), b"\x01" * 356, creation)


def collateral(chain: GasChain, vectors: Path) -> Iterator[Figure]:
    """Uploads of Intel's collateral to a store under Intel's root, and a quote of Intel's.

    The store takes any TCB evaluation, because the vectors have no list of them.
    """
    folder = vectors / "dcap" / "tdx_v4"
    arguments: tuple[Any, ...] = (roots.intel().certificate, 0)
    address = chain.create(artifact.load("CollateralStore").creation_code(arguments))
    store = CollateralStore(chain.node, address)
    issued = Collateral.from_json((folder / "collateral.json").read_bytes())
    used = {
        item.kind: chain.send(address, uploader.calldata(store, item))
        for item in items_of(issued, None)
    }
    yield Figure("upload_genuine_tcb_info_gas", used[CollateralKind.TCB_INFO])
    yield Figure("upload_genuine_qe_identity_gas", used[CollateralKind.QE_IDENTITY])
    yield Figure("upload_genuine_crl_first_gas", used[CollateralKind.PCK_CRL])
    creation = artifact.load("DcapVerifier").creation_code((checksummed(address),))
    quote = parse((folder / "quote.bin").read_bytes())
    verifier = Contract.named("DcapVerifier")
    deployed = chain.create(creation)
    cost, _ = chain.cost_of_call(deployed, verifier.encode("verify", compact(quote)))
    yield Figure("verify_genuine_quote_call_gas", cost)
    cost, _ = chain.cost_of_call(deployed, verifier.encode("verifyRaw", quote.trimmed))
    yield Figure("verify_genuine_raw_quote_call_gas", cost)


def _words(key: dict[str, Any]) -> list[int]:
    """The constructor's 26 numbers. The file has the real part of a pair first, the precompile
    the imaginary one."""
    words = [int(number) for number in key["alpha"]]
    for name in ("beta_neg", "gamma_neg", "delta_neg"):
        words += [int(pair[place]) for pair in key[name] for place in (1, 0)]
    return words + [int(number) for point in key["ic"] for number in point]
