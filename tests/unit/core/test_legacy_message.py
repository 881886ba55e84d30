"""What is signed: upstream's published vectors."""

from eth_utils.crypto import keccak

from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.verifying_key import VerifyingKey

README_MESSAGE = bytes.fromhex("a50f6fca342d194a8443e9e8299cc6c0338bde0943ddc8efcd2d0c126a764a6b")
README_SIGNATURE = bytes.fromhex(
    "22e32fe8df3cf338a4d60578b51972d0e56e2e6114da843c4af1301524dbfaee"
    "0f8c4e8193db093c718a646f33cd39dee94829db1aab019541875e5ad25501ea1c"
)
README_ACCOUNT = bytes.fromhex("24f467036294dacac4d86ba2ed17323514fb1616")


def test_recover__upstreams_readme__gives_the_account_it_logs() -> None:
    assert recover(keccak(README_MESSAGE), README_SIGNATURE) == README_ACCOUNT


def test_recover__message_without_keccak__gives_another_account() -> None:
    assert recover(README_MESSAGE, README_SIGNATURE) != README_ACCOUNT


def test_statement__v3_fibonacci__gives_the_computed_digest() -> None:
    key = VerifyingKey.from_program_vkey(
        bytes.fromhex("00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1")
    )
    statement = LegacyMessage(key.vk_hash_bytes, bytes.fromhex("f4010000f404000086070000"))
    assert statement.message.hex() == (
        "57afaa2081248eff6ad022246deb4726dac655f5c72057cb23e23cf9e1f4d03c"
    )
    assert statement.digest.hex() == (
        "f766d3825739a8b3533bf26adee72766132e05861677a75490a19177f9721fdc"
    )


def test_statement__moved_boundary__is_the_callers_to_exclude() -> None:
    """The statement has no separator: fixed key length is what keeps it unambiguous."""
    assert len(LegacyMessage(bytes(32), b"").message) == 32
    assert LegacyMessage(bytes(32), b"a").digest != LegacyMessage(bytes(32), b"b").digest
