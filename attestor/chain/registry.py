"""The registry contract: our TEERegistry, or Automata's SP1TEEProverRegistry, whose interface ours
keeps."""

import copy
from contextlib import suppress
from typing import Any

from attestor.chain import automata
from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.chain.refusals import is_revert
from attestor.chain.registry_events import POLICY_EVENTS, policy_event, registration_event
from attestor.chain.registry_proof import RegistryProof
from attestor.core.blocks import Block
from attestor.core.bloom import bits_of
from attestor.core.keccak import keccak
from attestor.core.registration import (
    Admission,
    AdmissionName,
    PolicyEvent,
    Registration,
    RegistrationEvent,
    Terms,
    VerifierKind,
)
from attestor.core.report_data import Layout
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import Log
from attestor.errors import (
    EndpointsDisagree,
    RegistrationRejected,
    RegistryInvalid,
    RpcAnswerInvalid,
    RpcError,
)

ADDING_EVENTS = frozenset({"SignerRegistered", "SignerRenewed"})
"""They add a signer, and end no other one: whatever its admission replaces has an event too."""

GET_BP = keccak(b"getBp()")[:4]
"""Automata's AutomataDcapAttestationFee: its fee in basis points of what the call's gas costs."""
BASIS_POINTS = 10_000

ADMISSION_PLACES = 8
"""How many numbers an admission can have (contracts/src/registry/AdmissionTable.sol)."""


class Registry:
    """A registry at `address`, read through `node`. `layout` says which of the two it is.

    It is read at the newest block, or at the one that `at` names: what belongs to one decision is
    read at one block, or a node that lags makes up a state that never was.
    """

    def __init__(
        self,
        node: Node,
        address: bytes,
        layout: Layout = Layout.ATTESTOR,
        block: Block | None = None,
    ) -> None:
        self.node = node
        self.address = address
        self.layout = layout
        self._contract = Contract.named("TEERegistry")
        self._ending_bits = self._bits_of(self._contract.events - ADDING_EVENTS)
        self._policy_bits = self._bits_of(POLICY_EVENTS)
        self._block = block
        self._is_confirmed = self._insists = False
        self._proof = RegistryProof(node, address)

    def at(self, block: Block) -> "Registry":
        """The same registry, as of that block (EIP-1898). Its reads raise `BlockUnknown` where no
        node has the block."""
        view = copy.copy(self)
        view._block = block
        return view

    def confirmed_at(self, block: Block) -> "Registry":
        """The same, each of whose reads most endpoints have to agree on, or one that is asked
        twice: for what is not looked at again. Raises `EndpointsDisagree`."""
        view = self.at(block)
        view._is_confirmed = True
        return view

    def terms(self) -> Terms:
        """The registry's settings. Raises `RegistryInvalid` when there is no such contract."""
        try:
            return Terms(
                attest_validity_seconds=self._read("attestValiditySeconds"),
                max_block_number_diff=self._read("maxBlockNumberDiff"),
            )
        except (RpcError, RpcAnswerInvalid) as error:
            raise RegistryInvalid(
                f"no TEERegistry answers at {checksummed(self.address)}: {error.message}",
                hint="set chain.registry to the address that attestor deploy printed",
            ) from None

    def verifier_kind(self) -> VerifierKind:
        """What verifies quotes for it."""
        number = int(self._read("verifierKind"))
        kinds = list(VerifierKind)
        if number >= len(kinds):
            raise RpcAnswerInvalid(f"the registry has a verifier of kind {number}")
        return kinds[number]

    def vouches_for(self, signer: bytes) -> bool:
        """Whether the registry holds the signer valid. At a certain block no endpoint decides that
        alone where there are several: a no stops the signer, and by a yes it signs on. Most have to
        say so; where they disagree, and for a no, a proof decides if there is one; else they are
        asked again, and those that rest too. Raises `EndpointsDisagree`."""
        if self._block is None:
            return self._says_yes(signer)
        view = self.confirmed_at(self._block)
        asked = self if len(self.node.pool.endpoints) == 1 else view
        with suppress(EndpointsDisagree):
            if asked._says_yes(signer):
                return True
        proven = self._proven(signer, self._block)
        view._insists = True
        return view._says_yes(signer) if proven is None else proven

    def _proven(self, signer: bytes, block: Block) -> bool | None:
        """Upstream's registry keeps its signers elsewhere."""
        if self.layout is Layout.UPSTREAM:
            return None
        return self._proof.vouches_for(signer, block)

    def _bits_of(self, events: frozenset[str]) -> list[int]:
        return [bits_of(self.address, topic) for topic in self._contract.topics(events)]

    def _says_yes(self, signer: bytes) -> bool:
        return bool(self._read("verifyAttestedProver", checksummed(signer)))

    def may_have_changed(self, block: Block) -> bool:
        """Whether a valid signer may be none after that block, but for the time: ours ends none
        without an event, upstream's has no events."""
        return self.layout is Layout.UPSTREAM or any(map(block.may_log, self._ending_bits))

    def may_have_policy_events(self, block: Block) -> bool:
        """Whether one of the `POLICY_EVENTS` may be in that block."""
        return any(map(block.may_log, self._policy_bits))

    def registration(self, signer: bytes) -> Registration:
        """The record of a signer. Upstream's registry keeps only when it was made."""
        if self.layout is Layout.UPSTREAM:
            attested_at = self._read("attestedProvers", checksummed(signer))
            lasts = self._read("attestValiditySeconds") if attested_at else 0
            return Registration(attested_at, attested_at + lasts, bytes(32))
        found = self._read("registration", checksummed(signer))
        return Registration(found["attestedAt"], found["validUntil"], found["measurement"])

    def admission(self, name: AdmissionName) -> Admission | None:
        """The admission of a name, if there is one: at its first number, or at one of the next few
        where that was taken."""
        for step in range(ADMISSION_PLACES):
            number = (name.first_number + step) % (1 << 32)
            record = self._read("admission", number)
            if from_hex(record["template"].lower()) == name.template:
                return Admission(number, record["validUntil"], record["isLive"])
            if not int(record["template"], 16):
                break
        return None

    def reusable_buckets(self) -> int:
        """The buckets in which a registration writes no new storage: bit n for signers whose
        address ends in n, of 1024."""
        if self.layout is Layout.UPSTREAM:
            return 0
        words: list[int] = self._read("reusableBuckets")
        return sum(word << (256 * place) for place, word in enumerate(words))

    def register_calldata(
        self, signer: bytes, reference_block: int, reference_hash: bytes, quote: bytes
    ) -> bytes:
        """Calldata of upstream's `register` for a quote in upstream's layout."""
        report_data = (reference_block, reference_hash, checksummed(signer))
        return self._contract.encode("register", report_data, quote)

    def admit_calldata(
        self, quote: bytes, deadline: int, possession: bytes, compact: bool
    ) -> bytes:
        """Calldata that registers by a quote, compact or raw, and keeps its attestation key."""
        function = "admit" if compact else "admitRaw"
        return self._contract.encode(function, quote, deadline, possession, True)

    def renew_calldata(
        self, admission: int, signer: bytes, reference_block: int, signature: bytes
    ) -> bytes:
        """Calldata that registers by a quote's signature (r ‖ s, 64 bytes) alone."""
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        return self._contract.encode("renew", admission, checksummed(signer), reference_block, r, s)

    def fee_basis_points(self) -> int:
        """What share of a registration's gas Automata's verifier asks for, besides the gas; its
        owner may change it any time. Ours asks for none, and upstream's registry cannot pay any."""
        if self.layout is Layout.UPSTREAM or self.verifier_kind() is VerifierKind.OWN:
            return 0
        verifier = from_hex(str(self._read("verifier")).lower())
        answer = self.node.call(verifier, GET_BP, at=self._block_hash)
        share = int.from_bytes(answer, "big")
        if share > BASIS_POINTS:
            raise RpcAnswerInvalid(f"the verifier's fee is {share} of {BASIS_POINTS} parts")
        return share

    def simulate(
        self,
        calldata: bytes,
        sender: bytes,
        gas_limit: int | None = None,
        gas_price: int | None = None,
        value: int = 0,
    ) -> None:
        """Raise `RegistrationRejected` with the contract's reason if it would revert now: with
        that gas, at that price and with that value, where they are given. What a node refuses by
        itself is its `RpcError`: it says nothing of the registration."""
        try:
            self.node.call(
                self.address, calldata, sender, value=value, gas_price=gas_price, gas=gas_limit
            )
        except RpcError as error:
            if not is_revert(error):
                raise
            raise self._rejected(error) from None

    def registrations(self, first_block: int, last_block: int) -> list[RegistrationEvent]:
        """All registrations in a range of blocks."""
        logs = self.node.logs(self.address, first_block, last_block)
        found = (registration_event(self._contract, log) for log in logs)
        return [event for event in found if event is not None]

    def policy_events(self, first_block: int, last_block: int) -> list[PolicyEvent]:
        """All changes of policy in a range of blocks, and all that ended by them or by evidence."""
        return self._policy_events(self.node.logs(self.address, first_block, last_block))

    def confirmed_policy_events(self, first_block: int, last_block: int) -> list[PolicyEvent]:
        """The same by what several endpoints have: for what is not looked at again."""
        return self._policy_events(self.node.logs_of_most(self.address, first_block, last_block))

    def _policy_events(self, logs: list[Log]) -> list[PolicyEvent]:
        found = (policy_event(self._contract, log) for log in logs)
        return [event for event in found if event is not None]

    def reason_of(self, error: RpcError) -> str:
        """The contract's reason in a call's error, or the node's words; and what Automata's
        verifier means by its own."""
        told = self._contract.error(error.data) or error.message
        meant = automata.meaning(error.data)
        return f"{told}: {meant}" if meant else told

    def _rejected(self, error: RpcError) -> RegistrationRejected:
        return RegistrationRejected(
            f"the registry refuses the registration: {self.reason_of(error)}"
        )

    def _read(self, function: str, *arguments: object) -> Any:
        answer = self._call(function, self._contract.encode(function, *arguments))
        return self._contract.decode(function, answer)

    @property
    def _block_hash(self) -> bytes | None:
        return None if self._block is None else self._block.hash

    def _call(self, function: str, calldata: bytes) -> bytes:
        """An endpoint whose answer is not what the function returns has given none."""

        def require(answer: bytes) -> None:
            if not answer:
                raise RpcAnswerInvalid(f"{to_hex(self.address)} has no function {function}")
            self._contract.decode(function, answer)

        if self._is_confirmed and self._block is not None:
            return self.node.confirmed_call(
                self.address, calldata, self._block, require=require, insists=self._insists
            )
        return self.node.call(self.address, calldata, at=self._block_hash, require=require)
