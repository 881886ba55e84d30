"""The asking end of a signer process in the role `poe`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core.avs.poe import Poe
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import from_hex, to_hex
from attestor.errors import SignerGone
from attestor.errors.scroll import ScrollWitnessIncomplete
from attestor.executor.scroll import BlockRange, request_blobs
from attestor.signer.connection import Connection, require_ok
from attestor.signer.poe.claims import Claim
from attestor.signer.poe.settings import PoeSettings
from attestor.signer.start_report import StartReport
from attestor.signer.starting import start_process

RESTART = "restart attestor avs: it makes another key, which the operator attests again"


@dataclass(frozen=True)
class ExecutedPart:
    """Blocks that the process executed and holds under `handle`."""

    handle: str
    gas_used: int
    cpu_seconds: float


@dataclass(frozen=True)
class SignedBatch:
    """A batch that the process signed: its statement, the signature over it (65 bytes) and what it
    is about. `bound_by` says what tied the transactions to the batch."""

    poe: Poe
    signature: bytes
    signer: bytes
    index: int
    version: int
    first_block: int
    last_block: int
    first_block_hash: bytes
    last_block_hash: bytes
    transactions: int
    l1_messages: int
    gas_used: int
    bound_by: str


@dataclass(frozen=True)
class PoeStatus:
    """`provider` is None where there are no quotes."""

    address: bytes
    chain_id: int
    provider: str | None
    simulated: bool


class PoeSignerProcess(Connection):
    """A running process. Safe to use from several threads; make it in the main thread."""

    def __init__(self, settings: PoeSettings) -> None:
        self._child = start_process()
        super().__init__(self._child.connection)
        self._child.send(settings.to_header())
        self._read_from_now_on()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._child.process.pid

    def started(self) -> StartReport:
        """What the process started with, once it has. Raises what kept it from starting."""
        return StartReport.from_header(require_ok(self._started.result()).header)

    def status(self) -> PoeStatus:
        """Its key's address, its chain, and who makes its quotes."""
        found = self._ask("status").header
        address = from_hex(found["address"])
        return PoeStatus(address, found["chain_id"], found["provider"], found["simulated"])

    def report(self, given: bytes) -> bytes:
        """A quote that names the key and ends in `given` (32 bytes)."""
        return self._ask("report", given=to_hex(given)).blobs[0]

    def execute(self, blocks: BlockRange, claims: Sequence[Claim]) -> ExecutedPart:
        """Have blocks executed. Raises a `ScrollError`, with what is missing where that is a part
        of the witness, and what executor children raise."""
        listed = [claim.to_header() for claim in claims]
        found = self._ask("blocks", request_blobs(blocks), claims=listed).header
        if (lacking := found.get("incomplete")) is not None:
            raise _incomplete(lacking)
        return ExecutedPart(found["handle"], found["gas_used"], found["cpu_seconds"])

    def sign(self, handles: Sequence[str], arguments: bytes, evidence: Evidence) -> SignedBatch:
        """The batch in a commit's calldata (without its selector), which holds exactly the blocks
        of these handles. Raises as `core.scroll.binding.bind`, and `BlocksUnknown`."""
        found = self._ask(
            "batch",
            (arguments, *evidence.blobs),
            handles=list(handles),
            versioned_hashes=[to_hex(name) for name in evidence.versioned_hashes],
            index=evidence.index,
            batch_hash=None if evidence.batch_hash is None else to_hex(evidence.batch_hash),
        ).header
        numbers = ("index", "version", "first_block", "last_block", "transactions", "l1_messages")
        return SignedBatch(
            poe=Poe(**{name: from_hex(value) for name, value in found["poe"].items()}),
            signature=from_hex(found["signature"]),
            signer=from_hex(found["signer"]),
            first_block_hash=from_hex(found["first_block_hash"]),
            last_block_hash=from_hex(found["last_block_hash"]),
            gas_used=found["gas_used"],
            bound_by=found["bound_by"],
            **{name: found[name] for name in numbers},
        )

    def require_alive(self) -> None:
        """Raise `SignerGone` unless the process still runs."""
        if self._gone or self._child.process.poll() is not None:
            raise self._is_gone()

    def require_answer(self, seconds: int) -> None:
        """Raise `SignerGone` unless the process answers within that time. It is asked second by
        second: of one in which this machine stood still, nothing follows."""
        for _ in range(seconds):
            self.require_alive()
            if self.answers(1.0):
                return
        raise SignerGone(
            f"the signer process has not answered for {seconds} seconds, and is given up",
            hint=f"{RESTART}; see whether the machine is short of memory",
        )

    def close(self) -> None:
        """End the process; its key goes with it."""
        self._child.end()

    def _is_gone(self) -> SignerGone:
        return SignerGone("the signer process ended, and its key with it", hint=RESTART)


def _incomplete(found: dict[str, Any]) -> ScrollWitnessIncomplete:
    error = ScrollWitnessIncomplete(found["message"], hint=found["hint"], block=found["block"])
    for name in ("node", "code_hash", "address", "slot"):
        setattr(error, name, None if found[name] is None else from_hex(found[name]))
    return error
