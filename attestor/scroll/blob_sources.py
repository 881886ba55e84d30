"""Where blobs come from: files, a mirror that serves them by versioned hash, a beacon API.

None is believed: each blob's commitment is computed, and only one with the versioned hash that is
asked for is returned. Ordinary beacon nodes no longer serve blobs of more than some weeks ago.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attestor import regular_file
from attestor.core import strict_json
from attestor.core.scroll.blob import BLOB_BYTES, Kzg, versioned_hash
from attestor.core.text import from_hex, one_line, shown, to_hex
from attestor.errors import AttestorError, HttpFailed
from attestor.errors.scroll import ScrollBlobInvalid, ScrollBlobUnavailable
from attestor.net import Deadline, HttpClient, origin_of
from attestor.scroll.fields import Fields

SECONDS = 60
MAX_BYTES = 16 << 20
"""A beacon node's answer has the blobs of a whole slot, as text."""
_JSON = {"Accept": "application/json"}


class BlobSource(Protocol):
    """One place. `l1_time` is the time of the L1 block with the commit, where it is known."""

    @property
    def label(self) -> str: ...

    def fetch(self, name: bytes, l1_time: int | None) -> Sequence[bytes]:
        """Blobs among which the one of that versioned hash may be. Raises `HttpFailed`,
        `ScrollBlobUnavailable` or `ScrollBlobInvalid`."""
        ...


class BlobFile:
    """A file of 131,072 bytes, or of their 0x text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def label(self) -> str:
        return str(self._path)

    def fetch(self, name: bytes, l1_time: int | None) -> Sequence[bytes]:
        return [read_blob(self._path)]


class _Server:
    def __init__(self, base: str, http: HttpClient) -> None:
        self._base = base.rstrip("/")
        self._http = http

    @property
    def label(self) -> str:
        return origin_of(self._base)


class BlobMirror(_Server):
    """`GET <base>/<versioned hash>`, as the archive of blobs that Scroll keeps."""

    def fetch(self, name: bytes, l1_time: int | None) -> Sequence[bytes]:
        url = f"{self._base}/{to_hex(name)}"
        found = self._http.request("GET", url, Deadline(SECONDS), max_bytes=MAX_BYTES)
        if found.status != 200:
            raise ScrollBlobUnavailable(f"{self.label} answered with HTTP status {found.status}")
        return [as_blob(found.body, self.label)]


class BeaconApi(_Server):
    """The API of consensus nodes: `blobs` of the newer ones, or else `blob_sidecars`. It needs the
    L1 block's time, from which the slot follows."""

    def fetch(self, name: bytes, l1_time: int | None) -> Sequence[bytes]:
        if l1_time is None:
            raise ScrollBlobUnavailable(
                f"{self.label} serves blobs by time, and that of the commit is not known",
                hint="name the commit by its L1 transaction, with --l1-rpc-url",
            )
        genesis = self._get("/eth/v1/beacon/genesis").object("data")
        spec = self._get("/eth/v1/config/spec").object("data")
        start, step = _decimal(genesis, "genesis_time"), _decimal(spec, "SECONDS_PER_SLOT")
        if not 0 < step <= 3600 or l1_time < start:
            raise ScrollBlobUnavailable(f"{self.label} is of another chain: its times do not fit")
        slot = (l1_time - start) // step
        failures = []
        for path in (
            f"/eth/v1/beacon/blobs/{slot}?versioned_hashes={to_hex(name)}",
            f"/eth/v1/beacon/blob_sidecars/{slot}",
        ):
            try:
                items = self._get(path).list("data")
            except ScrollBlobUnavailable as error:
                failures.append(error.message)
                continue
            return [as_blob(_text(item), self.label) for item in items]
        raise ScrollBlobUnavailable("; ".join(failures))

    def _get(self, path: str) -> Fields:
        found = self._http.request(
            "GET", self._base + path, Deadline(SECONDS), max_bytes=MAX_BYTES, headers=_JSON
        )
        place = path.partition("?")[0]
        if found.status != 200:
            raise ScrollBlobUnavailable(
                f"{self.label} answered {place} with HTTP status {found.status}"
            )
        try:
            return Fields(strict_json.loads(found.body), f"{self.label}{place}")
        except (ValueError, RecursionError):
            raise ScrollBlobUnavailable(f"{self.label} answered {place} with no JSON") from None


def find(name: bytes, sources: Sequence[BlobSource], kzg: Kzg, l1_time: int | None = None) -> bytes:
    """The blob of that versioned hash. Raises `ScrollBlobUnavailable`, which says of each source
    why it has none."""
    failures = []
    for source in sources:
        try:
            found = source.fetch(name, l1_time)
            for blob in found:
                if versioned_hash(kzg.commitment(blob)) == name:
                    return blob
        except (HttpFailed, ScrollBlobUnavailable, ScrollBlobInvalid) as error:
            failures.append(f"{source.label}: {error.message}")
        except AttestorError as error:
            failures.append(f"{source.label}: {one_line(str(error))}")
        else:
            failures.append(f"{source.label}: it has {len(found)} other blob(s)")
    told = "; ".join(failures) or "no source was given"
    raise ScrollBlobUnavailable(
        f"the blob {to_hex(name)} was not found: {told}",
        hint="give --blob FILE, --blob-url of a mirror that keeps old blobs, or --beacon-url",
    )


def read_blob(path: Path) -> bytes:
    """The blob in a file. Raises `ScrollBlobInvalid`, also where it cannot be read."""
    try:
        content = regular_file.read(path, MAX_BYTES)
    except OSError as error:
        raise ScrollBlobInvalid(
            f"{path} cannot be read: {error.strerror}",
            hint="name a file; what a pipe or <(…) gives, write into one first",
        ) from None
    return as_blob(content, str(path))


def as_blob(content: bytes, place: str) -> bytes:
    """Bytes, 0x text, or that as a JSON string. Raises `ScrollBlobInvalid`."""
    if len(content) == BLOB_BYTES:
        return content
    text = content.strip().strip(b'"')
    try:
        found = from_hex(text.decode("ascii"))
    except ValueError:
        found = b""
    if len(found) != BLOB_BYTES:
        raise ScrollBlobInvalid(
            f"{place} has {len(content)} bytes: a blob is {BLOB_BYTES} bytes, or their 0x text"
        )
    return found


def _text(item: object) -> bytes:
    """An item of either list: the blob itself, or a sidecar with it."""
    found = item.get("blob") if isinstance(item, dict) else item
    return json.dumps(found).encode()


def _decimal(fields: Fields, name: str) -> int:
    found = fields.need(name)
    if not isinstance(found, str) or not found.isascii() or not found.isdigit() or len(found) > 18:
        raise ScrollBlobUnavailable(f"{fields.place}.{name} is {shown(found, 40)}, not a number")
    return int(found)
