"""kill -9 at every point: a process is killed there, another goes on over the same database and
chain, and what they did together is compared with the chain."""

import copy
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger
from measures.chain import GasChain
from measures.scenario import Deployment
from storm.crash_points import Killer, Point
from storm.crash_scenarios import POLICY, SCENARIOS, Stage, differences
from storm.machine import Machine

from attestor.chain.abi import Contract
from attestor.chain.pool import Pool
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc

SPEED = 1000.0
"""Back-offs are over at the next step."""
FIRST_BLOCKS = 8


class CrashMatrix:
    """The points on one chain, each from the same state of it. Make it before there are threads:
    processes are forked from this one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._chain = GasChain(url)
        self._deployment = Deployment(self._chain)
        self._deployment.upload(self._deployment.items())
        window = Contract.named("TEERegistry").encode(
            "setMaxBlockNumberDiff", POLICY.max_block_number_diff
        )
        self._chain.send(self._deployment.registry.address, window)
        self._chain.step_by_step()
        self._chain.mine(FIRST_BLOCKS)
        self._first_nonce = self._chain.node.nonce(self._chain.sender)

    def fault(self, point: Point) -> str | None:
        """What went wrong at a point, if anything."""
        snapshot = self._chain.snapshot()
        try:
            with TemporaryDirectory() as folder:
                status, told = _forked(lambda: self._run(Path(folder), point))
                if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
                    return f"it was not reached: {told}"
                _, told = _forked(lambda: self._run(Path(folder), point, is_killed=True))
                return told or None
        finally:
            self._chain.node.rpc.call("anvil_dropAllTransactions", [])
            self._chain.revert(snapshot)

    def _run(self, folder: Path, point: Point, is_killed: bool = False) -> str:
        logger.remove()
        chain = GasChain(self._url)
        view = copy.copy(self._deployment)
        view.chain, view.registry = chain, Registry(chain.node, view.registry.address)
        killer = Killer(None if is_killed else point)
        path = folder / "attestor.sqlite"
        pool = Pool([Rpc(self._url)], chain.id)
        machine = Machine(view, pool, path, lambda: time.monotonic() * SPEED, POLICY, killer.wrap)
        machine.rotation.recover(machine.signer.addresses())
        stage = Stage(machine, chain, folder)
        SCENARIOS[point.scenario](stage)
        found = differences(stage, self._first_nonce) if is_killed else []
        return "; ".join([*found, *machine.faults()])


def _forked(work: Callable[[], str]) -> tuple[int, str]:
    """The exit status of a process that does some work, and what that returned or raised."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        try:
            told = work()
        except BaseException:
            told = traceback.format_exc()
        os.write(write, told.encode()[-4000:])
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as opened:
        told = opened.read()
    _, status = os.waitpid(process, 0)
    return status, told
