"""TLS: whom we trust, and its failures in words."""

import ssl

from attestor.errors import HttpFailed, HttpFault

_X509_UNKNOWN_ISSUER = {2, 18, 19, 20, 21, 24, 27}
_X509_NOT_YET_VALID, _X509_EXPIRED = 9, 10
_X509_WRONG_NAME = {62, 64}
"""Codes of OpenSSL's x509_vfy.h."""


def make_context(with_machines: bool = True) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the certificate authorities of this machine and no others; or without
    any, for the caller to add its own."""
    context = ssl.create_default_context() if with_machines else _without_authorities()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _without_authorities() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def explain(error: ssl.SSLError) -> HttpFailed:
    """The failure, with what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _explain_certificate(error)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return HttpFailed("the server ended the TLS connection", fault=HttpFault.LOST)
    reason = (error.reason or "").upper()
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"}:
        return _failed("the port does not speak TLS", "use http://, or the server's TLS port")
    if "CERTIFICATE_REQUIRED" in reason:
        return _failed("the server wants a client certificate", "give one, where that can be set")
    if "PROTOCOL_VERSION" in reason or reason == "UNSUPPORTED_PROTOCOL":
        return _failed("the server speaks no TLS 1.2 or newer", "update the server")
    return _failed(f"TLS failed: {reason.replace('_', ' ').lower() or 'no reason given'}", None)


def _explain_certificate(error: ssl.SSLCertVerificationError) -> HttpFailed:
    code = error.verify_code
    if code == _X509_EXPIRED:
        message, fault = "the server's certificate has expired", HttpFault.TLS_DATE
        hint = "renew it, or correct this machine's clock"
    elif code == _X509_NOT_YET_VALID:
        message, fault = "the server's certificate is not valid yet", HttpFault.TLS_DATE
        hint = "correct this machine's clock, or the server's certificate"
    elif code in _X509_WRONG_NAME:
        message, fault = "the server's certificate is for another host", HttpFault.TLS_NAME
        hint = "use the name that the certificate is for"
    elif code in _X509_UNKNOWN_ISSUER:
        message = "the server's certificate was issued by an unknown authority"
        fault = HttpFault.TLS_AUTHORITY
        hint = (
            "add the authority to this machine's (package ca-certificates; update-ca-certificates)"
        )
    else:
        message = f"the server's certificate was refused: {error.verify_message}"
        hint, fault = "replace the server's certificate", HttpFault.TLS
    return HttpFailed(message, hint=hint, fault=fault)


def _failed(message: str, hint: str | None) -> HttpFailed:
    return HttpFailed(message, hint=hint, fault=HttpFault.TLS)
