"""The parts of the daemon, built from the configuration in the order in which they need each other.

What is opened on the way is closed in reverse order: when the daemon ends, and when a later part
cannot be built.
"""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from loguru import logger

from attestor.config import ChainConfig, Chains, Config
from attestor.core.duty import DutyBounds
from attestor.core.events import Event
from attestor.core.execution import ExecutorBuild
from attestor.core.report_data import Binding, Layout
from attestor.core.served import Served
from attestor.daemon.api import ApiParts, build_api, renewed
from attestor.daemon.chain_build import OpenedChain, RunningChain, open_chain, run_chain
from attestor.daemon.chain_unit import ChainUnit
from attestor.daemon.clocks import Clocks
from attestor.daemon.duties import Duty
from attestor.daemon.engine_test import EngineTestDuty
from attestor.daemon.findings import Findings
from attestor.daemon.halt import Halt
from attestor.daemon.heartbeat import HeartbeatDuty
from attestor.daemon.policy import signer_settings, slot_settings
from attestor.deployment import addresses
from attestor.errors import ConfigurationInvalid, SigningHalted
from attestor.hardening import process
from attestor.http.server import listen
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SlotSettings
from attestor.signer.slot_client import SlotVerbs
from attestor.signer.start_report import StartReport
from attestor.store.database import Store
from attestor.store.lock import DatabaseLock, lock_database
from attestor.store.moving import jobs_path, move_jobs


@dataclass(frozen=True)
class Parts:
    """All that `attestor run` starts. `closing` closes what was opened for them. `duties` are those
    of no chain."""

    config: Config
    units: tuple[ChainUnit, ...]
    api: ApiParts
    health: socket.socket
    duties: tuple[Duty, ...]
    closing: ExitStack
    clocks: Clocks
    engine: EngineTestDuty
    store_path: Path
    """Beside which the jobs of all chains are."""
    executor: ExecutorBuild = ExecutorBuild.RECORDED
    configs: dict[str, Config] = field(default_factory=dict)
    """By the chain's name; what a chain is built by, whenever it is built anew."""

    def renew(self, chains: Chains) -> None:
        """Put options in force that may change while the daemon runs."""
        for unit, chain in zip(self.units, chains.each, strict=True):
            self.configs[chain.name] = chain.config
            if unit.running is not None:
                unit.running.renewal.use(chain.config)
        self.api.supervisor.renew(renewed(chains.shared))


def build(chains: Chains, bounds: DutyBounds | None = None) -> Parts:
    """Everything, but nothing runs yet. Call it in the main thread, which the signer process is
    bound to. Raises every `Misconfigured` error, and with one chain those of its node."""
    config, clocks = chains.shared, Clocks.of_this_machine()
    with ExitStack() as opened:
        locks = {path: opened.enter_context(lock_database(path)) for path in _databases(chains)}
        slots = [_slot(chain) for chain in chains.each]
        _require_different(chains, slots)
        findings: list[Findings] = []
        told: list[ApiParts] = []

        def tell(error: SigningHalted) -> None:
            for api in told:
                api.supervisor.halt(error)

        halt = Halt(tell)
        jobs, only = jobs_path(chains.store_path), len(slots) == 1
        configs = {chain.name: chain.config for chain in chains.each}
        units = []
        for chain, slot in zip(chains.each, slots, strict=True):
            has_statements = bool(slot.multiproof)
            served = Served(chain.name, slot.chain_id, slot.binding.registry, has_statements)
            move = partial(move_jobs, jobs=jobs, registration=served.registration)
            opening = partial(_open, configs, chain.name, move, locks)
            running = partial(_run, configs, chain.name, findings, halt)
            unit = ChainUnit(chain, served, opening, running, clocks, only, bounds or DutyBounds())
            units.append(unit)
            opened.callback(unit.close)
            unit.open()
        listening = opened.enter_context(listen(config.api_host, config.api_port, "api"))
        health = opened.enter_context(listen(config.health_host, config.health_port, "health"))
        signer = SignerProcess(signer_settings(config, *slots))
        opened.callback(signer.close)
        started = signer.started()
        _give_up_change_of_users()
        findings.append(Findings(signer))
        for unit in units:
            unit.complete(signer.slot(unit.chain.name))
        api = build_api(
            config, jobs_path(chains.store_path), signer, listening, units, halt, clocks
        )
        told.append(api)
        if halt.error is not None:
            api.supervisor.halt(halt.error)
        _tell(config, started)
        engine = EngineTestDuty(signer)
        return Parts(
            config,
            tuple(units),
            api,
            health,
            (HeartbeatDuty(signer), engine),
            closing=opened.pop_all(),
            clocks=clocks,
            engine=engine,
            store_path=chains.store_path,
            executor=started.executor,
            configs=configs,
        )


def _open(
    configs: Mapping[str, Config],
    name: str,
    move_old_jobs: Callable[[Store], None],
    locks: Mapping[Path, DatabaseLock],
    opened: ExitStack,
) -> OpenedChain:
    config = configs[name]
    return open_chain(config, move_old_jobs, locks[config.store_path], opened)


def _run(
    configs: Mapping[str, Config],
    name: str,
    findings: list[Findings],
    halt: Halt,
    parts: OpenedChain,
    signer: SlotVerbs,
) -> RunningChain:
    return run_chain(configs[name], parts, signer, findings[0].of(name), halt)


def _databases(chains: Chains) -> list[Path]:
    """All that another daemon must not use. The API process locks the jobs itself."""
    histories = [chain.config.store_path for chain in chains.each]
    return list(dict.fromkeys([*histories, chains.store_path]))


def _require_different(chains: Chains, slots: list[SlotSettings]) -> None:
    """Raise `ConfigurationInvalid` where two chains have one registry: the deployment file may have
    said so."""
    places: dict[tuple[int, str], str] = {}
    for chain, slot in zip(chains.each, slots, strict=True):
        other = places.setdefault((slot.chain_id, slot.registry), chain.name)
        if other != chain.name:
            raise ConfigurationInvalid(
                f"chains {other} and {chain.name} have one registry, {slot.registry} on chain "
                f"{slot.chain_id}",
                hint="one of them is enough",
            )


def _slot(chain: ChainConfig) -> SlotSettings:
    config, found = chain.config, addresses.of(chain.config)
    binding = Binding(config.chain_id, found.registry, Layout(config.chain_registry_kind))
    return slot_settings(binding, found.multiproof, chain.name)


def _tell(config: Config, signer: StartReport) -> None:
    logger.bind(event=Event.SIGNER_PROCESS_STARTED).info(
        "the signer process runs as user {}, with the {} executor, and sandbox level {}{}",
        signer.uid,
        signer.executor,
        signer.level,
        f"; missing are {'; '.join(signer.lacking)}" if signer.lacking else "",
    )
    if signer.executor is ExecutorBuild.UNRECORDED:
        logger.bind(event=Event.EXECUTOR_UNRECORDED).warning(
            "the executor in {} is not the one that was recorded when it was built: every answer "
            "says so",
            config.executor_directory,
        )


def _give_up_change_of_users() -> None:
    """What a daemon without root was given for the start of the signer process alone. Root keeps
    what it is."""
    if os.geteuid() != 0:
        process.drop_capabilities(process.SETUID, process.SETGID)
