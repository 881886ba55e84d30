"""What the tests of other people's contracts get of a development stack.

Two chains: the daemon's, on which it registers its signer, and a copy on which the tests run
(`copied_chain` says why). Contracts, accounts and chain id are the same on both.
"""

import hashlib
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.types import RPCEndpoint

from attestor import regular_file, resources
from attestor.chain.abi import abi_of
from attestor.client import CheckedProof, ProverClient, RegistryView
from attestor.core.elf_file import MAX_PROGRAM_BYTES
from attestor.core.execution import Limits
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.devnet.accounts import FundedAccount, funded_accounts
from attestor.devnet.copied_chain import CopiedChain
from attestor.devnet.ports import free_port, require_free
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.executor.native import NativeExecutor

BLOCK_SECONDS = 0.25
"""Of the daemon's chain: a stack is ready after some twenty blocks."""
PERIOD = 2700
EXPIRY_MARGIN = 900


@dataclass(frozen=True)
class ContractProof:
    """A proof that was checked, as the arguments of MultiProof's calls.

        multiproof.verifyProgram(program_vkey, public_values, signatures)
        multiproof.verifyStatement(statement, public_values, statement_signatures)

    `signer` (0x text) made both signatures; `checked` has all else.
    """

    program_vkey: bytes
    public_values: bytes
    signatures: bytes
    statement: tuple[bytes, bytes, int, bytes, str, int]
    statement_signatures: bytes
    signer: str
    checked: CheckedProof

    @classmethod
    def of(cls, proof: CheckedProof) -> "ContractProof":
        assert proof.statement is not None, "the client asks for one and refuses an answer without"
        said = proof.statement.statement
        return cls(
            program_vkey=proof.verifying_key.program_vkey,
            public_values=proof.public_values,
            signatures=proof.signature,
            statement=(
                said.program_vkey,
                said.public_values_hash,
                said.exit_code,
                said.stdin_hash,
                said.circuit_version,
                said.expires_at,
            ),
            statement_signatures=proof.statement.signature,
            signer=checksummed(proof.signer),
            checked=proof,
        )


class ContractDevnet:
    """A stack with an active signer, and a copy of its chain. `stop` ends all of it.

    `w3`, `rpc_url`, `accounts` (funded, unlocked), `multiproof` and `registry` are the copy's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        api_port: int = 0,
        rpc_port: int = 0,
        period: int = PERIOD,
        anvil: Path | None = None,
        known_keys: MutableMapping[str, str] | None = None,
    ) -> None:
        """Start everything, which takes seconds. `rpc_port` is the copy's; port 0 is any that is
        free. `period` is the age at which a signer is replaced, in seconds. `known_keys`, sha256
        of an ELF → its program vkey, as hex, is used and added to."""
        require_free(rpc_port, "--attestor-rpc-port")
        self._known_keys = {} if known_keys is None else known_keys
        self.daemon = Devnet(
            DevnetOptions(
                folder=folder,
                block_seconds=BLOCK_SECONDS,
                period=period,
                expiry_margin=EXPIRY_MARGIN,
                api_port=api_port or free_port(),
                anvil=anvil,
            )
        )
        try:
            self.daemon.deploy()
            self.daemon.start_daemon()
            self.daemon.wait_for_signer()
            self.chain = CopiedChain(self.daemon.node, folder, port=rpc_port, binary=anvil)
        except BaseException:
            self.daemon.stop()
            raise

    def stop(self) -> None:
        """End the copy, the daemon and its chain."""
        self.chain.stop()
        self.daemon.stop()

    @property
    def rpc_url(self) -> str:
        return self.chain.anvil.url

    @property
    def chain_id(self) -> int:
        return self.chain.node.chain_id

    @property
    def accounts(self) -> list[FundedAccount]:
        return funded_accounts()

    @cached_property
    def w3(self) -> Web3:
        return Web3(HTTPProvider(self.rpc_url))

    @cached_property
    def multiproof(self) -> Contract:
        """What accepts proofs."""
        return self._contract("MultiProof", self.daemon.deployment.multiproof.address)

    @cached_property
    def registry(self) -> "ContractRegistry":
        """What vouches for signers."""
        address = self.daemon.deployment.registry.address
        contract = self._contract("TEERegistry", address)
        return ContractRegistry(self.w3, contract, self.daemon.deployer.account.address)

    def prove(
        self, program: bytes | Path, stdin: Sequence[bytes] = (), *, vkey: bytes | None = None
    ) -> ContractProof:
        """Have the daemon prove a program (an ELF, or its path) with these stdin entries, and check
        all of the proof.

        `vkey` is the bytes32 key that the program should have; without it, the key is computed.
        Raises what `ProverClient.prove` and `NativeExecutor.verifying_key` raise.
        """
        elf = program
        if isinstance(elf, Path):
            elf = regular_file.read(elf, MAX_PROGRAM_BYTES + 1)
        deployment = self.daemon.deployment
        client = ProverClient(
            self.daemon.api_url,
            RegistryView(self.daemon.node, deployment.registry.address),
            multiproof=deployment.multiproof.address,
        )
        try:
            proof = client.prove(elf, stdin, vkey=vkey or self._key(elf))
        finally:
            client.close()
        for signer in proof.signers:
            # One that came after the copy was made: the copy has not seen its registration.
            if self.registry.status(checksummed(signer)) == "Unregistered":
                self.chain.follow(deployment.registry.address)
        return ContractProof.of(proof)

    def _key(self, elf: bytes) -> bytes:
        name = hashlib.sha256(elf).hexdigest()
        if name not in self._known_keys:
            executor = NativeExecutor(resources.folder("executor"))
            self._known_keys[name] = to_hex(executor.verifying_key(elf, Limits()).program_vkey)
        return from_hex(self._known_keys[name])

    def _contract(self, name: str, address: bytes) -> Contract:
        return self.w3.eth.contract(Web3.to_checksum_address(address), abi=abi_of(name))


class ContractRegistry:
    """The registry of the copy: what it says of signers, and what can happen to one."""

    STATUSES = (
        "Unregistered",
        "Valid",
        "Expired",
        "Revoked",
        "MeasurementRemoved",
        "EpochEnded",
        "AdmissionEnded",
    )
    """`SignerStatus` of the interface, in its order."""

    def __init__(self, w3: Web3, contract: Contract, owner: str) -> None:
        self._w3 = w3
        self.contract = contract
        """For all that has no method here."""
        self.owner = owner
        """Its owner and guardian; unlocked."""
        _call(w3, "anvil_impersonateAccount", owner)

    @property
    def address(self) -> str:
        return self.contract.address

    def status(self, signer: str) -> str:
        """What the registry says of a signer now: one of STATUSES."""
        return self.STATUSES[self.contract.functions.signerStatus(signer).call()]

    def revoke(self, signer: str, reason: str = "a test revoked it") -> None:
        """End a signer's registration, as the guardian would."""
        sent = self.contract.functions.revokeSigner(signer, reason).transact({"from": self.owner})
        self._w3.eth.wait_for_transaction_receipt(sent)

    def expire(self, signer: str) -> None:
        """Let time pass until the signer's registration has ended."""
        _, until, *_ = self.contract.functions.registration(signer).call()
        head = self._w3.eth.get_block("latest")["timestamp"]
        _call(self._w3, "evm_setNextBlockTimestamp", max(until, head + 1))
        _call(self._w3, "anvil_mine", "0x1")


def _call(w3: Web3, method: str, *parameters: Any) -> Any:
    return w3.provider.make_request(RPCEndpoint(method), list(parameters))["result"]
