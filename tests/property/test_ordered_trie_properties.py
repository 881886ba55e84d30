"""The root of a list, against the benchmark's trie, which is written apart from it."""

import rlp
from benchmarks.block import trie
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.ordered_trie import root_of

ITEMS = st.lists(st.binary(min_size=1, max_size=40), max_size=300)


@given(ITEMS)
def test_root__of_any_list__is_that_of_the_other_trie(items: list[bytes]) -> None:
    entries = {bytes(rlp.encode(place)): item for place, item in enumerate(items)}
    assert root_of(items) == trie.root(trie.build(entries))


def test_root__of_no_items__is_the_known_one() -> None:
    assert root_of([]) == keccak(b"\x80")


@given(ITEMS.filter(bool), st.data())
def test_root__another_item__is_another_root(items: list[bytes], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    changed = [*items[:place], items[place] + b"\1", *items[place + 1 :]]
    assert root_of(changed) != root_of(items)
