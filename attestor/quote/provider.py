"""The interface of quote providers, one per platform."""

from typing import Protocol


class QuoteProvider(Protocol):
    """A platform that makes quotes over given report data. Thread-safe."""

    @property
    def name(self) -> str:
        """A short stable name, as in the configuration."""

    @property
    def simulated(self) -> bool:
        """Whether the quotes are made without a TEE, and so carry no security."""

    def quote(self, report_data: bytes) -> bytes:
        """The exact bytes of a fresh quote that carries `report_data` (64 bytes), unpadded.

        Raises `QuoteUnavailable` when another try may help, `QuoteProviderInvalid` when only
        the operator can, and `ReportDataInvalid` unless `report_data` is 64 bytes.
        """
