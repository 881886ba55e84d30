"""Upstream's published proof through our code and through MultiProof on a real EVM."""

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from attestor.chain.multiproof import MultiProof
from attestor.chain.node import Node
from attestor.core.signature import recover
from attestor.core.text import checksummed
from attestor.core.verifying_key import VerifyingKey
from attestor.devnet.deployment import DevelopmentDeployer
from attestor.errors import ProofRefused

MESSAGE = bytes.fromhex("a50f6fca342d194a8443e9e8299cc6c0338bde0943ddc8efcd2d0c126a764a6b")
SIGNATURE = bytes.fromhex(
    "22e32fe8df3cf338a4d60578b51972d0e56e2e6114da843c4af1301524dbfaee"
    "0f8c4e8193db093c718a646f33cd39dee94829db1aab019541875e5ad25501ea1c"
)
ACCOUNT = bytes.fromhex("24f467036294dacac4d86ba2ed17323514fb1616")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def vouching_for(account: bytes) -> bytes:
    """Creation code of a registry whose every call answers whether the argument is `account`.

    Runtime: PUSH20 account, CALLDATALOAD(4), EQ, MSTORE(0), RETURN(0, 32).
    """
    runtime = b"\x73" + account + bytes.fromhex("600435145f5260205ff3")
    creation = bytes([0x60, len(runtime), 0x80, 0x60, 0x09, 0x3D, 0x39, 0x3D, 0xF3])
    return creation + runtime


@pytest.fixture
def deployed(node: Node) -> MultiProof:
    """MultiProof over a registry that vouches for upstream's account alone."""
    deployer = DevelopmentDeployer(node)
    registry = deployer.transact(None, vouching_for(ACCOUNT)).contract
    assert registry is not None
    multiproof = deployer.deploy_multiproof(registry)
    return MultiProof(node, multiproof.address)


def test_verify_message__upstreams_readme__is_accepted(deployed: MultiProof) -> None:
    assert recover(keccak(MESSAGE), SIGNATURE) == ACCOUNT
    deployed.verify_message(MESSAGE, SIGNATURE)


def test_verify_message__any_bit_changed__is_refused(deployed: MultiProof) -> None:
    for position in (0, 31):
        changed = bytearray(MESSAGE)
        changed[position] ^= 1
        with pytest.raises(ProofRefused, match="Invalid_TEE_Signer"):
            deployed.verify_message(bytes(changed), SIGNATURE)
    for position in (0, 40):
        changed = bytearray(SIGNATURE)
        changed[position] ^= 1
        with pytest.raises(ProofRefused):
            deployed.verify_message(MESSAGE, bytes(changed))


def test_verify_message__high_s_twin__is_refused(deployed: MultiProof) -> None:
    s = ORDER - int.from_bytes(SIGNATURE[32:64], "big")
    twin = SIGNATURE[:32] + s.to_bytes(32, "big") + bytes([55 - SIGNATURE[64]])
    with pytest.raises(ProofRefused):
        deployed.verify_message(MESSAGE, twin)


def test_verify_program__digest_on_chain__is_the_one_we_compute(deployed: MultiProof) -> None:
    """The account that the contract names is the one that our digest recovers to."""
    from attestor.core.legacy_message import LegacyMessage

    key = VerifyingKey.from_program_vkey(
        bytes.fromhex("00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1")
    )
    values = bytes.fromhex("f4010000f404000086070000")
    digest = LegacyMessage(key.vk_hash_bytes, values).digest
    assert digest.hex() == "f766d3825739a8b3533bf26adee72766132e05861677a75490a19177f9721fdc"
    expected = checksummed(recover(digest, SIGNATURE)).lower()
    with pytest.raises(ProofRefused, match=f"Invalid_TEE_Signer\\({expected}\\)"):
        deployed.verify_program(key.program_vkey, values, SIGNATURE)


def test_vouching_registry__other_account__is_not_vouched_for(deployed: MultiProof) -> None:
    """The double itself: a positive answer for one account and no other."""
    registry = deployed.node.call(deployed.address, keccak(text="teeProverRegistry()")[:4])[-20:]
    for account, answer in ((ACCOUNT, 1), (b"\x01" * 20, 0)):
        call = keccak(text="verifyAttestedProver(address)")[:4]
        result = deployed.node.call(registry, call + encode(["address"], [checksummed(account)]))
        assert int.from_bytes(result, "big") == answer
