"""A block with all that executing it needs, as it comes from a file or a node.

Files hold one of: a witness of Scroll's stateless verifier (MPT era), a block trace of its geth
(zktrie era), or what `--keep` wrote, which is the former with raw transactions and the parent's
header. A trace may be wrapped in the JSON-RPC answer that it came in.
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum

from attestor.core import header, strict_json
from attestor.core.text import shown, to_hex
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll import headers, transactions
from attestor.scroll.fields import Fields, many

MAX_FILE_BYTES = 512 << 20
MAX_FILE_TOKENS = 16_000_000
"""A trace of a full block has a line for each instruction."""
MAGIC_NODE = b"THIS IS SOME MAGIC BYTES FOR SMT m1rRXgP2xpDI"
"""What ends each proof of the zktrie; it is no node."""

_FORMS = (
    "give a file that attestor scroll verify --keep wrote, a witness of Scroll's stateless "
    "verifier, or the answer to scroll_getBlockTraceByNumberOrHash"
)


class Trie(StrEnum):
    """The trie that state roots are of."""

    MPT = "mpt"
    ZKTRIE = "zktrie"


@dataclass(frozen=True)
class Witness:
    """`header` and `parent` are RLP. `nodes` are trie nodes, `codes` contracts' codes. `hash` and
    `withdraw_root` are what the source says: other ones that come out are a mismatch. `chain_id`
    is its word too, and decides nothing."""

    trie: Trie
    chain_id: int
    header: bytes = field(repr=False)
    transactions: tuple[bytes, ...] = field(repr=False)
    pre_state_root: bytes = field(repr=False)
    nodes: frozenset[bytes] = field(repr=False)
    codes: frozenset[bytes] = field(repr=False)
    parent: bytes | None = field(default=None, repr=False)
    hash: bytes | None = None
    withdraw_root: bytes | None = field(default=None, repr=False)
    queue_index: int = 0
    """The first L1 message that is not in a block before, where a trace says it."""

    @property
    def number(self) -> int:
        """The block's number."""
        return headers.number(self.header)

    @property
    def block_hash(self) -> bytes:
        """The hash of its header."""
        return header.hash_of(self.header)


def from_text(text: bytes, name: str) -> Witness:
    """The witness in a file's text. Raises `ScrollWitnessUnreadable`, which names the file."""
    try:
        value = strict_json.loads(text, MAX_FILE_TOKENS)
    except UnicodeDecodeError:
        raise ScrollWitnessUnreadable(f"{name} is not JSON, and no text", hint=_FORMS) from None
    except (ValueError, RecursionError) as error:
        raise ScrollWitnessUnreadable(f"{name} is not JSON: {error}", hint=_FORMS) from None
    found = Fields(value, name)
    if found.has("result") and found.has("jsonrpc"):
        found = found.object("result")
    if found.has("storageTrace"):
        return from_trace(found)
    if found.has("states"):
        return from_states(found)
    raise ScrollWitnessUnreadable(
        f"{name} is neither a block witness (states) nor a block trace (storageTrace)",
        hint=_FORMS,
    )


def from_states(found: Fields) -> Witness:
    """A witness with a list of trie nodes."""
    trie = found.get("trie") or Trie.MPT.value
    if trie not in list(Trie):
        raise ScrollWitnessUnreadable(f"{found.place}.trie is {shown(trie, 40)}, not mpt or zktrie")
    return Witness(
        trie=Trie(trie),
        chain_id=found.number("chain_id", "chainId"),
        header=headers.encode(found.object("header")),
        transactions=_transactions(found, "transactions", "transaction"),
        pre_state_root=found.bytes("prev_state_root", "pre_state_root", "prevStateRoot", length=32),
        nodes=frozenset(many(found.get("states"), f"{found.place}.states")),
        codes=frozenset(many(found.get("codes"), f"{found.place}.codes")),
        parent=headers.encode(found.object("parent")) if found.has("parent") else None,
        hash=found.bytes("hash", length=32) if found.has("hash") else None,
        withdraw_root=_withdraw_root(found),
        queue_index=_queue_index(found),
    )


def from_trace(found: Fields) -> Witness:
    """A trace of Scroll's geth. Its nodes are those of all proofs, of accounts, slots and what is
    beside removed ones, or one list of all; where it lists no codes, which versions before 5.4 do
    not, they are in what each transaction executed."""
    storage, head = found.object("storageTrace"), found.object("header")
    encoded = headers.encode(head)
    if storage.has("rootAfter"):
        after = storage.bytes("rootAfter", length=32)
        if after != headers.state_root(encoded):
            raise ScrollWitnessUnreadable(
                f"{storage.place}.rootAfter is {to_hex(after)}, the header has another state root"
            )
    proofs = [storage.get("proofs"), *_values(storage, "storageProofs")]
    nodes = {
        node
        for position, group in enumerate(proofs)
        for node in _proof_nodes(group, f"{storage.place}.proofs[{position}]")
    }
    for name in ("deletionProofs", "flattenProofs"):
        nodes |= set(many(storage.get(name), f"{storage.place}.{name}"))
    return Witness(
        trie=Trie.ZKTRIE,
        chain_id=found.number("chainID", "chainId"),
        header=encoded,
        transactions=_transactions(found, "transactions"),
        pre_state_root=storage.bytes("rootBefore", length=32),
        nodes=frozenset(nodes - {MAGIC_NODE}),
        codes=frozenset(_codes(found)),
        hash=head.bytes("hash", length=32) if head.has("hash") else None,
        withdraw_root=_withdraw_root(found),
        queue_index=_queue_index(found),
    )


def _queue_index(found: Fields) -> int:
    return found.number("startL1QueueIndex") if found.has("startL1QueueIndex") else 0


def to_text(witness: Witness) -> str:
    """The witness as a file that `from_text` reads."""
    value = {
        "trie": witness.trie.value,
        "chain_id": witness.chain_id,
        "hash": None if witness.hash is None else to_hex(witness.hash),
        "header": headers.decode(witness.header),
        "parent": None if witness.parent is None else headers.decode(witness.parent),
        "prev_state_root": to_hex(witness.pre_state_root),
        "withdraw_trie_root": (
            None if witness.withdraw_root is None else to_hex(witness.withdraw_root)
        ),
        "startL1QueueIndex": witness.queue_index,
        "transactions": [to_hex(raw) for raw in witness.transactions],
        "states": sorted(to_hex(node) for node in witness.nodes),
        "codes": sorted(to_hex(code) for code in witness.codes),
    }
    return json.dumps(value, indent=1) + "\n"


def _withdraw_root(found: Fields) -> bytes | None:
    name = "withdraw_trie_root"
    return found.bytes(name, length=32) if found.has(name) else None


def _transactions(found: Fields, *names: str) -> tuple[bytes, ...]:
    return tuple(
        transactions.encode(item, f"{found.place}.{names[0]}[{position}]")
        for position, item in enumerate(found.list(*names))
    )


def _values(fields: Fields, name: str) -> list[object]:
    return list(fields.object(name).all().values()) if fields.has(name) else []


def _proof_nodes(group: object, place: str) -> set[bytes]:
    if group is None:
        return set()
    return {
        node
        for key, proof in Fields(group, place).all().items()
        for node in many(proof, place + key)
    }


def _codes(found: Fields) -> set[bytes]:
    listed = {code.bytes("code") for code in found.objects("codes")}
    if listed:
        return listed
    codes = set()
    for executed in found.objects("executionResults"):
        if executed.has("byteCode"):
            codes.add(executed.bytes("byteCode"))
        for line in executed.objects("structLogs"):
            if line.has("extraData"):
                extra = line.object("extraData")
                codes |= set(many(extra.get("codeList"), f"{extra.place}.codeList"))
    return codes - {b""}
