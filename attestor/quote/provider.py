"""What makes quotes: the one interface of all platforms."""

from typing import Protocol


class QuoteProvider(Protocol):
    """A platform that quotes 64 bytes of our choice. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """A short stable name, as in the configuration."""

    @property
    def simulated(self) -> bool:
        """Whether the quotes prove nothing, being made without a TEE."""

    def quote(self, report_data: bytes) -> bytes:
        """The exact bytes of a fresh quote that carries `report_data` (64 bytes), unpadded.

        Raises `QuoteUnavailable` when another try may help, `QuoteProviderInvalid` when only
        the operator can, and `ReportDataInvalid` unless `report_data` is 64 bytes.
        """
