"""Collateral on chain, and what an upload would do about it, as aligned columns."""

from datetime import UTC, datetime

from attestor.chain.collateral_store import CollateralStore
from attestor.collateral.plan import Need, OnChainItem
from attestor.core.text import checksummed, to_hex


def plan_table(store: CollateralStore, planned: list[Need]) -> str:
    """One line per part: validity on chain, validity of what was fetched, action."""
    lines = [f"store {checksummed(store.address)} on chain {store.node.chain_id}"]
    rows = [("part", "on chain", "digest", "fetched", "to do")]
    rows += [_row(one) for one in planned]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _row(one: Need) -> tuple[str, str, str, str, str]:
    digest = to_hex(one.onchain.content_hash)[:12] + "…" if one.onchain else "-"
    action = f"{'upload' if one.upload else 'leave'}: {one.reason}"
    item = one.item
    return item.name, _held(one.onchain), digest, _period(item.since, item.until), action


def _held(found: OnChainItem | None) -> str:
    if found is None:
        return "-"
    return _period(found.since, found.until) + ("" if found.usable else " REVOKED")


def _period(since: int, until: int) -> str:
    return f"{_date(since)} to {_date(until)}"


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
