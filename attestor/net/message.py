"""What is asked and what comes back, whole: bodies are in memory, and bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """A request without its address. `repeatable` says that sending it twice does no harm."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    max_bytes: int
    repeatable: bool


@dataclass(frozen=True)
class Response:
    """An answer. Header names are in lower case; one that came twice is joined by a comma.
    `new_connection` says that no earlier request was made on its connection."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    new_connection: bool = False
