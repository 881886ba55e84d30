"""CollateralStore and DcapVerifier on a development chain, asked as a table asks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cases.chain import Chain, Outcome
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from eth_abi.abi import decode, encode

from attestor.chain.abi import Contract
from attestor.config import ROOT
from attestor.quote.collateral import Collateral
from attestor.quote.format import parse

ARTIFACTS = ROOT / "out"
STATUSES = (
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "ConfigurationNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
    "Revoked",
    "Unrecognized",
    "TDRelaunchAdvised",
    "TDRelaunchAdvisedConfigurationNeeded",
)
"""The contract's TcbStatus, by its numbers."""


@dataclass(frozen=True)
class Verification:
    """What the verifier says of a quote: a status, or the name of an error."""

    verdict: str
    valid_until: int | None = None
    fmspc: bytes | None = None


@cache
def artifact(name: str) -> dict[str, object]:
    """forge's output for a contract."""
    content: dict[str, object] = json.loads(
        (ARTIFACTS / f"{name}.sol" / f"{name}.json").read_text()
    )
    return content


@cache
def interface(name: str) -> Contract:
    abi = artifact(name)["abi"]
    assert isinstance(abi, list)
    return Contract(abi)


class Contracts:
    """One store with its verifier."""

    def __init__(self, chain: Chain, root: bytes, delay: int = 0) -> None:
        """`root` is DER; `delay` how long after a TCB recovery its evaluation counts (seconds)."""
        self._chain = chain
        self.store = chain.deploy(
            creation("CollateralStore") + encode(["bytes", "uint64"], [root, delay])
        )
        self.verifier = chain.deploy(creation("DcapVerifier") + encode(["address"], [self.store]))

    def upload(self, function: str, *arguments: object) -> str | None:
        """Upload to the store; the name of its error when it refuses."""
        calldata = interface("CollateralStore").encode(function, *arguments)
        if self._chain.send(self.store, calldata)["status"] == "0x1":
            return None
        # A receipt does not tell why: the same call again does.
        return error_name(self._chain.call(self.store, calldata))

    def upload_all(
        self, collateral: Collateral, earlier_root_crl: bytes | None = None
    ) -> dict[str, str]:
        """Upload everything; with an earlier root CRL, the collateral's own comes last, as it
        would reach a store that is in use.

        Gives the error of each upload that was refused, by the function's name.
        """
        pck_ca = certificates(collateral.pck_crl_issuer_chain)[0]
        signing = certificates(collateral.tcb_info_issuer_chain)[0]
        uploads: list[tuple[str, tuple[object, ...]]] = [
            ("uploadRootCrl", (earlier_root_crl or collateral.root_ca_crl,)),
            ("uploadPckCa", (pck_ca,)),
            ("uploadTcbSigning", (signing,)),
            ("uploadTcbInfo", signed(collateral.tcb_info, collateral.tcb_info_signature)),
            ("uploadQeIdentity", signed(collateral.qe_identity, collateral.qe_identity_signature)),
            ("uploadPckCrl", (collateral.pck_crl,)),
        ]
        if earlier_root_crl is not None:
            uploads.append(("uploadRootCrl", (collateral.root_ca_crl,)))
        refused = {name: self.upload(name, *arguments) for name, arguments in uploads}
        return {name: error for name, error in refused.items() if error is not None}

    def verify_raw(self, quotes: Sequence[bytes]) -> list[Verification]:
        return self._verify("verifyRaw", quotes)

    def verify_compact(self, forms: Sequence[bytes]) -> list[Verification]:
        return self._verify("verify", forms)

    def attest(self, quotes: Sequence[bytes]) -> list[Verification]:
        """The verdicts of the entry that Automata's verifier has too."""
        encoder = interface("DcapVerifier")
        calldatas = [encoder.encode("verifyAndAttestOnChain", quote) for quote in quotes]
        return [
            attestation(outcome, quote)
            for outcome, quote in zip(
                self._chain.calls(self.verifier, calldatas), quotes, strict=True
            )
        ]

    def _verify(self, function: str, inputs: Sequence[bytes]) -> list[Verification]:
        calldatas = [interface("DcapVerifier").encode(function, data) for data in inputs]
        outcomes = self._chain.calls(self.verifier, calldatas)
        return [verification(function, outcome) for outcome in outcomes]


def verification(function: str, outcome: Outcome) -> Verification:
    if not outcome.succeeded:
        return Verification(error_name(outcome))
    verdict = interface("DcapVerifier").decode(function, outcome.data)
    return Verification(STATUSES[verdict["status"]], verdict["validUntil"], verdict["fmspc"])


def attestation(outcome: Outcome, quote: bytes) -> Verification:
    """What Automata's layout says: version (2), body type (2), status (1), FMSPC (6), body, and
    the advisories. A failure holds the error."""
    succeeded, output = decode(["bool", "bytes"], outcome.data)
    if not succeeded:
        return Verification(error_name(Outcome(False, output)))
    body = parse(quote).body
    assert output[:2] == quote[1::-1]
    assert output[11:] == body
    return Verification(STATUSES[output[4]], fmspc=output[5:11])


def error_name(outcome: Outcome) -> str:
    """The typed error of a refusal. A refusal without one is a fault of the contract."""
    for name in ("DcapVerifier", "CollateralStore"):
        error = interface(name).error(outcome.data)
        if error is not None:
            return error.split("(")[0]
    return f"untyped revert {outcome.data.hex()[:80] or 'without data'}"


def certificates(pem: str) -> list[bytes]:
    """The certificates of a chain, as DER."""
    chain = load_pem_x509_certificates(pem.encode())
    return [certificate.public_bytes(Encoding.DER) for certificate in chain]


def signed(text: str, signature: bytes) -> tuple[bytes, bytes, bytes]:
    """A JSON document as the store takes it: bytes, r, s."""
    return text.encode(), signature[:32], signature[32:]


def creation(name: str) -> bytes:
    bytecode = artifact(name)["bytecode"]
    assert isinstance(bytecode, dict)
    return bytes.fromhex(str(bytecode["object"]).removeprefix("0x"))
