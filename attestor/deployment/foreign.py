"""Checks of a deployed Automata verifier, before a registry is built on it."""

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from attestor.chain.node import Node
from attestor.core.text import checksummed, to_hex
from attestor.deployment.plan import ForeignVerifier
from attestor.errors import DeploymentRefused, RpcError

_ENTRY = keccak(text="verifyAndAttestOnChain(bytes)")[:4]
_NO_QUOTE = b"\0" * 64


def require_usable(node: Node, verifier: ForeignVerifier) -> None:
    """Raise `DeploymentRefused` unless the code is the expected one and the interface answers.

    It is called with 64 zero bytes, which are not a quote: Automata's verifiers return
    (false, reason).
    """
    where = checksummed(verifier.address)
    code_hash = keccak(node.code(verifier.address))
    if code_hash != verifier.code_hash:
        raise DeploymentRefused(
            f"the code at {where} has the hash {to_hex(code_hash)}, not "
            f"{to_hex(verifier.code_hash)}",
            hint="build the verifier from source that you trust, and give its code hash",
        )
    try:
        answer = node.call(verifier.address, _ENTRY + encode(["bytes"], [_NO_QUOTE]))
        success, _ = decode(["bool", "bytes"], answer)
    except (RpcError, DecodingError) as error:
        raise DeploymentRefused(
            f"{where} does not answer as an Automata verifier: {error}"
        ) from None
    if success:
        raise DeploymentRefused(f"the verifier at {where} accepts 64 zero bytes as a quote")
