"""The parts of `attestor avs`, made in the order in which they need each other."""

import os
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from loguru import logger

from attestor import __version__
from attestor.avs.commits import L1Commits
from attestor.avs.contexts import NodeContextSource
from attestor.avs.enclave import EnclaveReporter, NothingExecuted
from attestor.avs.parts import Parts
from attestor.avs.prover_file import MAX_SECONDS, ProverFile
from attestor.avs.proving import SignerBatchProver
from attestor.avs.recording import SignerReporter, recorder
from attestor.chain.rpc import Rpc
from attestor.cli.scroll_verify import forks_of
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.events import Event
from attestor.core.scroll.eras import CHAINS, MAINNET, NEVER
from attestor.core.text import checksummed
from attestor.daemon.database import DatabaseDuty
from attestor.errors import AttestorError, ConfigurationInvalid, SandboxInsufficient
from attestor.hardening import process
from attestor.http.clients import Asking
from attestor.kzg.commitments import CKzg
from attestor.net import HttpClient
from attestor.quote.detection import detect
from attestor.quote.files import LinuxFiles
from attestor.quote.gramine import GramineProvider
from attestor.scroll.blob_sources import BeaconApi, BlobMirror, BlobSource
from attestor.scroll.node import ScrollNode
from attestor.signer.poe.client import PoeSignerProcess
from attestor.signer.poe.settings import PoeProvider, PoeSettings
from attestor.store.batches import Batches
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.lock import lock_database

AUTO = "auto"
L1_SECONDS = 30
SILENT_SECONDS = 300
"""Without an answer of the signer process the service ends: calls would wait forever. Long, as the
key goes with it, and a machine that is short of time is slow to answer."""


def build(
    opened: ExitStack,
    file: ProverFile,
    force_with_context: bool,
    sampling: int,
    l1_chain_id: int,
    provider: str,
    *,
    forks: tuple[str, ...],
    executor: Path,
    database: Path,
    blob_urls: tuple[str, ...],
    beacon_url: str | None,
    workers: int,
    sandbox_level: str,
    signer_user: str,
) -> Parts:
    """All parts; what has to be closed is in `opened`. Raises their `Misconfigured` errors."""
    settings = settings_of(
        file,
        provider,
        l1_chain_id,
        forks=forks,
        executor=executor,
        workers=workers,
        sandbox_level=sandbox_level,
        signer_user=signer_user,
    )
    chain_id, named = settings.chain_id, settings.forks
    node = _l2_node(opened, file)
    euclid = None if named is None else named.get("euclid", NEVER)
    made = partial(
        Parts,
        version=f"v{__version__}",
        needs_context=force_with_context or node is None,
        contexts=None if node is None else NodeContextSource(node, chain_id, euclid),
        commits=_commits(opened, file, chain_id, blob_urls, beacon_url),
        sampling=sampling,
        release=opened.close,
        asking=(asking := Asking()),
    )
    if provider == PoeProvider.GRAMINE:
        logger.bind(event=Event.AVS_WITHOUT_EXECUTION).warning(
            "an enclave under Gramine: metadata, quotes, contexts and locks are served, no batch "
            "is proven (docs/avs.md, quotes)"
        )
        return made(reporter=EnclaveReporter(GramineProvider()), prover=NothingExecuted())
    if provider == PoeProvider.NONE:
        logger.bind(event=Event.AVS_WITHOUT_QUOTES).warning(
            "nobody makes quotes here: the signing key cannot be attested, and "
            "generateAttestationReport answers with error 14003 (docs/avs.md, quotes)"
        )
    lock = opened.enter_context(lock_database(database))
    store = Store.open(database, lock=lock)
    opened.callback(store.close)
    signer = PoeSignerProcess(settings)
    opened.callback(signer.close)
    started, status = signer.started(), signer.status()
    logger.bind(event=Event.AVS_SIGNER).info(
        "batches of chain {} are signed by {}, quotes: {}, sandbox: {}",
        chain_id,
        checksummed(status.address),
        status.provider or "none",
        started.level,
    )
    for missing in started.lacking:
        logger.bind(event=Event.SANDBOX_INCOMPLETE).warning("missing wall: {}", missing)
    prover = SignerBatchProver(
        signer,
        recorder(Batches(store, Journal(store, time.time)), status, started.executor),
        node,
        workers,
        asking,
    )
    opened.callback(prover.close)
    return made(
        reporter=SignerReporter(signer),
        prover=prover,
        address=checksummed(status.address),
        history=partial(_history, DatabaseDuty(store), store),
        require_alive=partial(signer.require_answer, SILENT_SECONDS),
    )


def _history(duty: DatabaseDuty, store: Store) -> AttestorError | None:
    """Implements `Parts.history`."""
    duty.step()
    return store.fault


def keep_memory(provider: str) -> None:
    """Keep this process's memory to itself; that of an enclave is the enclave's. Raises
    `SandboxInsufficient` where the kernel cannot do that."""
    if provider == PoeProvider.GRAMINE:
        return
    try:
        process.keep_memory_to_itself()
    except OSError as error:
        raise SandboxInsufficient(
            f"this process cannot keep its memory to itself: prctl(2) {error.strerror}",
            hint="Gramine has no prctl: --quotes gramine serves there, without execution "
            "(docs/avs.md, quotes)",
        ) from None


def settings_of(
    file: ProverFile,
    provider: str,
    l1_chain_id: int,
    *,
    forks: tuple[str, ...],
    executor: Path,
    workers: int,
    sandbox_level: str,
    signer_user: str,
) -> PoeSettings:
    """Those of the signer process. Raises `ConfigurationInvalid`."""
    chain_id, named = file.chain_id or MAINNET, forks_of(forks)
    if chain_id not in CHAINS and named is None:
        raise ConfigurationInvalid(
            f"scroll_chain_id {chain_id} is no chain whose forks are known",
            hint=f"known are {', '.join(map(str, sorted(CHAINS)))}; give others their --fork",
        )
    return PoeSettings(
        chain_id=chain_id,
        executor_directory=str(executor),
        provider=provider,
        forks=named,
        quoted_chain_id=l1_chain_id,
        workers=workers,
        user=signer_user,
        sandbox_level=sandbox_level,
    )


def provider_of(quotes: str, l1_chain_id: int) -> str:
    """What was asked for, or what the machine has."""
    if quotes.startswith("simulated") and l1_chain_id not in DEVELOPMENT_CHAIN_IDS:
        known = ", ".join(map(str, sorted(DEVELOPMENT_CHAIN_IDS)))
        raise ConfigurationInvalid(
            f"--quotes {quotes} is for development chains, and quotes are for chain {l1_chain_id}",
            hint=f"set --l1-chain-id to a development chain ({known}), or choose other --quotes",
        )
    if quotes != AUTO:
        return quotes
    return detect(os.path.exists, LinuxFiles().read) or PoeProvider.NONE.value


def _l2_node(opened: ExitStack, file: ProverFile) -> ScrollNode | None:
    if file.l2_endpoint is None:
        return None
    node = ScrollNode(Rpc(file.l2_endpoint, timeout=file.l2_timeout_seconds or MAX_SECONDS))
    opened.callback(node.close)
    return node


def _commits(
    opened: ExitStack,
    file: ProverFile,
    chain_id: int,
    blob_urls: tuple[str, ...],
    beacon_url: str | None,
) -> L1Commits | None:
    if file.l1_endpoint is None:
        return None
    http = HttpClient()
    sources: list[BlobSource] = [BlobMirror(url, http) for url in blob_urls]
    if beacon_url is not None:
        sources.append(BeaconApi(beacon_url, http))
    rpc = Rpc(file.l1_endpoint, timeout=L1_SECONDS)
    opened.callback(rpc.close)
    return L1Commits(rpc, chain_id, CKzg(), sources)
