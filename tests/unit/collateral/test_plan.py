"""Which items are uploaded, and which are left alone."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import Item
from attestor.collateral.plan import Need, OnChainItem, needs

DAY = 86400
NOW = 1000 * DAY
ITEM = Item(CollateralKind.TCB_INFO, "TCB info", 7, b"new", NOW - DAY, NOW + 29 * DAY, b"\1" * 64)
OLD = OnChainItem(b"\0" * 32, NOW - 20 * DAY, NOW + 10 * DAY)


def need(onchain: OnChainItem | None, margin: int | None = None, item: Item = ITEM) -> Need:
    chain = {} if onchain is None else {(item.kind, item.key): onchain}
    return needs((item,), chain, NOW, margin)[0]


def test_needs__not_on_chain__is_uploaded() -> None:
    assert (need(None).upload, need(None).reason) == (True, "not on chain")


def test_needs__same_bytes__are_not_uploaded_again() -> None:
    same = replace(OLD, content_hash=ITEM.content_hash)
    assert not need(same).upload
    assert not need(same, margin=30 * DAY).upload


def test_needs__newer__is_uploaded_when_the_old_ends_within_the_margin() -> None:
    assert need(OLD).upload
    assert need(OLD, margin=10 * DAY).upload
    kept = need(OLD, margin=10 * DAY - 1)
    assert (kept.upload, kept.reason) == (False, "valid beyond the renewal margin")


def test_needs__expired_on_chain__is_said_so() -> None:
    expired = need(replace(OLD, until=NOW - 1), margin=0)
    assert (expired.upload, expired.reason) == (True, "expired on chain")


def test_needs__older_than_the_chains__is_not_sent_to_be_refused() -> None:
    later = need(replace(OLD, since=ITEM.since))
    assert (later.upload, later.reason) == (False, "not newer than on chain")


@pytest.mark.parametrize(("since", "until"), [(NOW + 1, NOW + DAY), (NOW - DAY, NOW - 1)])
def test_needs__fetched_one_not_valid__is_not_uploaded(since: int, until: int) -> None:
    stale = need(None, item=replace(ITEM, since=since, until=until))
    assert not stale.upload
    assert "not currently valid" in stale.reason


def test_needs__same_part_of_another_key__is_another_item() -> None:
    chain = {(CollateralKind.TCB_INFO, 8): replace(OLD, content_hash=ITEM.content_hash)}
    assert needs((ITEM,), chain, NOW, None)[0].upload


def test_needs__revoked_on_chain__is_replaced_whatever_its_dates() -> None:
    revoked = replace(OLD, usable=False, since=NOW, until=NOW + 90 * DAY)
    assert (need(revoked, margin=DAY).upload, need(revoked).reason) == (True, "revoked on chain")
    assert need(replace(revoked, content_hash=ITEM.content_hash)).upload


def test_needs__revoked_ca_that_was_fetched_again__is_not_sent_to_be_refused() -> None:
    ca = replace(ITEM, kind=CollateralKind.PCK_CA, signature=b"")
    same = replace(OLD, usable=False, content_hash=ca.content_hash)
    assert not need(same, item=ca).upload
    assert need(replace(same, content_hash=OLD.content_hash), item=ca).upload


def test_needs__new_revocations__do_not_wait_for_the_margin() -> None:
    found = need(replace(OLD, unknown_revocations=2), margin=DAY)
    assert (found.upload, found.reason) == (True, "2 new revocation(s)")


@pytest.mark.parametrize("since", [ITEM.since - 1, ITEM.since, NOW])
def test_needs__lower_evaluation_on_chain__is_replaced_at_once(since: int) -> None:
    later = replace(ITEM, evaluation=18)
    found = need(replace(OLD, evaluation=17, since=since), margin=DAY, item=later)
    assert (found.upload, found.reason) == (True, "TCB evaluation 18 replaces 17")


@pytest.mark.parametrize("state", [{}, {"usable": False}, {"until": NOW - 1}])
def test_needs__higher_evaluation_on_chain__is_not_sent_to_be_refused(
    state: dict[str, Any],
) -> None:
    found = need(replace(OLD, evaluation=19, **state), item=replace(ITEM, evaluation=18))
    assert (found.upload, found.reason) == (False, "the chain's TCB evaluation is 19")


@pytest.mark.parametrize(("gain", "upload"), [(DAY - 1, False), (DAY, True)])
def test_needs__hardly_later_end__is_not_worth_it_before_the_end(gain: int, upload: bool) -> None:
    onchain = replace(OLD, until=ITEM.until - gain)
    assert need(onchain, margin=29 * DAY).upload is upload
    assert need(onchain).upload
    ended = replace(ITEM, until=NOW + gain - 1)
    assert need(replace(OLD, until=NOW - 1), margin=DAY, item=ended).upload
