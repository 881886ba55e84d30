"""What a database holds, in a line, as `attestor db` and `attestor audit verify` tell it."""

import time
from datetime import datetime

from attestor.core.journal import Entry
from attestor.core.text import to_hex
from attestor.store.backup import Backup


def summary(held: Backup) -> str:
    """How much it holds, and how old the newest of it is."""
    if held.newest is None:
        return "no entries"
    return f"{held.count} entries, newest {newest(held.newest, time.time())}"


def newest(entry: Entry, now: float) -> str:
    """An entry by hash, time and age."""
    age = max(0, round(now - datetime.fromisoformat(entry.at).timestamp()))
    days, hours, minutes = age // 86_400, age % 86_400 // 3600, age % 3600 // 60
    told = f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
    return f"{to_hex(entry.hash)} of {entry.at} ({told} ago)"
