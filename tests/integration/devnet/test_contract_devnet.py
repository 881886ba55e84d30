"""What tests of contracts do to the chain that they get, and what the daemon does meanwhile."""

import time
from collections.abc import Iterator

import pytest
from web3 import Web3
from web3.exceptions import ContractCustomError

from attestor.chain.registry import Registry
from attestor.core.text import checksummed, from_hex
from attestor.devnet.contract_tests import ContractDevnet
from attestor.programs import elf, fibonacci

PROGRAM = elf(fibonacci.NAME)
PERIOD = 60


@pytest.fixture(scope="module")
def devnet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractDevnet]:
    made = ContractDevnet(tmp_path_factory.mktemp("stack"), period=PERIOD)
    yield made
    made.stop()


def test_reverted__time_moved_and_transactions__chain_is_as_before_at_the_real_time(
    devnet: ContractDevnet,
) -> None:
    eth = devnet.w3.eth
    account, other = (Web3.to_checksum_address(one.address) for one in devnet.accounts[:2])
    before = eth.get_balance(account), eth.get_transaction_count(account)
    with devnet.chain.reverted():
        eth.wait_for_transaction_receipt(
            eth.send_transaction({"from": account, "to": other, "value": Web3.to_wei(5, "wei")})
        )
        devnet.chain.node.rpc.call("evm_increaseTime", [10**6])
        devnet.chain.node.rpc.call("anvil_mine", ["0x1"])
        assert eth.get_transaction_count(account) == before[1] + 1
        assert eth.get_block("latest")["timestamp"] > time.time() + 10**5
    assert (eth.get_balance(account), eth.get_transaction_count(account)) == before
    assert abs(eth.get_block("latest")["timestamp"] - time.time()) < 60


def test_prove__what_a_test_did_to_the_signer__is_on_the_copy_alone(
    devnet: ContractDevnet,
) -> None:
    original = Registry(devnet.daemon.node, from_hex(devnet.registry.address))
    with devnet.chain.reverted():
        proof = devnet.prove(PROGRAM, fibonacci.stdin(10))
        verify = devnet.multiproof.functions.verifyStatement
        arguments = proof.statement, proof.public_values, proof.statement_signatures
        assert proof.checked.unchecked == {}
        assert verify(*arguments).call() == [proof.signer]
        devnet.registry.revoke(proof.signer)
        with pytest.raises(ContractCustomError):
            verify(*arguments).call()
        assert original.vouches_for(from_hex(proof.signer))
    assert devnet.registry.status(proof.signer) == "Valid"


def test_prove__signer_that_came_after_the_copy__is_registered_there_too(
    devnet: ContractDevnet,
) -> None:
    with devnet.chain.reverted():
        first = devnet.daemon.active_signer()
        assert first is not None
        devnet.registry.revoke(checksummed(first))
        devnet.daemon.wait_for_signer(lambda signer: signer != first)
        proof = devnet.prove(PROGRAM, fibonacci.stdin(11))
        assert from_hex(proof.signer) != first
        assert devnet.registry.status(proof.signer) == "Valid"
        assert devnet.registry.status(checksummed(first)) == "Revoked"
        verify = devnet.multiproof.functions.verifyProgram
        called = verify(proof.program_vkey, proof.public_values, proof.signatures).call()
        assert called == [proof.signer]
