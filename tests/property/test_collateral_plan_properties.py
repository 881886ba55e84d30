"""Whatever stands on chain: nothing older is sent, and nothing that ends is left."""

from hypothesis import given
from hypothesis import strategies as st

from attestor.chain.collateral_store import CollateralKind
from attestor.collateral.items import Item
from attestor.collateral.plan import MIN_EXTENSION_SECONDS, OnChainItem, need, needs

DAY = 86400
NOW = 1000 * DAY
MOMENTS = st.integers(NOW - 50 * DAY, NOW + 50 * DAY)
MARGINS = st.integers(0, 60 * DAY)


@st.composite
def items(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(CollateralKind))
    since = draw(MOMENTS)
    until = draw(st.integers(since, since + 40 * DAY))
    return Item(kind, kind.name, draw(st.integers(0, 2)), b"new", since, until)


@st.composite
def onchain_items(draw: st.DrawFn) -> OnChainItem:
    since = draw(MOMENTS)
    until = draw(st.integers(since, since + 40 * DAY))
    unknown = draw(st.sampled_from([0, 0, 3]))
    return OnChainItem(b"\0" * 32, since, until, draw(st.booleans()), unknown)


@given(item=items(), onchain=st.none() | onchain_items(), margin=st.none() | MARGINS)
def test_need__upload__is_valid_now_and_newer_than_what_counts(
    item: Item, onchain: OnChainItem | None, margin: int | None
) -> None:
    if need(item, onchain, NOW, margin).upload:
        assert item.since <= NOW <= item.until
        assert onchain is None or not onchain.usable or item.since > onchain.since


@given(item=items(), onchain=onchain_items(), margin=st.none() | MARGINS)
def test_need__left_alone__cannot_be_replaced_or_holds(
    item: Item, onchain: OnChainItem, margin: int | None
) -> None:
    found = need(item, onchain, NOW, margin)
    could_replace = item.since <= NOW <= item.until and item.since > onchain.since
    if found.upload or not could_replace:
        return
    assert margin is not None
    assert onchain.usable
    assert onchain.unknown_revocations == 0
    assert onchain.until >= NOW
    holds = onchain.until - NOW > margin
    assert holds or item.until - onchain.until < MIN_EXTENSION_SECONDS


@given(item=items(), onchain=onchain_items(), small=MARGINS, more=MARGINS)
def test_need__larger_margin__uploads_all_that_a_smaller_one_does(
    item: Item, onchain: OnChainItem, small: int, more: int
) -> None:
    if need(item, onchain, NOW, small).upload:
        assert need(item, onchain, NOW, small + more).upload
        assert need(item, onchain, NOW, None).upload


@given(fetched=st.lists(items(), max_size=7), margin=st.none() | MARGINS)
def test_needs__after_the_uploads__nothing_is_left_to_do(
    fetched: list[Item], margin: int | None
) -> None:
    chain: dict[tuple[CollateralKind, int], OnChainItem] = {}
    for one in needs(tuple(fetched), chain, NOW, margin):
        if one.upload:
            place = (one.item.kind, one.item.key)
            chain[place] = OnChainItem(one.item.content_hash, one.item.since, one.item.until)
    assert not any(one.upload for one in needs(tuple(fetched), chain, NOW, margin))
