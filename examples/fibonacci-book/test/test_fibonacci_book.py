"""The contract on attestor's development stack: real proofs, and what ends them.

Each test begins on the chain as the fixtures of attestor left it.
"""

import json
from pathlib import Path

import pytest
from attestor.programs import elf, fibonacci
from web3 import Web3
from web3.exceptions import ContractCustomError

ARTIFACT = Path(__file__).parent.parent / "out" / "FibonacciBook.sol" / "FibonacciBook.json"
INVALID_SIGNER = Web3.keccak(text="Invalid_TEE_Signer(address)")[:4]


@pytest.fixture
def proof(attestor_prove):
    """fib(10) = 55, run and signed by the daemon."""
    return attestor_prove(elf(fibonacci.NAME), fibonacci.stdin(10))


@pytest.fixture
def book(attestor_devnet, proof):
    """The contract, deployed for the program of the proof."""
    w3 = attestor_devnet.w3
    w3.eth.default_account = attestor_devnet.accounts[0].address
    artifact = json.loads(ARTIFACT.read_text())
    made = w3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"]["object"])
    sent = made.constructor(attestor_devnet.multiproof.address, proof.program_vkey).transact()
    address = w3.eth.wait_for_transaction_receipt(sent)["contractAddress"]
    return w3.eth.contract(address, abi=artifact["abi"])


def refused(book, public_values: bytes, signatures: bytes) -> bool:
    """Whether MultiProof refuses it for its signer."""
    with pytest.raises(ContractCustomError) as caught:
        book.functions.record(public_values, signatures).call()
    return bytes.fromhex(caught.value.data[2:])[:4] == INVALID_SIGNER


def test_record__proved_result__kept(book, proof):
    book.functions.record(proof.public_values, proof.signatures).transact()
    assert book.functions.fibonacci(10).call() == 55


def test_record__next_test__begins_on_a_fresh_chain(book):
    assert book.functions.fibonacci(10).call() == 0


def test_record__one_bit_changed__refused(book, proof):
    changed = proof.public_values[:4] + b"\x38" + proof.public_values[5:]
    assert changed != proof.public_values
    assert refused(book, changed, proof.signatures)


def test_record__signer_revoked_since__refused(book, proof, attestor_registry):
    attestor_registry.revoke(proof.signer)
    assert refused(book, proof.public_values, proof.signatures)


def test_record__registration_expired_since__refused(book, proof, attestor_registry):
    attestor_registry.expire(proof.signer)
    assert refused(book, proof.public_values, proof.signatures)
