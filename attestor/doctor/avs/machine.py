"""This machine: what confines the process, TLS files, port, and the key with its quote."""

import datetime
from collections.abc import Iterator

from attestor.avs.prover_file import BODY_LIMIT
from attestor.core.avs import report_data
from attestor.core.avs.report_data import ADDRESS_BYTES
from attestor.core.execution import ExecutorBuild
from attestor.core.text import checksummed
from attestor.doctor import host
from attestor.doctor.avs.examined import Examined
from attestor.doctor.finding import Finding, failed, of_error, ok, warning
from attestor.errors import ConfigurationInvalid
from attestor.executor import SandboxLevel
from attestor.executor.scroll import BUILD_COMMAND, PROGRAM
from attestor.http import tls_files
from attestor.quote.format import parse
from attestor.quote.gramine import GramineProvider
from attestor.signer.poe.client import PoeSignerProcess
from attestor.signer.poe.settings import PoeProvider

HELD_BYTES = 1 << 30
"""Contexts that are held, one that is unpacked, and one that is written out."""
GIVEN = bytes(range(32))


def prover_file(examined: Examined) -> Iterator[Finding]:
    """What prover.json has that is legal, and will be in the way."""
    limit = examined.file.body_limit
    told = f"{examined.path}: bodies of {limit} bytes"
    if limit < BODY_LIMIT:
        advice = f"contexts of full batches are larger: set server.body_limit to {BODY_LIMIT}"
        yield warning("prover.json", told, advice)
    else:
        yield ok("prover.json", told)


def tls(examined: Examined) -> Iterator[Finding]:
    """The certificate and its key, as a client will meet them."""
    prefix, port = examined.file.tls_prefix, examined.port
    if prefix is None:
        if examined.client_authorities is not None:
            hint = f"set server.tls in {examined.path}"
            yield of_error("TLS", ConfigurationInvalid("--client-ca needs TLS", hint=hint))
            return
        yield ok("TLS", f"none: the operator's ProverURL is http://HOST:{port}, not https")
        return
    files = tls_files.from_prefix(prefix, examined.client_authorities)
    now = datetime.datetime.now(datetime.UTC)
    tls_files.server_context(files, now)
    warnings = tls_files.warnings_of(files, now)
    for told in warnings:
        yield warning("TLS", told, "ask an authority that operators trust for a certificate")
    if not warnings:
        names = ", ".join(tls_files.certificate_names(files))
        told = f"{files.certificates} is for {names}"
        yield ok("TLS", f"{told}: the operator's ProverURL is https://HOST:{port} with one of them")


def port(examined: Examined) -> Iterator[Finding]:
    """Whether the service can listen, or runs already."""
    if host.daemon_runs(examined.database):
        yield ok("ports", "a service runs with this database, and has its port")
        return
    advice = "stop what listens there (Automata's prover?), or choose another -p or --host"
    yield host.port_is_free("avs", examined.host, examined.port, advice)


def memory(examined: Examined) -> Iterator[Finding]:
    """Whether all workers fit, beside the contexts that are held."""
    settings = examined.settings
    workers, each = settings.workers, settings.memory_bytes
    advice = "lower --workers: blocks are then executed one after the other"
    yield host.memory_for(workers, each + HELD_BYTES // workers, advice)


def quotes(examined: Examined) -> Iterator[Finding]:
    """Who makes quotes of the key here."""
    provider = examined.settings.provider
    if examined.quotes_refused is not None:
        yield of_error("quotes", examined.quotes_refused)
    elif provider == PoeProvider.GRAMINE:
        told = "an enclave under Gramine, which has no prctl(2): metadata, quotes, contexts and "
        told += "locks are served, and each proof is error 15001"
        yield failed("quotes", told, "prove on a TDX machine (docs/avs.md, quotes)")
    elif provider == PoeProvider.NONE:
        told = "nobody here makes quotes: generateAttestationReport is error 14003"
        yield warning("quotes", told, "a machine with TDX and Linux 6.7 (docs/avs.md, quotes)")
    elif provider == PoeProvider.CONFIGFS:
        yield ok("quotes", "by the TDX driver")
    else:
        yield warning("quotes", f"are {provider}", "right on development chains alone")


def signer(examined: Examined) -> Iterator[Finding]:
    """A signer process as the service starts it: executor, walls, and a quote of its key."""
    settings = examined.settings
    if settings.provider == PoeProvider.GRAMINE:
        # No signer process starts there: what serves quotes a key that signs nothing.
        address = bytes(ADDRESS_BYTES)
        yield _quoted(GramineProvider().quote(report_data.compose(address, GIVEN)), address)
        return
    process = PoeSignerProcess(settings)
    try:
        started, status = process.started(), process.status()
        quote = process.report(GIVEN) if status.provider else None
    finally:
        process.close()
    where = settings.executor_directory
    if started.executor is ExecutorBuild.UNRECORDED:
        told = f"{PROGRAM} in {where} was not built with this attestor"
        yield warning("executor", told, f"{BUILD_COMMAND}; genuine quotes refuse it")
    else:
        yield ok("executor", f"{PROGRAM} runs, and is the one that was recorded")
    told = f"runs as user {started.uid}, sandbox level {started.level}"
    if started.level is SandboxLevel.ISOLATED and not started.missing:
        yield ok("signer", told)
    for missing in started.missing:
        yield warning("signer", f"{told}; missing is {missing}", "docs/operate-machine.md, sandbox")
    if quote is not None:
        yield _quoted(quote, status.address)


def _quoted(quote: bytes, address: bytes) -> Finding:
    found = parse(quote)
    if found.report_data != bytes(12) + address + GIVEN:
        advice = "the driver, or a paravisor below it, puts its own data into reports"
        return failed("quote", "it holds other report data than was asked for", advice)
    told = f"{found.body_type.name} version {found.version}, of {checksummed(address)}; each start "
    return ok("quote", f"{told}makes another key, which the operator attests again")
