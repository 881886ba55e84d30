"""The chain: each endpoint by itself, whether they agree, the contracts, and who pays."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.config import Config
from attestor.core.blocks import Block
from attestor.core.fees import ADMISSION_GAS, GWEI, tokens
from attestor.core.report_data import Layout
from attestor.core.text import checksummed, from_hex
from attestor.daemon.policy import policy_from
from attestor.deployment import addresses, probe
from attestor.doctor.finding import Finding, failed, of_error, ok, warning
from attestor.errors import AttestorError
from attestor.transactions.payers import load_payer

OLD_HEAD_SECONDS = 120
"""After which a head is old on chains that are in use; development chains may rest."""
FAR_APART_BLOCKS = 5
CLOCK_SECONDS = 30
FEW_ROTATIONS, ENOUGH_ROTATIONS = 2, 20


@dataclass(frozen=True)
class Seen:
    """An endpoint that answers."""

    label: str
    node: Node
    head: Block


def endpoints(config: Config, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Each endpoint's chain and head; whether their heads are near, and on one branch."""
    seen: list[Seen] = []
    for position, url in enumerate(config.rpc_urls, 1):
        name = f"endpoint {position}"
        node = Node.of((url,), config.chain_id, config.chain_check_headers)
        try:
            node.require_chain()
            head = node.head()
        except AttestorError as error:
            yield of_error(name, error)
            continue
        seen.append(Seen(name, node, head))
        yield head_finding(name, config.chain_id, head, now())
    if len(seen) > 1:
        yield from _agreement(seen)
    if len(config.rpc_urls) == 1:
        advice = "name three or five of different operators in chain.rpc_urls"
        yield warning("endpoints", "there is one: while it is away, nobody registers", advice)


def contracts(config: Config) -> Iterator[Finding]:
    """The chain's abilities, and the registry's terms against the rotation's."""
    node = Node.of(config.rpc_urls, config.chain_id, config.chain_check_headers)
    lacks = probe.find_lacks(node)
    for lack in lacks:
        yield failed("chain", lack.what, "docs/contracts.md says which chains can")
    if not lacks:
        yield ok("chain", "has the opcodes and precompiles that the contracts need")
    found = addresses.of(config)
    registry = Registry(node, found.registry, Layout(config.chain_registry_kind))
    terms = registry.terms()
    policy = policy_from(config, terms)
    yield ok(
        "registry",
        f"{checksummed(found.registry)}: registrations last {terms.attest_validity_seconds} s, "
        f"reference blocks {terms.max_block_number_diff} blocks",
    )
    if policy.period + policy.expiry_margin > terms.attest_validity_seconds:
        told = f"a signer is replaced after {policy.period} s, and expires before that"
        yield warning("rotation", told, "lower rotation.period_seconds")


def payer(config: Config) -> Iterator[Finding]:
    """Whether the account can pay for registrations at the highest fee that it may offer."""
    account = load_payer(config.payer, lambda name: f"payer.{name}")
    node = Node.of(config.rpc_urls, config.chain_id, config.chain_check_headers)
    address = from_hex(account.address)
    balance = node.balance(address)
    price = min(
        2 * node.head().base_fee + node.priority_fee(), int(config.payer_max_fee_gwei * GWEI)
    )
    told = f"{checksummed(address)} has {tokens(balance)}"
    if price == 0:
        yield ok("payer", f"{told}; gas costs nothing here")
        return
    rotations = balance // (price * ADMISSION_GAS)
    told += f", enough for about {rotations} registrations at {price / GWEI:.4g} gwei"
    if rotations < FEW_ROTATIONS:
        yield failed("payer", told, f"fund {checksummed(address)}")
    elif rotations < ENOUGH_ROTATIONS:
        yield warning("payer", told, f"fund {checksummed(address)}")
    else:
        yield ok("payer", told)


def head_finding(name: str, chain_id: int, head: Block, now: float) -> Finding:
    """How old an endpoint's newest block is."""
    age = now - head.timestamp
    told = f"chain {chain_id}, head {head.number}, {age:.0f} s old"
    if age < -CLOCK_SECONDS:
        return warning(name, told, "the machine's clock is behind the chain's: set up NTP")
    if age > OLD_HEAD_SECONDS:
        return warning(name, told, "the node is behind, the chain rests, or the clock is ahead")
    return ok(name, told)


def _agreement(seen: list[Seen]) -> Iterator[Finding]:
    lowest = min(seen, key=lambda one: one.head.number)
    highest = max(seen, key=lambda one: one.head.number)
    apart = highest.head.number - lowest.head.number
    if apart > FAR_APART_BLOCKS:
        told = f"{lowest.label} is {apart} blocks behind {highest.label}"
        yield warning("endpoints", told, "a node that stays behind says no for too long")
    others = [one for one in seen if one is not lowest]
    differing = [one.label for one in others if not one.node.agrees(lowest.head)]
    if differing:
        told = f"{', '.join(differing)} and {lowest.label} differ in block {lowest.head.number}"
        yield failed("endpoints", told, "find out which is on the wrong branch")
    else:
        yield ok("endpoints", f"{len(seen)} agree on block {lowest.head.number}")
