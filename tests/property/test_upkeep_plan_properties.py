"""Whatever stands on chain: nothing older is sent, and nothing that ends is left."""

from hypothesis import given
from hypothesis import strategies as st

from attestor.upkeep.items import Item, Part
from attestor.upkeep.plan import LEAST_GAIN_SECONDS, Standing, need, needs

DAY = 86400
NOW = 1000 * DAY
MOMENTS = st.integers(NOW - 50 * DAY, NOW + 50 * DAY)
MARGINS = st.integers(0, 60 * DAY)


@st.composite
def items(draw: st.DrawFn) -> Item:
    part = draw(st.sampled_from(Part))
    since = draw(MOMENTS)
    until = draw(st.integers(since, since + 40 * DAY))
    return Item(part, part.name, draw(st.integers(0, 2)), b"new", since, until)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    since = draw(MOMENTS)
    until = draw(st.integers(since, since + 40 * DAY))
    unknown = draw(st.sampled_from([0, 0, 3]))
    return Standing(b"\0" * 32, since, until, draw(st.booleans()), unknown)


@given(item=items(), standing=st.none() | standings(), margin=st.none() | MARGINS)
def test_need__upload__is_valid_now_and_newer_than_what_counts(
    item: Item, standing: Standing | None, margin: int | None
) -> None:
    if need(item, standing, NOW, margin).upload:
        assert item.since <= NOW <= item.until
        assert standing is None or not standing.usable or item.since > standing.since


@given(item=items(), standing=standings(), margin=st.none() | MARGINS)
def test_need__left_alone__cannot_be_replaced_or_holds(
    item: Item, standing: Standing, margin: int | None
) -> None:
    found = need(item, standing, NOW, margin)
    could_replace = item.since <= NOW <= item.until and item.since > standing.since
    if found.upload or not could_replace:
        return
    assert margin is not None
    assert standing.usable
    assert standing.unknown_revocations == 0
    assert standing.until >= NOW
    holds = standing.until - NOW > margin
    assert holds or item.until - standing.until < LEAST_GAIN_SECONDS


@given(item=items(), standing=standings(), small=MARGINS, more=MARGINS)
def test_need__larger_margin__uploads_all_that_a_smaller_one_does(
    item: Item, standing: Standing, small: int, more: int
) -> None:
    if need(item, standing, NOW, small).upload:
        assert need(item, standing, NOW, small + more).upload
        assert need(item, standing, NOW, None).upload


@given(fetched=st.lists(items(), max_size=7), margin=st.none() | MARGINS)
def test_needs__after_the_uploads__nothing_is_left_to_do(
    fetched: list[Item], margin: int | None
) -> None:
    chain: dict[tuple[Part, int], Standing] = {}
    for one in needs(tuple(fetched), chain, NOW, margin):
        if one.upload:
            place = (one.item.part, one.item.key)
            chain[place] = Standing(one.item.content_hash, one.item.since, one.item.until)
    assert not any(one.upload for one in needs(tuple(fetched), chain, NOW, margin))
