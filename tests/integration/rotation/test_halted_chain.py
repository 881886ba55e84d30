"""A chain that stands still for longer than a registration is valid, and then has many blocks at
once: more than are remembered, in the end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from measures.chain import START, GasChain, running
from measures.scenario import Deployment
from storm.crash_matrix import FIRST_BLOCKS, SPEED
from storm.crash_scenarios import MOST_BLOCKS, POLICY
from storm.machine import Machine

from attestor.chain.abi import Contract
from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc
from attestor.core.blocks import BlockWindow
from attestor.rotation.vouching import Vouching

SECOND = 1


@pytest.fixture
def chain() -> Iterator[GasChain]:
    with running(START) as url:
        yield GasChain(url)


@pytest.fixture
def machine(chain: GasChain, tmp_path: Path) -> Iterator[Machine]:
    deployment = Deployment(chain)
    deployment.upload(deployment.items())
    window = Contract.named("TEERegistry").encode(
        "setMaxBlockNumberDiff", POLICY.max_block_number_diff
    )
    chain.send(deployment.registry.address, window)
    chain.step_by_step()
    chain.mine(FIRST_BLOCKS)
    url = chain.node.rpc.url
    path = tmp_path / "attestor.sqlite"
    made = Machine(
        deployment, Pool([Rpc(url)], chain.id), path, lambda: time.monotonic() * SPEED, POLICY
    )
    yield made
    made.close()


def run_until_active(machine: Machine, chain: GasChain, but: bytes = b"") -> bytes:
    for _ in range(MOST_BLOCKS):
        machine.rotation.step()
        active = machine.history.active()
        if active is not None and not active.paused and active.address != but:
            return bytes(active.address)
        chain.mine(1)
    raise AssertionError(f"no signer after {MOST_BLOCKS} blocks")


@pytest.mark.parametrize("burst", [1, 40, BlockWindow().capacity + 100])
def test_step__chain_halts_beyond_the_validity_and_bursts__next_signer_and_no_proof_of_the_old(
    machine: Machine, chain: GasChain, burst: int
) -> None:
    vouching = Vouching(machine.registry.node, machine.registry, pause=lambda seconds: None)
    first = run_until_active(machine, chain)
    active = machine.history.active()
    assert machine.hand_out(vouching) == first
    for _ in range(20):
        machine.rotation.step()  # Nothing comes.
    chain.set_time(active.valid_until + POLICY.period)
    chain.mine(burst, SECOND)
    assert machine.hand_out(vouching) is None, "nobody looked yet, and its registration is over"
    second = run_until_active(machine, chain, but=first)
    assert machine.hand_out(vouching) == second
    assert machine.faults() == []
