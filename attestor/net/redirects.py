"""Where a redirect leads, and whether a request may go there."""

from dataclasses import replace
from urllib.parse import urljoin

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import Target, parse
from attestor.net.message import Response

_STATUSES = {301, 302, 303, 307, 308}


def is_redirect(response: Response) -> bool:
    """Whether an answer sends the request elsewhere."""
    return response.status in _STATUSES and "location" in response.headers


def next_target(current: Target, response: Response) -> Target:
    """The target of a redirect. User and password stay with their origin.

    Raises `HttpFailed` (`REDIRECT`) where it leads from https to http, or to no URL.
    """
    try:
        url = urljoin(current.endpoint + current.path, response.headers["location"])
        target = parse(url)
    except (ValueError, HttpFailed):
        raise refused(response, "to an invalid URL") from None
    if current.scheme == "https" and target.scheme == "http":
        raise refused(response, "from https to http")
    authorization = current.authorization if target.endpoint == current.endpoint else None
    return replace(target, authorization=authorization)


def refused(response: Response, where: str) -> HttpFailed:
    """The error of a redirect that is not followed."""
    return HttpFailed(
        f"HTTP status {response.status} redirects {where}, which is not followed",
        hint="configure the address that is redirected to, if it is the right one",
        fault=HttpFault.REDIRECT,
    )
