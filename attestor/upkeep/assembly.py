"""The daemon's upkeep, put together from the configuration."""

import threading
import time

from attestor.chain import payer
from attestor.chain.collateral_store import CollateralStore
from attestor.chain.node import Node
from attestor.chain.transactions import GWEI, Payments
from attestor.config import Config
from attestor.core.outlook import SECONDS_PER_DAY
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid
from attestor.pcs.client import Pcs
from attestor.pcs.sources import TIMEOUT_SECONDS, require_service_url
from attestor.quote.collateral import MachineKind
from attestor.store.history import History
from attestor.store.uploads import Uploads
from attestor.upkeep.loop import Schedule, Upkeep
from attestor.upkeep.renewal import Renewal
from attestor.upkeep.uploader import Uploader

FMSPC_BYTES = 6


def assemble(
    config: Config,
    node: Node,
    store_address: bytes | None,
    registration_payer: bytes,
    history: History,
    uploads: Uploads,
) -> Upkeep | None:
    """The upkeep of the store, or None without a store of ours.

    Raises `ConfigurationInvalid`, `PayerInvalid`, and `CollateralStoreInvalid` when there is no
    store at the address.
    """
    if store_address is None:
        if config.upkeep_enabled:
            raise ConfigurationInvalid(
                "upkeep.enabled is on, but the address of the CollateralStore is missing",
                hint="set chain.collateral_store, or chain.deployment",
            )
        return None
    machines = tuple(machine_of(fmspc) for fmspc in config.upkeep_fmspcs)
    store = CollateralStore(node, store_address)
    store.root_key_id()
    margin, stop = config.upkeep_margin_days * SECONDS_PER_DAY, threading.Event()
    renewal = None
    if config.upkeep_enabled:
        payments = _payments(config, node, registration_payer)
        uploader = Uploader(store, payments, uploads, stop.wait)
        service = Pcs(service_url(config), TIMEOUT_SECONDS)
        renewal = Renewal(service, store, uploader, uploads, payments.payer, int(margin))
    schedule = Schedule(config.upkeep_interval_seconds, margin)
    return Upkeep(store, history, uploads, renewal, machines, schedule, time.time, stop)


def service_url(config: Config) -> str:
    """Where collateral is fetched. Raises `ConfigurationInvalid` when no option gives a URL."""
    url = config.upkeep_pcs_url or config.quote_collateral
    require_service_url(url, "upkeep.pcs_url")
    return url


def machine_of(fmspc: str) -> MachineKind:
    """The kind of TDX machine of an FMSPC in hexadecimal. The PCK certificates of machines with
    TDX come from Intel's Platform CA. Raises `ConfigurationInvalid`."""
    try:
        decoded = bytes.fromhex(fmspc)
    except ValueError:
        decoded = b""
    if len(decoded) != FMSPC_BYTES:
        raise ConfigurationInvalid(
            f"{fmspc!r:.40} is not an FMSPC",
            hint=f"write {FMSPC_BYTES} bytes as hexadecimal, as in B0C06F000000",
        )
    return MachineKind(decoded, "platform", "tdx")


def _payments(config: Config, node: Node, registration_payer: bytes) -> Payments:
    """From an account of its own: two senders of one account take each other's nonces, and an
    upload must never delay or replace a registration, nor spend what it needs."""
    if config.upkeep_payer_key_file is None:
        raise ConfigurationInvalid(
            "upkeep.enabled is on, but upkeep.payer_key_file is missing",
            hint="uploads are paid from an account of their own: give it one and some funds",
        )
    account = payer.load(config.upkeep_payer_key_file, "upkeep.payer_key_file")
    if from_hex(account.address) == registration_payer:
        raise ConfigurationInvalid(
            "upkeep.payer_key_file holds the account that pays for registrations",
            hint="make another one: an upload would take the nonce of a registration",
        )
    return Payments(node, account, int(config.payer_max_fee_gwei * GWEI))
