"""The window of recent blocks."""

import pytest

from attestor.core.blocks import Block, BlockWindow


def block(number: int, fork: str = "a", parent: str = "a") -> Block:
    return Block(
        number=number,
        hash=f"{fork}{number}".encode().rjust(32, b"."),
        parent_hash=f"{parent}{number - 1}".encode().rjust(32, b"."),
        timestamp=1000 + number,
    )


def window(first: int, last: int) -> BlockWindow:
    return BlockWindow(tuple(block(number) for number in range(first, last + 1)))


def test_head__empty__is_none() -> None:
    assert BlockWindow().head is None
    assert BlockWindow().at(1) is None


def test_ring__gap__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="block 3 does not follow block 1"):
        BlockWindow((block(1), block(3)))


def test_ring__other_parent__cannot_be_made() -> None:
    with pytest.raises(ValueError, match="block 2 does not follow"):
        BlockWindow((block(1), block(2, parent="b")))


def test_at__inside_and_outside__finds_only_what_is_held() -> None:
    held = window(5, 8)
    assert held.at(5) == block(5)
    assert held.at(8) == block(8)
    assert held.at(4) is None
    assert held.at(9) is None


def test_extended__next_block__appends() -> None:
    assert window(1, 3).extended((block(4),)) == window(1, 4)


def test_extended__reorg__drops_the_old_branch() -> None:
    branch = (block(3, "b", "a"), block(4, "b", "b"))
    held = window(1, 5).extended(branch)
    assert held.blocks == (block(1), block(2), *branch)
    assert held.contradicts(3, block(3).hash)
    assert not held.contradicts(5, block(5).hash)
    assert held.holds(2, block(2).hash)


def test_extended__shorter_chain__truncates() -> None:
    assert window(1, 5).extended((block(3),)) == window(1, 3)


def test_extended__foreign_branch__starts_anew() -> None:
    branch = (block(9, "b", "b"),)
    assert window(1, 5).extended(branch).blocks == branch


def test_extended__beyond_capacity__keeps_the_newest() -> None:
    held = BlockWindow(capacity=3)
    for number in range(1, 6):
        held = held.extended((block(number),))
    assert [known.number for known in held.blocks] == [3, 4, 5]


def test_extended__nothing__is_the_same() -> None:
    assert window(1, 2).extended(()) == window(1, 2)


def test_joins__parent_on_another_fork__does_not() -> None:
    assert window(1, 3).joins(block(4))
    assert not window(1, 3).joins(block(4, parent="b"))
    assert not window(1, 3).joins(block(5))
