"""The daemon's parts around the API process, which serves clients."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from loguru import logger

from attestor.api.settings import ApiSettings, ApiState, Renewed
from attestor.config import Config
from attestor.core.events import Event
from attestor.core.served import Served
from attestor.daemon.access import access_settings, quotas_of, warn_of
from attestor.daemon.api_process import ApiRun
from attestor.daemon.api_service import ApiService, ChainRecords
from attestor.daemon.api_supervisor import ApiSupervisor
from attestor.daemon.chain_unit import ChainUnit
from attestor.daemon.clocks import Clocks
from attestor.daemon.halt import Halt
from attestor.observe import logs
from attestor.signer.client import SignerProcess

DAY = 86_400.0


@dataclass(frozen=True)
class ApiParts:
    """Who looks after the process, what answers it, and whether signing is halted."""

    supervisor: ApiSupervisor
    service: ApiService
    halt: Halt


def build_api(
    config: Config,
    database: Path,
    signer: SignerProcess,
    listening: socket.socket,
    units: Sequence[ChainUnit],
    halt: Halt,
    clocks: Clocks,
) -> ApiParts:
    """All of them; the process does not run yet. It serves on the socket `listening`, which stays
    open while it is started anew: clients wait meanwhile. `database` has the jobs."""
    settings = _settings(config, database, tuple(unit.served for unit in units))
    for warning in warn_of(config):
        logger.bind(event=Event.ACCESS_WARNING).warning("{}", warning)

    def start(state: ApiState) -> ApiRun:
        return ApiRun(settings, state, signer.attach(), listening, service.handle)

    supervisor = ApiSupervisor(start, clocks.watch)
    records = {unit.served.registration: partial(_records, unit) for unit in units}
    service = ApiService(records, lambda: halt.error, supervisor.heard)
    return ApiParts(supervisor, service, halt)


def renewed(config: Config) -> Renewed:
    """What the API process is told of options that may change while it runs."""
    named, unnamed = quotas_of(config)
    return Renewed(config.log_level, logs.resolved(config.log_format), named, unnamed)


def _records(unit: ChainUnit) -> ChainRecords | None:
    running = unit.running
    return running.records if running is not None else None


def _settings(config: Config, database: Path, registrations: tuple[Served, ...]) -> ApiSettings:
    return ApiSettings(
        database=str(database),
        registrations=registrations,
        workers=config.proofs_workers,
        max_open=config.proofs_max_open,
        max_open_per_client=config.proofs_max_open_per_client,
        max_cycles=config.executor_cycles,
        keep_seconds=config.proofs_keep_days * DAY,
        keep_jobs=config.proofs_keep_jobs,
        keep_program_bytes=config.proofs_keep_program_bytes,
        max_body_bytes=config.api_max_body_bytes,
        min_bytes_per_second=config.api_min_bytes_per_second,
        wait_seconds=config.api_wait_seconds,
        max_connections=config.api_max_connections,
        max_connections_per_address=config.api_max_connections_per_address,
        executor_directory=str(config.executor_directory),
        log_level=config.log_level,
        log_format=logs.resolved(config.log_format),
        access=access_settings(config),
    )
