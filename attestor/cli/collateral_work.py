"""The work of `attestor collateral`: reads the store on chain, and uploads to it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from attestor import regular_file
from attestor.chain.collateral_store import CollateralStore
from attestor.cli.chain_options import open_node
from attestor.cli.collateral_table import plan_table
from attestor.cli.payer_options import flag
from attestor.collateral import onchain
from attestor.collateral.build import machine_of
from attestor.collateral.items import Item
from attestor.collateral.pcs import Pcs
from attestor.collateral.plan import Need, needs
from attestor.collateral.refresher import items_for
from attestor.collateral.sources import TIMEOUT_SECONDS, require_service_url
from attestor.collateral.uploader import Uploaded, Uploader
from attestor.core.expiry import SECONDS_PER_DAY
from attestor.core.fees import GWEI
from attestor.core.payer_source import PayerSource
from attestor.core.text import from_hex, to_hex
from attestor.deployment import record
from attestor.errors import ConfigurationInvalid
from attestor.hardening import process
from attestor.quote.collateral import MachineKind
from attestor.transactions.lock import lock_account
from attestor.transactions.log import MemoryLog
from attestor.transactions.manager import TransactionManager
from attestor.transactions.payers import load_payer
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy


@dataclass(frozen=True)
class Place:
    """The store that the options name."""

    rpc_url: tuple[str, ...]
    check_headers: bool
    deployment: Path | None
    store: bytes | None


def show(place: Place, margin_days: float | None, **machine: str) -> str:
    """What is on chain, as a table, and what an upload would do."""
    source = _source(**machine)
    opened = _open_store(place)
    items = items_for(source.service, opened, source.machine)
    return plan_table(opened, _plan(opened, items, margin_days))


def fetch(output: Path, **machine: str) -> None:
    """Fetch collateral and write it."""
    source = _source(**machine)
    collateral = source.service.collateral(source.machine)
    try:
        regular_file.write(output, collateral.to_json() + b"\n")
    except OSError as error:
        raise ConfigurationInvalid(f"cannot write {output}: {error.strerror}") from None


def upload(
    place: Place,
    margin_days: float | None,
    payer: PayerSource,
    max_fee_gwei: float,
    confirm: Callable[[str], object],
    **machine: str,
) -> None:
    """Show the plan, have it confirmed, and upload."""
    process.keep_memory_to_itself()
    account = load_payer(payer, flag)
    source = _source(**machine)
    opened = _open_store(place)
    items = items_for(source.service, opened, source.machine)
    planned = _plan(opened, items, margin_days)
    click.echo(plan_table(opened, planned))
    if not any(one.upload for one in planned):
        click.echo("nothing to upload")
        return
    confirm(f"Upload from {account.address}?")
    with lock_account(opened.node, from_hex(account.address)):
        pricer = Pricer(opened.node, account, FeePolicy(int(max_fee_gwei * GWEI)))
        manager = TransactionManager(opened.node, pricer, MemoryLog())
        done = Uploader(opened, manager).run(items, _seconds(margin_days), _print_uploaded)
    click.echo(f"{len(done)} uploaded, gas {sum(uploaded.gas_used for uploaded in done)}")


def _open_store(place: Place) -> CollateralStore:
    if (place.deployment is None) == (place.store is None):
        raise ConfigurationInvalid("give either --file or --store")
    node = open_node(place.rpc_url, place.check_headers)
    opened = CollateralStore(node, _address(place.deployment, place.store, node.chain_id))
    opened.root_key_id()
    return opened


def _address(file: Path | None, store: bytes | None, chain_id: int) -> bytes:
    if store is not None:
        return store
    assert file is not None
    found = record.read(file)
    if found.chain_id != chain_id:
        raise ConfigurationInvalid(
            f"{file} is for chain {found.chain_id}, but the node is on {chain_id}"
        )
    return found.address("CollateralStore")


@dataclass(frozen=True)
class _Source:
    """Where collateral comes from, and for which machines."""

    service: Pcs
    machine: MachineKind


def _source(pcs_url: str, fmspc: str, ca: str, tee: str) -> _Source:
    require_service_url(pcs_url, "--pcs-url")
    return _Source(Pcs(pcs_url, TIMEOUT_SECONDS), MachineKind(machine_of(fmspc).fmspc, ca, tee))


def _plan(store: CollateralStore, items: tuple[Item, ...], margin_days: float | None) -> list[Need]:
    now = store.node.head().timestamp
    return needs(items, onchain.read_all(store, items), now, _seconds(margin_days))


def _seconds(margin_days: float | None) -> int | None:
    return None if margin_days is None else int(margin_days * SECONDS_PER_DAY)


def _print_uploaded(uploaded: Uploaded) -> None:
    transaction = to_hex(uploaded.receipts[-1].transaction_hash)
    click.echo(f"{uploaded.item.name:<40} tx {transaction} gas {uploaded.gas_used}")
