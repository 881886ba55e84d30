"""What the counts of a send state allow, whatever is answered in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from attestor.transactions.send_state import Pace, SendAnswer, SendState, Step

PACE = Pace()
HASHES = st.sampled_from([b"one", b"two"])
EVENTS = st.one_of(
    st.sampled_from(list(SendAnswer)),
    st.tuples(st.sampled_from(["mined", "unmined"]), HASHES),
    st.just("priced"),
)
MOVES = st.lists(st.tuples(EVENTS, st.floats(0, 30)), max_size=40)


def played(moves: list[tuple[object, float]]) -> tuple[SendState, float]:
    now = 0.0
    state = SendState.begun(now)
    for event, seconds in moves:
        now += seconds
        if isinstance(event, SendAnswer):
            state = state.answered(event, now)
        elif event == "priced":
            state = state.priced(now)
        elif isinstance(event, tuple) and event[0] == "mined":
            state = state.seen_mined(event[1])
        elif isinstance(event, tuple):
            state = state.seen_unmined(event[1])
    return state, now


@given(MOVES, st.floats(0, 1000))
def test_next_step__mined__nothing_but_wait(
    moves: list[tuple[object, float]], later: float
) -> None:
    state, now = played(moves)
    assert state.seen_mined(b"three").next_step(PACE, now + later) is Step.WAIT


@given(MOVES)
def test_next_step__unmined_and_out_of_time__gives_up(moves: list[tuple[object, float]]) -> None:
    state, _ = played(moves)
    if not state.mined:
        assert state.next_step(PACE, state.started_at + PACE.timeout) is Step.GIVE_UP


@given(MOVES)
def test_next_step__nonce_too_low_before_a_reorg__does_not_count_after_it(
    moves: list[tuple[object, float]],
) -> None:
    state, _ = played(moves)
    back = state.seen_mined(b"three").seen_unmined(b"three")
    assert (back.nonce_too_low, back.mined) == (0, state.mined)


@given(MOVES)
def test_next_step__nonce_too_low_fewer_times_than_allowed__is_no_reason_to_give_up(
    moves: list[tuple[object, float]],
) -> None:
    state, now = played(moves)
    early = now - state.started_at < PACE.timeout
    if early and not state.mined and state.nonce_too_low < PACE.max_nonce_too_low:
        assert state.next_step(PACE, now) is not Step.GIVE_UP


@given(MOVES, st.floats(0, 1000))
def test_next_step__replacement__never_sooner_than_the_pace_allows(
    moves: list[tuple[object, float]], later: float
) -> None:
    state, now = played(moves)
    if state.next_step(PACE, now + later) is Step.REPLACE:
        waited = now + later - state.priced_at
        assert waited >= PACE.least_between_replacements
        assert waited >= PACE.replace or state.underpriced > 0


@given(MOVES)
def test_next_step__just_priced__is_not_replaced_at_once(moves: list[tuple[object, float]]) -> None:
    state, now = played(moves)
    assert state.priced(now).next_step(PACE, now) is not Step.REPLACE


@given(MOVES)
def test_answered__counts__add_up(moves: list[tuple[object, float]]) -> None:
    state, _ = played(moves)
    assert state.sends == sum(isinstance(event, SendAnswer) for event, _ in moves)
    assert 0 <= state.failures <= state.sends
    assert 0 <= state.nonce_too_low + state.already_known <= state.sends
    assert state.started_at <= min(state.sent_at, state.priced_at)
