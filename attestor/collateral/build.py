"""Builds the daemon's collateral duty from the configuration."""

import threading
import time
from contextlib import ExitStack
from functools import partial

from attestor.chain.collateral_store import CollateralStore
from attestor.chain.node import Node
from attestor.collateral.duty import CollateralDuty, Schedule
from attestor.collateral.items import Item
from attestor.collateral.pcs import Pcs
from attestor.collateral.refresher import CollateralRefresher
from attestor.collateral.sources import TIMEOUT_SECONDS, require_service_url
from attestor.collateral.uploader import Uploader
from attestor.config import Config
from attestor.core.expiry import SECONDS_PER_DAY
from attestor.core.fees import GWEI
from attestor.core.text import from_hex
from attestor.core.transaction import Intent
from attestor.errors import ConfigurationInvalid
from attestor.quote.collateral import MachineKind
from attestor.store.history import History
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads
from attestor.transactions.lock import lock_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.payers import load_payer
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy
from attestor.transactions.timer import Timer

FMSPC_BYTES = 6


def build_duty(
    config: Config,
    node: Node,
    store_address: bytes | None,
    registration_payer: bytes,
    history: History,
    uploads: Uploads,
    transactions: Transactions,
    opened: ExitStack,
) -> CollateralDuty | None:
    """The duty for our CollateralStore, or None where the registry has none.

    `opened` closes what is taken for it. Raises `ConfigurationInvalid`, `PayerInvalid`, and
    `CollateralStoreInvalid` when there is no store at the address.
    """
    if store_address is None:
        if config.collateral_enabled:
            raise ConfigurationInvalid(
                "collateral.enabled is on, but the address of the CollateralStore is missing",
                hint="set chain.collateral_store, or chain.deployment",
            )
        return None
    machines = tuple(machine_of(fmspc) for fmspc in config.collateral_fmspcs)
    store = CollateralStore(node, store_address)
    store.root_key_id()
    margin, stop = config.collateral_margin_days * SECONDS_PER_DAY, threading.Event()
    refresher = None
    if config.collateral_enabled:
        manager = _manager(config, node, registration_payer, transactions, stop, opened)
        uploader = Uploader(store, manager, stop.is_set, partial(_note, uploads))
        service = Pcs(service_url(config), TIMEOUT_SECONDS)
        refresher = CollateralRefresher(service, store, uploader, manager, int(margin))
    schedule = Schedule(config.collateral_interval_seconds, margin)
    return CollateralDuty(store, history, uploads, refresher, machines, schedule, time.time, stop)


def _note(uploads: Uploads, intent: Intent, item: Item) -> None:
    uploads.requested(intent, item.name, item.content_hash, item.until)


def service_url(config: Config) -> str:
    """The URL to fetch collateral from. Raises `ConfigurationInvalid` when none is configured."""
    url = config.collateral_pcs_url or config.quote_collateral
    require_service_url(url, "collateral.pcs_url")
    return url


def machine_of(fmspc: str) -> MachineKind:
    """The machine type of an FMSPC in hex, with TDX. The PCK certificates of machines with
    TDX come from Intel's Platform CA. Raises `ConfigurationInvalid`."""
    try:
        decoded = bytes.fromhex(fmspc)
    except ValueError:
        decoded = b""
    if len(decoded) != FMSPC_BYTES:
        raise ConfigurationInvalid(
            f"{fmspc!r:.40} is not an FMSPC",
            hint=f"give {FMSPC_BYTES} bytes in hex, such as B0C06F000000",
        )
    return MachineKind(decoded, "platform", "tdx")


def _manager(
    config: Config,
    node: Node,
    registration_payer: bytes,
    log: Transactions,
    stop: threading.Event,
    opened: ExitStack,
) -> TransactionManager:
    """From a separate account: two senders on one account compete for nonces, and an upload must
    never delay or replace a registration, nor spend the gas money that it needs."""
    source = config.collateral_payer
    faults = source.faults(_option)
    if faults:
        raise ConfigurationInvalid(
            f"collateral.enabled is on, but {'; '.join(faults)}",
            hint="uploads are paid from a separate account: create one and fund it",
        )
    payer = load_payer(source, _option)
    if from_hex(payer.address) == registration_payer:
        raise ConfigurationInvalid(
            f"{payer.address} pays for registrations, and is to pay for uploads too",
            hint="use another account: an upload would take the nonce of a registration",
        )
    pricer = Pricer(node, payer, FeePolicy(int(config.payer_max_fee_gwei * GWEI)))
    lock = lock_account(node, pricer.payer)
    opened.callback(lock.close)
    return TransactionManager(node, pricer, log, timer=Timer(pause=stop.wait), lock=lock)


def _option(name: str) -> str:
    """How a field of `PayerSource` is set."""
    return f"collateral.payer_{name}"
