"""Which options name the account that pays."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from attestor.core.payer_source import PayerSource


def payer_source(values: Mapping[str, Any], prefix: str) -> PayerSource:
    """The source whose options begin with a prefix, of those that are among the values."""
    given = {known.name: values.get(prefix + known.name) for known in fields(PayerSource)}
    texts: dict[str, Any] = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in given.items()
        if value
    }
    return PayerSource(**texts)
