"""Where collateral is obtained: a simulated platform, a file, or a PCCS."""

from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from attestor import regular_file
from attestor.collateral.pcs import Pcs
from attestor.errors import ConfigurationInvalid
from attestor.quote import qvl
from attestor.quote.collateral import MAX_COLLATERAL_BYTES, Collateral, CollateralSource

TIMEOUT_SECONDS = 30.0


class SimulatedIssuer(Protocol):
    """A simulated platform, as far as it issues collateral."""

    def collateral(self, now: int | None = None) -> Collateral: ...


class SimulatedSource:
    """Collateral of a simulated platform, issued anew for each request."""

    def __init__(self, platform: SimulatedIssuer) -> None:
        self._platform = platform

    def collateral(self, quote: bytes, now: int) -> Collateral:
        return self._platform.collateral(now)


class FileSource:
    """Collateral in a JSON file, read for each request so that it can be replaced at run time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def collateral(self, quote: bytes, now: int) -> Collateral:
        try:
            text = regular_file.read(self._path, MAX_COLLATERAL_BYTES + 1)
        except OSError as error:
            raise ConfigurationInvalid(
                f"cannot read collateral from {self._path}: {error.strerror}",
                hint="set quote.collateral to a readable file or to a PCCS's URL",
            ) from None
        return Collateral.from_json(text)


class PccsSource:
    """Collateral from a provisioning certificate caching service, or from Intel's own PCS."""

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Raises `ConfigurationInvalid` unless `url` is http(s) without credentials in it."""
        require_service_url(url, "quote.collateral")
        self._pcs = Pcs(url, timeout_seconds)

    def collateral(self, quote: bytes, now: int) -> Collateral:
        return self._pcs.collateral(qvl.machine_kind(quote))


def source_from(text: str) -> CollateralSource:
    """The source that the option quote.collateral names: a URL or a file."""
    if not text:
        raise ConfigurationInvalid(
            "quote.collateral is missing",
            hint="set quote.collateral to a PCCS's URL or to a JSON file",
        )
    return PccsSource(text) if "://" in text else FileSource(Path(text))


def require_service_url(url: str, option: str) -> None:
    """Raise `ConfigurationInvalid`, which names the option, unless `url` is http(s) without
    credentials in it."""
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationInvalid(
            # Not repeated: it may hold a password all the same.
            f"{option} is not the URL of a PCCS",
            hint=f"set {option} to http(s)://host[:port]",
        )
    if parts.username is not None or parts.password is not None:
        raise ConfigurationInvalid(
            "the URL of the PCCS holds credentials, which would be logged",
            hint="let a local proxy add them",
        )


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
