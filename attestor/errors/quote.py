"""Errors of quotes and collateral."""

from attestor.errors.base import Misconfigured, Rejected, Transient


class ReportDataInvalid(Rejected):
    """What a quote should bind, or the 64 bytes that bind it, is malformed."""

    code = "report_data_invalid"


class QuoteInvalid(Rejected):
    """Bytes that are not a quote of a form that attestor reads."""

    code = "quote_invalid"


class QuoteRefused(Rejected):
    """A well-formed quote that must not be registered."""

    code = "quote_refused"


class ReportDataMismatch(QuoteRefused):
    """The quote binds something other than what was asked for."""

    code = "quote_report_data_mismatch"


class MeasurementRefused(QuoteRefused):
    """What runs in the TEE, or how the TEE is set up, is not to be trusted."""

    code = "quote_measurement_refused"


class TcbStatusRefused(QuoteRefused):
    """The platform's TCB status is not among the allowed ones."""

    code = "quote_tcb_status_refused"


class QuoteNotCompactable(QuoteRefused):
    """A quote that the contracts' compact form cannot hold."""

    code = "quote_not_compactable"


class QuoteUnavailable(Transient):
    """The platform did not give a quote this time."""

    code = "quote_unavailable"


class QuoteProviderInvalid(Misconfigured):
    """This machine cannot make quotes in the configured way."""

    code = "quote_provider_invalid"


class CollateralInvalid(Rejected):
    """Collateral that cannot be read or does not belong to the quote."""

    code = "collateral_invalid"


class CollateralExpired(Transient):
    """Collateral outside of its period of validity: newer one mends it."""

    code = "collateral_expired"


class CollateralUnreachable(Transient):
    """The collateral service did not answer in time."""

    code = "collateral_unreachable"
