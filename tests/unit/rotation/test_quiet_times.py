"""What the rotation asks and does while nothing happens, and that it is there when something does.

Headers show which blocks have no event of the registry; it is asked all the same now and then.
"""

from dataclasses import replace
from typing import Any

import pytest
from unit.rotation.conftest import POLICY

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.chain.pace import Pace
from attestor.errors import EndpointsDisagree, RpcUnreachable
from attestor.rotation import observer
from attestor.rotation.evidence import ASKED_EVERY

pytestmark = pytest.mark.slow

ONE, TWO = (number.to_bytes(20, "big") for number in (1, 2))
QUIET, EVENT = 0, 1


@pytest.fixture
def covered(setup: Any) -> Any:
    """Signer ONE is active, and blocks have no events from now on."""
    setup.run(4)
    setup.world.bloom = QUIET
    assert setup.world.signing == ONE
    return setup


def asked(setup: Any) -> int:
    return int(setup.world.calls.count("vouches_for"))


def test_step__blocks_without_events__asks_the_registry_seldom(covered: Any) -> None:
    before = asked(covered)
    covered.run(3 * ASKED_EVERY)
    assert 2 <= asked(covered) - before <= 4
    assert covered.world.leases[-1][0] == covered.world.blocks[-1].timestamp


def test_step__headers_that_say_nothing__asks_at_each_block(covered: Any) -> None:
    covered.world.bloom = None
    before = asked(covered)
    covered.run(8)
    assert asked(covered) - before >= 8


def test_step__event_in_a_block__stops_a_revoked_signer_at_once(covered: Any) -> None:
    covered.run(2)
    covered.world.bloom = EVENT
    covered.world.mine()
    del covered.world.registered[ONE]
    covered.rotation.step()
    assert covered.world.signing is None


@pytest.mark.parametrize("passed", range(ASKED_EVERY))
def test_step__event_in_one_of_several_new_blocks__is_not_overlooked(
    covered: Any, passed: int
) -> None:
    covered.world.bloom = EVENT
    covered.world.mine()
    covered.world.bloom = QUIET
    for _ in range(passed):
        covered.world.mine()
    del covered.world.registered[ONE]
    covered.rotation.step()
    assert covered.world.signing is None


def test_step__revoked_without_an_event__is_seen_soon_all_the_same(covered: Any) -> None:
    del covered.world.registered[ONE]
    covered.run(ASKED_EVERY)
    assert covered.stages()[ONE] == "paused"


def test_step__reorg_of_the_block_that_was_asked__asks_again(covered: Any) -> None:
    covered.world.reorg(8)
    covered.rotation.step()
    assert covered.world.signing is None


def test_step__registration_ends__is_not_taken_for_valid(
    covered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observer, "ASKED_EVERY", 150)
    covered.world.faults["new_key"] = RpcUnreachable("down")
    ends = covered.history.active().valid_until
    while covered.world.blocks[-1].timestamp < ends:
        covered.run(1)
    covered.rotation.step()
    assert covered.world.signing is None
    assert covered.world.leases[-1][0] < ends


@pytest.fixture
def paced(covered: Any) -> Any:
    """The same, followed at the chain's pace."""
    world = covered.world
    heads = Heads(world, MemoryHeaderLog(), Pace(1.0, lambda: world.now))
    covered.rotation._heads = heads
    covered.rotation.step()
    covered.run(8)
    return covered


def test_step__between_two_looks__nothing_is_asked_and_nothing_read(
    paced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    paced.rotation.step()
    calls = list(paced.world.calls)
    monkeypatch.setattr(paced.history, "active", lambda: pytest.fail("it reads the database"))
    for _ in range(9):
        paced.world.now += 1.0
        assert paced.rotation.step() == "the active signer is young enough"
    assert paced.world.calls == calls


def test_step__no_block_for_long__looks_all_the_same(paced: Any) -> None:
    calls = len(paced.world.calls)
    for _ in range(int(POLICY.lease_seconds)):
        paced.world.now += 1.0
        paced.rotation.step()
    assert len(paced.world.calls) > calls


def test_step__registry_could_not_be_asked__does_not_rest(paced: Any) -> None:
    paced.world.bloom = EVENT
    paced.world.mine()
    paced.world.faults["at"] = RpcUnreachable("down")
    paced.world.now += 12.0
    paced.rotation.step()
    del paced.world.faults["at"], paced.world.registered[ONE]
    paced.world.now += 1.0
    paced.rotation.step()
    assert paced.world.signing is None


def test_step__endpoints_disagree_and_headers_show_no_event__the_signer_goes_on(
    covered: Any,
) -> None:
    covered.run(1)
    covered.world.faults["vouches_for"] = EndpointsDisagree("one says no")
    covered.run(2 * ASKED_EVERY)
    assert covered.world.leases[-1][0] == covered.world.blocks[-1].timestamp


def test_step__endpoints_disagree_after_an_event__nothing_lets_the_signer_go_on(
    covered: Any,
) -> None:
    covered.run(1)
    covered.world.faults["vouches_for"] = EndpointsDisagree("one says no")
    covered.world.bloom = EVENT
    covered.world.mine()
    event = covered.world.blocks[-1].timestamp
    covered.world.bloom = QUIET
    covered.run(2 * ASKED_EVERY)
    assert covered.world.leases[-1][0] < event


def test_shows__head_of_the_window_or_the_next_one__and_no_other(covered: Any) -> None:
    covered.run(1)
    blocks = covered.world.blocks
    assert covered.rotation.shows(ONE, blocks[-1])
    assert not covered.rotation.shows(TWO, blocks[-1])
    following = covered.world.mine()
    assert covered.rotation.shows(ONE, following)
    assert not covered.rotation.shows(ONE, covered.world.mine())
    assert not covered.rotation.shows(ONE, replace(following, logs_bloom=EVENT))


def test_step__one_endpoint_says_the_window_is_smaller__nothing_is_given_up(covered: Any) -> None:
    covered.world.faults["confirmed_at"] = EndpointsDisagree("others say it is not")
    covered.world.window_blocks = 0
    covered.world.includes = False
    covered.run(30)
    assert covered.stages()[TWO] == "submitted"
