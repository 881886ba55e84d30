"""PoEs against the one that upstream published (batch 326800), and report data."""

import json

import pytest
from eth_utils.crypto import keccak

from attestor.core.avs import report_data
from attestor.core.avs.poe import Poe, PoeAnswer, state_hash_of

PUBLISHED = Poe(
    *(
        bytes.fromhex(text)
        for text in (
            "9fc92b2699dcd97f0f22d81e13d316d76751de67bfbc3c6afd023b05ca930f37",
            "c0eff2fa84b7e0591d49994fed63d0ca9e69f77f9658caec93c7f452a18c0808",
            "02b0659557cbef26689ca30067bd17658b55db5555aeffeb60025ede53e7fefb",
            "15277dcb70eabc3703a816f470f9b9f05aa4272d232ca6c7ced84d4874f5bb0e",
            "0aaa5af01432a5037adc40237e9f88c1059de1c207fe1b5287a595cd94c729d3".zfill(64),
        )
    )
)


def test_state_hash__of_the_published_batch__is_the_published_one() -> None:
    assert state_hash_of(9850527 - 9850414 + 1) == PUBLISHED.state_hash


def test_state_hash__of_no_block__is_refused() -> None:
    with pytest.raises(ValueError, match="at least one block"):
        state_hash_of(0)


def test_digest__is_over_160_bytes_in_order() -> None:
    p = PUBLISHED
    whole = p.batch_hash + p.state_hash + p.prev_state_root + p.new_state_root + p.withdrawal_root
    assert len(whole) == 160
    assert p.digest == keccak(whole)


def test_poe__field_of_another_length__is_refused() -> None:
    with pytest.raises(ValueError, match="new_state_root has 31 bytes"):
        Poe(b"a" * 32, b"b" * 32, b"c" * 32, b"d" * 31, b"e" * 32)


def test_answer__as_json__has_upstreams_keys_in_upstreams_order() -> None:
    answer = PoeAnswer(326800, 9850414, 9850527, PUBLISHED, b"\x01" * 65)
    text = json.dumps(answer.to_json(), separators=(",", ":"))
    assert text.startswith(
        '{"not_ready":false,"batch_id":326800,"start_block":9850414,"end_block":9850527,"poe":{'
        '"batch_hash":"0x9fc92b26'
    )
    assert list(answer.to_json()["poe"]) == [
        *("batch_hash", "state_hash", "prev_state_root", "new_state_root", "withdrawal_root"),
        "signature",
    ]
    assert text.endswith(
        '"signature":"0x' + "00" * 65 + '"},"poe_signature":"0x' + "01" * 65 + '"}'
    )


@pytest.mark.parametrize("size", [0, 1, 20, 31, 32, 33, 63, 64])
def test_report_data__of_each_length__keeps_the_last_32_bytes(size: int) -> None:
    given, address = bytes(range(1, size + 1)), b"\xaa" * 20
    composed = report_data.compose(address, given)
    assert len(composed) == 64
    assert composed[:12] == bytes(12)
    assert composed[12:32] == address
    assert composed[32:] == given[-32:].rjust(32, b"\0") if given else composed[32:] == bytes(32)


def test_report_data__of_65_bytes__is_refused() -> None:
    with pytest.raises(ValueError, match="65 bytes, at most 64"):
        report_data.compose(b"\xaa" * 20, bytes(65))
