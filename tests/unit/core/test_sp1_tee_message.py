"""The digest of sp1-tee's form, against a vector that does not come from this code."""

from attestor.core.sp1_tee_message import Sp1TeeMessage

VKEY = bytes.fromhex("00e60860c07bfc6e4c480286c0ddbb879674eb47f84b4ef041cf858b17aa0ed1")
PUBLIC_VALUES = bytes.fromhex("f4010000f404000086070000")
DIGEST = bytes.fromhex("77a21acfe576e83945bbd989e6828e3f61f1c7a6c18652dbf37d226888417167")


def test_digest__published_key_and_values__is_sp1_tees() -> None:
    assert Sp1TeeMessage(VKEY, PUBLIC_VALUES).digest == DIGEST


def test_digest__values_moved_into_the_key__is_another() -> None:
    moved = Sp1TeeMessage(VKEY + PUBLIC_VALUES[:1], PUBLIC_VALUES[1:])
    assert moved.digest != DIGEST
