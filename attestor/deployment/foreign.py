"""Checks of a deployed Automata verifier, before a registry is built on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from attestor.chain.node import Node
from attestor.core.keccak import keccak
from attestor.core.text import checksummed, to_hex
from attestor.deployment.plan import NONE, ForeignVerifier
from attestor.errors import DeploymentRefused, RpcError

LAYOUT_10, LAYOUT_11 = 1, 2
"""The registry's numbers for the output layouts of Automata's versions 1.0 and 1.1."""

QUOTE_VERSIONS = (3, 4, 5)
_NAMES = {LAYOUT_10: "automata-1.0", LAYOUT_11: "automata-1.1"}
_NO_QUOTE = b"\0" * 64
_NO_CODE = keccak(b"")


@dataclass(frozen=True)
class QuoteVerifier:
    """What the entry sends quotes of one version to, and keccak256 of its code."""

    version: int
    address: bytes
    code_hash: bytes


@dataclass(frozen=True)
class Trusted:
    """What a registry on this verifier trusts beside its code. `fee_bp` is the fee, in basis points
    of the gas that a call uses, and `owner` may change it and the quote verifiers; None where the
    contract does not say."""

    owner: bytes | None
    fee_bp: int | None
    quote_verifiers: tuple[QuoteVerifier, ...]

    def lines(self) -> tuple[str, ...]:
        """For people, one fact a line."""
        owner = "whoever owns it (it does not say who)"
        if self.owner is not None:
            owner = "nobody: it has no owner" if self.owner == NONE else checksummed(self.owner)
        fee = "not said" if self.fee_bp is None else f"{self.fee_bp} basis points of the gas used"
        verifiers = tuple(
            f"quotes of version {found.version} by {checksummed(found.address)}, code hash "
            f"{to_hex(found.code_hash)}"
            for found in self.quote_verifiers
        )
        return (
            f"may change the quote verifiers and the fee: {owner}",
            "may change the collateral: who holds the attester role of its PCCS",
            f"fee: {fee}",
            *verifiers,
        )


def require_usable(node: Node, verifier: ForeignVerifier) -> Trusted:
    """Raise `DeploymentRefused` unless the code is the expected one and the interface is that of
    the version which was named; what else is trusted then.

    The dry calls hand it 64 zero bytes, which are not a quote: Automata's verifiers return
    (false, reason).
    """
    where = checksummed(verifier.address)
    code_hash = keccak(node.code(verifier.address))
    if code_hash == _NO_CODE:
        raise DeploymentRefused(
            f"there is no contract at {where}, expected was one of the code hash "
            f"{to_hex(verifier.code_hash)}",
            hint="set --verifier to the entry that Automata has on this chain",
        )
    if code_hash != verifier.code_hash:
        raise DeploymentRefused(
            f"the code at {where} has the hash {to_hex(code_hash)}, not "
            f"{to_hex(verifier.code_hash)}",
            hint="build the verifier from source that you trust, and give its code hash",
        )
    _require_entry(node, verifier.address)
    _require_kind(node, verifier)
    owner, fee = _word(node, verifier.address, "owner()"), _word(node, verifier.address, "getBp()")
    return Trusted(
        owner=None if owner is None else owner[12:],
        fee_bp=None if fee is None else int.from_bytes(fee, "big"),
        quote_verifiers=_quote_verifiers(node, verifier.address),
    )


def _require_entry(node: Node, address: bytes) -> None:
    where = checksummed(address)
    entry = _calldata("verifyAndAttestOnChain(bytes)", ["bytes"], [_NO_QUOTE])
    try:
        success, _ = decode(["bool", "bytes"], node.call(address, entry))
    except (RpcError, DecodingError) as error:
        raise DeploymentRefused(
            f"{where} does not answer as an Automata verifier: {error}"
        ) from None
    if success:
        raise DeploymentRefused(f"the verifier at {where} accepts 64 zero bytes as a quote")


def _require_kind(node: Node, verifier: ForeignVerifier) -> None:
    """Version 1.1 alone has an entry with the number of a TCB evaluation."""
    where = checksummed(verifier.address)
    if _word(node, verifier.address, "store()") is not None:
        raise DeploymentRefused(
            f"{where} is a DcapVerifier of this project, not Automata's",
            hint="leave --verifier out: attestor deploy makes one with the registry",
        )
    entry = "verifyAndAttestOnChain(bytes,uint32)"
    calldata = _calldata(entry, ["bytes", "uint32"], [_NO_QUOTE, 0])
    try:
        decode(["bool", "bytes"], node.call(verifier.address, calldata))
        found, reason = LAYOUT_11, f"has {entry}, which version 1.1 brought"
    except (RpcError, DecodingError):
        found, reason = LAYOUT_10, f"has no {entry}, which version 1.1 brought"
    if found != verifier.kind:
        raise DeploymentRefused(
            f"the verifier at {where} {reason}: its output is not that of {_NAMES[verifier.kind]}",
            hint=f"set --verifier-kind {_NAMES[found]}",
        )


def _quote_verifiers(node: Node, address: bytes) -> tuple[QuoteVerifier, ...]:
    found = []
    for version in QUOTE_VERSIONS:
        word = _word(node, address, "quoteVerifiers(uint16)", version)
        if word is not None and word[12:] != NONE:
            code_hash = keccak(node.code(word[12:]))
            found.append(QuoteVerifier(version, word[12:], code_hash))
    return tuple(found)


def _word(node: Node, address: bytes, signature: str, *arguments: int) -> bytes | None:
    """The one word that a function answers with, or None when there is no such function."""
    try:
        answer = node.call(address, _calldata(signature, ["uint16"] * len(arguments), arguments))
    except RpcError:
        return None
    return answer if len(answer) == 32 else None


def _calldata(signature: str, types: Sequence[str], arguments: Sequence[object]) -> bytes:
    return keccak(signature.encode())[:4] + encode(types, arguments)
