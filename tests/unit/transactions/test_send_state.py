"""What a node's answer changes in the next step."""

import pytest

from attestor.transactions.send_state import Pace, SendAnswer, SendState, Step

PACE = Pace(timeout=1000.0, send_again=20.0, replace=60.0, least_between_replacements=5.0)
HASH = b"\x01" * 32


@pytest.mark.parametrize("answer", SendAnswer)
def test_answered__went_well_or_may_be_in_a_block__is_not_repeated_at_once(
    answer: SendAnswer,
) -> None:
    state = SendState.begun(0.0).answered(answer, 0.0)
    well = {SendAnswer.TAKEN, SendAnswer.ALREADY_KNOWN, SendAnswer.NONCE_TOO_LOW}
    assert state.next_step(PACE, 1.0) is (Step.WAIT if answer in well else Step.SEND_AGAIN)


def test_priced__after_underpriced__the_next_replacement_waits_its_whole_time() -> None:
    state = SendState.begun(0.0).answered(SendAnswer.UNDERPRICED, 0.0)
    assert state.next_step(PACE, 5.0) is Step.REPLACE
    state = state.priced(5.0).answered(SendAnswer.TAKEN, 5.0)
    assert state.next_step(PACE, 10.0) is Step.WAIT
    assert state.next_step(PACE, 65.0) is Step.REPLACE


def test_seen_unmined__nonce_too_low_of_before__counts_no_more() -> None:
    state = SendState.begun(0.0)
    for second in range(PACE.max_nonce_too_low):
        state = state.answered(SendAnswer.NONCE_TOO_LOW, float(second))
    assert state.next_step(PACE, 3.0) is Step.GIVE_UP
    state = state.seen_mined(HASH)
    assert state.next_step(PACE, 3.0) is Step.WAIT
    assert state.seen_unmined(HASH).next_step(PACE, 3.0) is Step.WAIT
