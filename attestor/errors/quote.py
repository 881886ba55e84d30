"""Errors of quotes and collateral."""

from attestor.errors.base import Misconfigured, Rejected, Transient


class ReportDataInvalid(Rejected):
    """What a quote should bind, or its report data (64 bytes), is malformed."""

    code = "report_data_invalid"


class QuoteInvalid(Rejected):
    """The bytes are not a quote, or not of a supported version."""

    code = "quote_invalid"


class QuoteRefused(Rejected):
    """A well-formed quote that must not be registered."""

    code = "quote_refused"


class ReportDataMismatch(QuoteRefused):
    """The quote binds something other than what was asked for."""

    code = "quote_report_data_mismatch"


class MeasurementRefused(QuoteRefused):
    """What runs in the TEE, or how the TEE is configured, is not trusted."""

    code = "quote_measurement_refused"
    advice = (
        "The registry's owner allows measurements. Allow this one only if you can reproduce "
        "the image."
    )


class TcbStatusRefused(QuoteRefused):
    """The platform's TCB status is not among the allowed ones."""

    code = "quote_tcb_status_refused"
    advice = "Update the platform's firmware, or allow the status knowingly."


class QuoteNotCompactable(QuoteRefused):
    """A quote that cannot be encoded in the contracts' compact form."""

    code = "quote_not_compactable"


class QuoteUnavailable(Transient):
    """The platform failed to produce a quote this time."""

    code = "quote_unavailable"
    advice = (
        "If it lasts: the log of the machine's quoting service, and the configfs report provider."
    )


class QuoteProviderInvalid(Misconfigured):
    """This machine cannot produce quotes with the configured provider."""

    code = "quote_provider_invalid"
    advice = "Set quote.provider to what this machine offers (docs/operate-machine.md)."


class CollateralInvalid(Rejected):
    """Collateral that cannot be read or does not belong to the quote."""

    code = "collateral_invalid"


class CollateralExpired(Transient):
    """Collateral outside of its validity period: newer collateral fixes it."""

    code = "collateral_expired"
    advice = (
        "attestor collateral fetch; on chain, attestor collateral upload, or whoever "
        "maintains the store."
    )


class CollateralUnreachable(Transient):
    """The collateral service did not answer in time."""

    code = "collateral_unreachable"
    advice = "Check the network's way to the collateral service. Renewals go on without it."
