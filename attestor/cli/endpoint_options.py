"""How a command is told the endpoints of the chain. Nothing of the chain is imported here."""

from collections.abc import Callable
from typing import Any

import click

Option = Callable[[Callable[..., Any]], Callable[..., Any]]


class Endpoints(click.ParamType[tuple[str, ...]]):
    """One URL, or several with commas between them."""

    name = "url"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The URLs. They are not repeated in an error: parts of them may be secret."""
        if isinstance(value, tuple):
            return value
        urls = tuple(part.strip() for part in str(value).split(","))
        if not all(url.startswith(("http://", "https://")) for url in urls):
            self.fail("the value is not an http:// or https:// URL", param, ctx)
        if len(set(urls)) < len(urls):
            self.fail("a URL is listed twice: it would be heard twice in every vote", param, ctx)
        return urls


def rpc_url_option(
    about: str = "JSON-RPC endpoint of a node", required: bool = True, by_environment: bool = True
) -> Option:
    """`--rpc-url`, with the environment variables of the daemon's options."""
    return click.option(
        "--rpc-url",
        type=Endpoints(),
        envvar=["ATTESTOR_CHAIN_RPC_URL", "ATTESTOR_CHAIN_RPC_URLS"] if by_environment else None,
        required=required,
        help=f"{about}, or of several, separated by commas"
        + ("  [ATTESTOR_CHAIN_RPC_URL]." if by_environment else "."),
    )


def check_headers_option() -> Option:
    """`--check-headers`, which is the daemon's `chain.check_headers`."""
    return click.option(
        "--check-headers/--no-check-headers",
        envvar="ATTESTOR_CHAIN_CHECK_HEADERS",
        default=True,
        show_default=True,
        help="Recompute each block's hash from its header  [ATTESTOR_CHAIN_CHECK_HEADERS].",
    )
