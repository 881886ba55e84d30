"""What the store is asked for an item."""

from dataclasses import replace
from typing import Any

from attestor.chain.collateral_store import CollateralKind, Held
from attestor.collateral import onchain
from attestor.collateral.items import Item
from attestor.collateral.plan import OnChainItem


def test_read_all__each_part__is_asked_under_its_kind_and_key(
    world: Any, items: tuple[Item, ...]
) -> None:
    for number, item in enumerate(items):
        digest = bytes([number + 1]) * 32
        world.kept[item.kind, item.key] = Held(1, 2, 0, digest, number % 2 == 0)
    found = onchain.read_all(world, items)
    for number, item in enumerate(items):
        digest = bytes([number + 1]) * 32
        unknown = item.entries
        assert found[item.kind, item.key] == OnChainItem(digest, 1, 2, number % 2 == 0, unknown)


def test_read_all__nothing_there__is_empty(world: Any, items: tuple[Item, ...]) -> None:
    assert onchain.read_all(world, items) == {}


def test_read__same_crl__is_not_asked_for_its_entries(world: Any, items: tuple[Item, ...]) -> None:
    crl = items[3]
    world.kept[CollateralKind.PCK_CRL, crl.key] = Held(1, 2, 0, crl.content_hash, True)
    found = onchain.read(world, crl)
    assert found is not None
    assert found.unknown_revocations == 0


def test_read__crl_that_the_store_refuses__revokes_nothing(
    world: Any, items: tuple[Item, ...]
) -> None:
    crl = items[3]
    world.kept[CollateralKind.PCK_CRL, crl.key] = Held(1, 2, 0, b"\x01" * 32, True)
    world.refused.add(crl.content)
    found = onchain.read(world, crl)
    assert found is not None
    assert found.unknown_revocations == 0


def test_new_revocations__long_crl__is_counted_by_slices(
    world: Any, items: tuple[Item, ...]
) -> None:
    crl = replace(items[3], content=b"long", entries=600)
    world.know(crl)
    world.revoked = set(range(10, 300))
    assert onchain.new_revocations(world, crl) == [10, 212, 88]
