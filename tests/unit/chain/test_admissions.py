"""Where a registry's admission is found, and which buckets can be used again."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode

from attestor.chain.registry import ADMISSION_PLACES, Registry
from attestor.core.registration import Admission, AdmissionName
from attestor.core.report_data import Layout

TEMPLATE = b"\x0a" * 20
NAME = AdmissionName(TEMPLATE, 0xFFFFFFFE)
OTHER = b"\x0f" * 20
RECORD = "(address,uint64,uint8,uint8,bytes32,bytes32,bool,bool)"


class Node:
    """Answers by the number that is asked for."""

    def __init__(self, templates: dict[int, bytes]) -> None:
        self.templates = templates
        self.asked: list[int] = []

    def call(self, address: bytes, calldata: bytes, **options: Any) -> bytes:
        number = int.from_bytes(calldata[4:], "big")
        self.asked.append(number)
        template = self.templates.get(number, bytes(20))
        record = ("0x" + template.hex(), 9, 1, 0, bytes(32), bytes(32), True, True)
        return encode([RECORD], [record])


@pytest.fixture
def registry() -> Callable[[Any], Registry]:
    return lambda node: Registry(node, b"\x77" * 20)


def test_admission__at_its_number__is_found(registry: Callable[[Any], Registry]) -> None:
    node = Node({0xFFFFFFFE: TEMPLATE})
    assert registry(node).admission(NAME) == Admission(0xFFFFFFFE, 9, True)


def test_admission__displaced__is_found_around_the_end(registry: Callable[[Any], Registry]) -> None:
    node = Node({0xFFFFFFFE: OTHER, 0xFFFFFFFF: OTHER, 0: TEMPLATE})
    assert registry(node).admission(NAME) == Admission(0, 9, True)


def test_admission__empty_place__ends_the_search(registry: Callable[[Any], Registry]) -> None:
    node = Node({0xFFFFFFFE: OTHER})
    assert registry(node).admission(NAME) is None
    assert node.asked == [0xFFFFFFFE, 0xFFFFFFFF]


def test_admission__all_places_of_others__is_none(registry: Callable[[Any], Registry]) -> None:
    node = Node({(0xFFFFFFFE + step) % (1 << 32): OTHER for step in range(20)})
    assert registry(node).admission(NAME) is None
    assert len(node.asked) == ADMISSION_PLACES


def test_reusable_buckets__words__are_one_number() -> None:
    class Words:
        def call(self, address: bytes, calldata: bytes, **options: Any) -> bytes:
            return encode(["uint256[4]"], [[1, 2, 0, 1 << 255]])

    node: Any = Words()
    assert Registry(node, bytes(20)).reusable_buckets() == 1 | 1 << 257 | 1 << 1023
    assert Registry(node, bytes(20), Layout.UPSTREAM).reusable_buckets() == 0
