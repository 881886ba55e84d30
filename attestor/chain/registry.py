"""The TEERegistry contract as the daemon uses it."""

from typing import Any

from attestor.chain.abi import Contract
from attestor.chain.node import Node
from attestor.core.registration import Registration, RegistrationEvent, Terms
from attestor.core.text import checksummed, to_hex
from attestor.errors import RegistrationRejected, RegistryInvalid, RpcAnswerInvalid, RpcError


class Registry:
    """A TEERegistry at `address`, read through `node`."""

    def __init__(self, node: Node, address: bytes) -> None:
        self.node = node
        self.address = address
        self._contract = Contract.named("TEERegistry")

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
                hint="set chain.registry to the address that the deployment printed",
            ) from None

    def vouches_for(self, signer: bytes) -> bool:
        """Whether the registry holds the signer valid at the newest block."""
        return bool(self._read("verifyAttestedProver", checksummed(signer)))

    def registration(self, signer: bytes) -> Registration:
        """The record of a signer."""
        found = self._read("registration", checksummed(signer))
        return Registration(found["attestedAt"], found["validUntil"], found["measurement"])

    def registration_calldata(
        self, signer: bytes, reference_block: int, reference_hash: bytes, quote: bytes
    ) -> bytes:
        """Calldata of `register` for a quote that binds signer and block."""
        report_data = (reference_block, reference_hash, checksummed(signer))
        return self._contract.encode("register", report_data, quote)

    def simulate(self, calldata: bytes, sender: bytes) -> None:
        """Raise `RegistrationRejected` with the contract's reason if it would revert now."""
        try:
            self.node.call(self.address, calldata, sender)
        except RpcError as error:
            reason = self._contract.error(error.data) or error.message
            raise RegistrationRejected(f"the registry refuses the registration: {reason}") from None

    def registrations(self, first_block: int, last_block: int) -> list[RegistrationEvent]:
        """All registrations in a range of blocks."""
        found = []
        for log in self.node.logs(self.address, first_block, last_block):
            event = self._contract.event(log)
            if event is None or event[0] != "SignerRegistered":
                continue
            values = event[1]
            found.append(
                RegistrationEvent(
                    signer=bytes.fromhex(values["signer"][2:]),
                    measurement=values["measurement"],
                    quote_hash=values["quoteHash"],
                    reference_block=values["referenceBlockNumber"],
                    reference_hash=values["referenceBlockHash"],
                    valid_until=values["validUntil"],
                    block_number=log.block_number,
                    transaction_hash=log.transaction_hash,
                )
            )
        return found

    def _read(self, function: str, *arguments: object) -> Any:
        result = self.node.call(self.address, self._contract.encode(function, *arguments))
        if not result:
            raise RpcAnswerInvalid(f"{to_hex(self.address)} has no function {function}")
        return self._contract.decode(function, result)
