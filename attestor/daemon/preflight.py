"""What a configuration names on this machine, examined before anything is started, asked or paid.

Every fault is found, not only the first one: each check has the options that it is about, is left
out where one of these has no value, and never asks a node.
"""

import datetime
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from attestor.access import clients_file
from attestor.collateral.build import machine_of, service_url
from attestor.collateral.sources import FileSource
from attestor.config import Config, ReadChain, Reading, key_of_message
from attestor.config.urls import fault_of_url
from attestor.core.chains import require_development_chain
from attestor.core.payer_source import PayerSource
from attestor.daemon import access, database_preflight, named_places
from attestor.deployment import addresses
from attestor.errors import AttestorError, ConfigurationInvalid
from attestor.executor.bodies import PROGRAM as DECODE_PROGRAM
from attestor.executor.native import EXECUTE_PROGRAM, VKEY_PROGRAM
from attestor.executor.starting import BUILD_COMMAND
from attestor.hardening import users
from attestor.http import tls_files
from attestor.http.allow_list import AllowList
from attestor.http.server import listen
from attestor.http.tls_files import TlsFiles
from attestor.transactions.payer import Payer
from attestor.transactions.payers import load_payer


@dataclass(frozen=True)
class Check:
    """`probe` raises an `AttestorError` where something is wrong with these options. The fault is
    told with the place of the first one."""

    options: tuple[str, ...]
    probe: Callable[[Config], None]


def faults(reading: Reading, starts: bool = True) -> tuple[str, ...]:
    """All that is wrong with what the options name, one line each. Unless the daemon `starts`, a
    port or database that another process has is no fault."""
    if not reading.is_whole:  # Nothing is known of it that could be examined.
        return ()
    found: list[str] = []
    of_all = (*_SHARED, *(_LISTENING if starts else ()))
    for chain in reading.each:
        malformed = dict(named_places.faults(chain.config))
        found += [f"{chain.place(option)}: {told}" for option, told in malformed.items()]
        first = of_all if chain is reading.each[0] else ()
        for check in (*first, *_CHAIN, *(_TAKING if starts else ())):
            if not set(check.options) & (chain.faulty | set(malformed)):
                _examine(chain, check, found)
    return tuple(dict.fromkeys(found))


def _examine(chain: ReadChain, check: Check, found: list[str]) -> None:
    try:
        check.probe(chain.config)
    except AttestorError as error:
        advice = f"; {error.hint}" if error.hint else ""
        # Most messages begin with the option that they are about.
        option = key_of_message(error.message)
        place = chain.place(option or _first_given(chain, check))
        key = place.rpartition(" ")[2]
        place = place.removesuffix(key) if error.message.startswith(key) else f"{place}: "
        found.append(f"{place}{error.message}{advice}")


def _first_given(chain: ReadChain, check: Check) -> str:
    given = [option for option in check.options if option in chain.given]
    return given[0] if given else check.options[0]


# --- what all chains share ------------------------------------------------------------------------


def _executor(config: Config) -> None:
    directory = config.executor_directory
    if not directory.is_dir():
        raise ConfigurationInvalid(
            f"there is no directory {directory} with the executor's programs",
            hint=f"correct executor.directory, or {BUILD_COMMAND}",
        )
    names = (EXECUTE_PROGRAM, VKEY_PROGRAM, DECODE_PROGRAM)
    missing = [name for name in names if not os.access(directory / name, os.R_OK | os.X_OK)]
    if missing:
        raise ConfigurationInvalid(
            f"{directory} has no program {' and no '.join(missing)} that can be run",
            hint=f"correct executor.directory, or {BUILD_COMMAND}",
        )


def _tls(config: Config) -> None:
    certificate, key = config.api_tls_certificate_file, config.api_tls_key_file
    if certificate is not None and key is not None:
        files = TlsFiles(certificate, key, config.api_client_ca_file)
        tls_files.server_context(files, datetime.datetime.now(datetime.UTC))


def _clients(config: Config) -> None:
    if config.api_clients_file is not None:
        clients_file.read(config.api_clients_file)


def _allow(config: Config) -> None:
    AllowList.parse(config.api_allow, "api.allow")


def _proxies(config: Config) -> None:
    proxies = AllowList.parse(config.api_trusted_proxies, "api.trusted_proxies")
    for network in proxies.networks:
        if network.prefixlen == 0:
            raise ConfigurationInvalid(
                f"api.trusted_proxies has {network}: everybody could say to be this machine, which "
                "has no quotas",
                hint="name the proxies alone",
            )


def _user(config: Config) -> None:
    if config.signer_user:
        users.named(config.signer_user)


def _fees(config: Config) -> None:
    if config.payer_max_priority_fee_gwei > config.payer_max_fee_gwei > 0:
        raise ConfigurationInvalid(
            f"{config.payer_max_priority_fee_gwei:g} gwei is more than payer.max_fee_gwei, "
            f"{config.payer_max_fee_gwei:g}, allows in all",
            hint="lower it, or raise payer.max_fee_gwei",
        )


def _different_ports(config: Config) -> None:
    ports = config.api_port, config.health_port
    if ports[0] == ports[1] != 0 and config.api_host == config.health_host:
        raise ConfigurationInvalid(
            f"api.port and health.port are both {ports[0]}", hint="choose another for one of them"
        )


def _api_port(config: Config) -> None:
    listen(config.api_host, config.api_port, "api").close()


def _health_port(config: Config) -> None:
    listen(config.health_host, config.health_port, "health").close()


_SHARED = (
    Check(("executor_directory",), _executor),
    Check(("api_tls_certificate_file", "api_tls_key_file"), access.require_pairs),
    Check(("api_tls_certificate_file", "api_tls_key_file", "api_client_ca_file"), _tls),
    Check(("api_clients_file",), _clients),
    Check(("api_allow",), _allow),
    Check(("api_trusted_proxies",), _proxies),
    Check(
        ("api_host", "api_anonymous", "api_clients_file", "api_client_ca_file"),
        access.require_decision,
    ),
    Check(("signer_user",), _user),
    Check(("api_port", "health_port", "api_host", "health_host"), _different_ports),
)
_LISTENING = (
    Check(("api_port", "api_host"), _api_port),
    Check(("health_port", "health_host"), _health_port),
)

# --- what each chain has --------------------------------------------------------------------------


def _addresses(config: Config) -> None:
    if config.chain_registry or config.chain_deployment is not None:
        found = addresses.of(config)
        for option, address in (
            ("multiproof", found.multiproof),
            ("collateral_store", found.store),
        ):
            if address == found.registry:
                raise ConfigurationInvalid(
                    f"chain.{option} is the registry's address",
                    hint="it is a contract of its own: the deployment file has its address",
                )


def _payer(config: Config) -> None:
    if not config.payer.faults(str):
        _try(config.payer, "payer.")


def _simulated(config: Config) -> None:
    if config.quote_provider == "simulated":
        require_development_chain(config.chain_id, "quote.provider")


def _collateral_file(config: Config) -> None:
    place = config.quote_collateral
    wanted = "write http(s)://host[:port] of a PCCS, or the name of a JSON file"
    if "://" in place:
        fault = fault_of_url("url", place)
        if fault:
            raise ConfigurationInvalid(f"quote.collateral: {fault}", hint=wanted)
    elif place:
        if not (os.path.isfile(place) and os.access(place, os.R_OK)):
            told = f"there is no file {place} that can be read, and it is no URL"
            raise ConfigurationInvalid(told, hint=wanted)
        FileSource(Path(place)).collateral(b"", 0)
    elif config.quote_provider != "simulated":
        raise ConfigurationInvalid(
            "quote.collateral is missing", hint="set it to a PCCS's URL or to a JSON file"
        )


def _machines(config: Config) -> None:
    for fmspc in config.collateral_fmspcs:
        machine_of(fmspc)


def _uploads(config: Config) -> None:
    if not config.collateral_enabled:
        return
    service_url(config)
    faults = config.collateral_payer.faults(lambda name: f"collateral.payer_{name}")
    if faults:
        raise ConfigurationInvalid(
            f"collateral.enabled is on, but {'; '.join(faults)}",
            hint="uploads are paid from a separate account: create one and fund it",
        )
    uploader = _try(config.collateral_payer, "collateral.payer_")
    payer = None
    with suppress(AttestorError):  # That is another check's to tell.
        payer = None if config.payer.faults(str) else _try(config.payer, "payer.")
    if uploader == payer:
        raise ConfigurationInvalid(
            f"uploads and registrations are both paid by {uploader}, and one account's "
            "transactions wait for each other",
            hint="create another account for uploads, and fund it",
        )


def _statuses(config: Config) -> None:
    if not config.quote_allowed_tcb_statuses:
        raise ConfigurationInvalid(
            "quote.allowed_tcb_statuses is empty: no quote at all would be accepted",
            hint="leave the option out for UpToDate alone",
        )


def _try(source: PayerSource, prefix: str) -> str:
    """Read the key once, and forget it: the daemon reads it again where it stays. The account's
    address."""
    account = load_payer(source, lambda name: prefix + name)
    if isinstance(account, Payer):
        account.destroy()
    return account.address


_CHAIN: tuple[Check, ...] = (
    Check(("chain_deployment", "chain_registry", "chain_id"), _addresses),
    Check(("quote_provider", "chain_id"), _simulated),
    Check(("quote_collateral", "quote_provider"), _collateral_file),
    Check(("quote_allowed_tcb_statuses",), _statuses),
    Check(("collateral_fmspcs",), _machines),
    Check(("payer_max_priority_fee_gwei", "payer_max_fee_gwei"), _fees),
    Check(("store_path",), database_preflight.require_usable),
    Check(("store_path", "chain_id", "chain_registry"), database_preflight.require_same_registry),
)
_PAYER_OPTIONS = ("key_file", "keystore_file", "keystore_password_file", "environment_file")
_CHAIN += (
    Check(tuple(f"payer_{name}" for name in (*_PAYER_OPTIONS, "remote_url", "address")), _payer),
    Check(
        (
            "collateral_enabled",
            "collateral_pcs_url",
            *(f"collateral_payer_{name}" for name in _PAYER_OPTIONS),
        ),
        _uploads,
    ),
)
_TAKING = (Check(("store_path",), database_preflight.require_free),)
