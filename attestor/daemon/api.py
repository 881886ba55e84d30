"""The daemon's parts around the API process, which serves clients."""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from attestor.api.settings import ApiSettings, ApiState
from attestor.config import Config
from attestor.daemon.api_process import ApiRun
from attestor.daemon.api_service import ApiService
from attestor.daemon.api_supervisor import ApiSupervisor
from attestor.daemon.halt import Halt
from attestor.jobs.cross_checks import CrossChecks
from attestor.jobs.duty import CrossCheckDuty
from attestor.signer.client import SignerProcess
from attestor.store.moving import jobs_path
from attestor.store.proofs import Proofs
from attestor.store.signers import Signers

DAY = 86_400.0


@dataclass(frozen=True)
class ApiParts:
    """Who looks after the process, what answers it, and what both have to do with the signer
    process's findings."""

    supervisor: ApiSupervisor
    service: ApiService
    halt: Halt
    look: CrossCheckDuty


def build_api(
    config: Config,
    signer: SignerProcess,
    listening: socket.socket,
    checks: CrossChecks,
    proofs: Proofs,
    signers: Signers,
    chain_time: Callable[[], int],
    watch: Callable[[], float],
    signs_statements: bool,
) -> ApiParts:
    """All of them; the process does not run yet. It serves on the socket `listening`, which stays
    open while it is started anew: clients wait meanwhile."""
    settings = _settings(config, signs_statements)

    def start(state: ApiState) -> ApiRun:
        return ApiRun(settings, state, signer.attach(), listening, service.handle)

    supervisor = ApiSupervisor(start, watch)
    halt = Halt(supervisor.halt)
    look = CrossCheckDuty(checks, halt.halt, config.chain_poll_seconds)
    service = ApiService(
        checks, look.step, proofs, signers, lambda: halt.error, chain_time, supervisor.heard
    )
    return ApiParts(supervisor, service, halt, look)


def _settings(config: Config, signs_statements: bool) -> ApiSettings:
    return ApiSettings(
        database=str(jobs_path(config.store_path)),
        chain_id=config.chain_id,
        signs_statements=signs_statements,
        workers=config.proofs_workers,
        max_open=config.proofs_max_open,
        max_open_per_client=config.proofs_max_open_per_client,
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
    )
