"""What storage proofs say of a signer: nobody's word, under the state root of a block's header."""

from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

from loguru import logger

from attestor import resources
from attestor.chain import wire
from attestor.chain.abi import ABI_FOLDER
from attestor.chain.endpoint import Query
from attestor.chain.node import Node
from attestor.chain.proof_patience import ProofPatience
from attestor.chain.rpc import Bounds
from attestor.core import strict_json
from attestor.core.blocks import Block
from attestor.core.keccak import keccak
from attestor.core.registry_state import is_valid
from attestor.core.state_proof import Account, account_at, word_at
from attestor.core.text import shown, to_hex
from attestor.core.trie_proof import require_bounded
from attestor.errors import AbiMissing, AttestorError, RpcAnswerInvalid, StateProofInvalid

PROOF_SECONDS = 6.0
"""For all calls of one look at a signer, at all endpoints."""
BOUNDS = Bounds(1 << 20, 4096)
"""Of an answer: four ways down in hexadecimal come to half of that, and code to less."""
CODE = ABI_FOLDER / "TEERegistry.code.json"


class RegistryProof:
    """Of a TEERegistry at `address`, whose storage is read only where its code is known. Safe to
    use from several threads."""

    def __init__(self, node: Node, address: bytes) -> None:
        self._node = node
        self._address = address
        self._patience = ProofPatience(lambda: node.pool.clock())
        self._code = (b"", False)
        """The hash of the code that was looked at last, and whether it is our contract's."""

    def vouches_for(self, signer: bytes, block: Block) -> bool | None:
        """Whether it holds the signer valid at a block; None where no endpoint proves that. One
        honest endpoint is enough.

        A proof that fails is not held against its endpoint: the chain may keep its state otherwise.
        It is asked for no other for a while. All calls together end within `PROOF_SECONDS`.
        """
        if block.state_root is None:
            return None
        read = partial(self._words, self._node.within(PROOF_SECONDS), block, block.state_root)
        try:
            return is_valid(signer, block.timestamp, read)
        except AttestorError as error:
            logger.debug("no proof: {} [{}]", error, error.code)
            return None

    def _words(self, node: Node, block: Block, state_root: bytes, slots: list[int]) -> list[int]:
        """As the first endpoint proves them that proves any."""
        keys = [to_hex(slot.to_bytes(32, "big")) for slot in slots]
        query, faults = self._query("eth_getProof", [keys], block), []
        for endpoint, answer in node.poll(query, self._patience.may_be_asked):
            try:
                account, words = _proven(answer, state_root, self._address, slots)
            except AttestorError as error:
                self._patience.failed(endpoint, error)
                named = endpoint.label in error.message
                faults.append(error.message if named else f"{endpoint.label}: {error.message}")
                continue
            self._patience.proved(endpoint)
            self._require_known(node, account, block)
            return words
        told = "; ".join(faults) or "none is asked at present"
        raise StateProofInvalid(f"no endpoint proves its answer: {told}")

    def _require_known(self, node: Node, account: Account, block: Block) -> None:
        """Raise `StateProofInvalid` for a contract whose storage may have another layout."""
        known = self._code
        if known[0] != account.code_hash:
            known = account.code_hash, is_ours(self._code_of(node, account, block))
            self._code = known
        if not known[1]:
            raise StateProofInvalid("the registry's code is not that of this version's contract")

    def _code_of(self, node: Node, account: Account, block: Block) -> bytes:
        for _, answer in node.poll(self._query("eth_getCode", [], block)):
            with suppress(RpcAnswerInvalid):
                if not isinstance(answer, AttestorError):
                    code = wire.data(answer, "code")
                    if keccak(code) == account.code_hash:
                        return code
        raise StateProofInvalid("no endpoint has the registry's code")

    def _query(self, method: str, params: list[Any], block: Block) -> Query[Any]:
        place = {"blockHash": to_hex(block.hash), "requireCanonical": True}
        asked = [to_hex(self._address), *params, place]
        return Query(method, asked, lambda it: it, bounds=BOUNDS, insists=True)


def is_ours(code: bytes) -> bool:
    """Whether this is the code of our contract, whatever its constructor was given."""
    try:
        known = strict_json.loads(CODE.read_bytes())
    except OSError as error:
        raise AbiMissing(
            f"{CODE.name} cannot be read: {error.strerror}",
            hint=resources.how_to_get("make abi"),
        ) from None
    if len(code) != known["bytes"]:
        return False
    masked = bytearray(code)
    for start, length in known["immutables"]:
        masked[start : start + length] = bytes(length)
    return bool(sha256(masked).hexdigest() == known["sha256"])


def _proven(
    answer: object, state_root: bytes, address: bytes, slots: list[int]
) -> tuple[Account, list[int]]:
    """Of what a node says only the tries' nodes count."""
    if isinstance(answer, AttestorError):
        raise answer
    found = wire.fields(answer, "proof")
    storage = [wire.fields(one, "slot's proof") for one in _listed(found.get("storageProof"))]
    if len(storage) > len(slots):
        raise RpcAnswerInvalid(f"the proof is of {len(storage)} slots, asked for {len(slots)}")
    account_nodes = _nodes([found.get("accountProof")])
    nodes = _nodes([one.get("proof") for one in storage])
    account = account_at(state_root, address, account_nodes)
    return account, [word_at(account.storage_root, slot, nodes) for slot in slots]


def _nodes(proofs: list[Any]) -> list[bytes]:
    texts = [node for proof in proofs for node in _listed(proof)]
    require_bounded([len(text) // 2 if isinstance(text, str) else 0 for text in texts], len(proofs))
    return [wire.data(text, "proof's node") for text in texts]


def _listed(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise RpcAnswerInvalid(f"the proof has {shown(found, 80)} where a list belongs")
    return found
