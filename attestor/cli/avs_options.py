"""The options of `attestor avs`, which its doctor has as well."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from attestor.cli.types import BUILT, PORT, URL, NumberRange

DEFAULT_PORT = 18232
AUTO = "auto"
QUOTES = ("configfs", "gramine", "simulated", "simulated-sgx", "none")
SANDBOXES = ("none", "process", "isolated")
LEVELS = ("TRACE", "DEBUG", "INFO", "WARNING", "ERROR")

_OPTIONS = (
    click.option("-p", "port", type=PORT, default=DEFAULT_PORT, show_default=True, help="Port."),
    click.option(
        "-c",
        "file",
        type=click.Path(path_type=Path),
        default=Path("config/prover.json"),
        show_default=True,
        help="prover.json, as operators of Automata's prover have it.",
    ),
    click.option(
        "--sampling",
        type=click.IntRange(0),
        default=0,
        help="Of getPoe: answer for one batch of so many only; 0 for each.",
    ),
    click.option(
        "--force_with_context",
        is_flag=True,
        help="Tell operators to bring contexts, also where an L2 node is configured.",
    ),
    click.option(
        "--disable_check_report_metadata",
        is_flag=True,
        expose_value=False,
        help="Accepted; has no effect.",
    ),
    click.option("--insecure", is_flag=True, hidden=True),
    click.option("--dummy_attestation_report", is_flag=True, hidden=True),
    click.option("--host", default="0.0.0.0", show_default=True, help="Address to listen on."),  # noqa: S104
    click.option(
        "--allow",
        multiple=True,
        metavar="ADDRESS",
        help="An address or network (10.1.0.0/16) that may connect; repeat it for more. Without it "
        "everybody may.",
    ),
    click.option(
        "--client-ca",
        type=click.Path(path_type=Path),
        help="PEM file with the authorities of clients' certificates: only clients that have one "
        "are served. Needs server.tls in prover.json.",
    ),
    click.option(
        "--stop-seconds",
        type=NumberRange(0, 3600),
        default=30.0,
        show_default=True,
        help="What calls get that are being answered at SIGTERM.",
    ),
    click.option(
        "--quotes",
        type=click.Choice([AUTO, *QUOTES]),
        default=AUTO,
        show_default=True,
        help="Who makes quotes of the signing key: the TDX driver, Gramine, a simulated platform "
        "of a development chain, or nobody. auto takes what the machine has.",
    ),
    click.option(
        "--l1-chain-id",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        help="The chain that quotes are for: simulated ones need a development chain (1337, "
        "31337).",
    ),
    click.option(
        "--fork",
        "forks",
        multiple=True,
        metavar="NAME=WHEN",
        help="On a development chain of Scroll's kind: a fork and its block or time; may be "
        "repeated.",
    ),
    click.option(
        "--executor",
        type=click.Path(path_type=Path),
        default=BUILT,
        help="Directory of attestor-scroll. Without it, the one built here.",
    ),
    click.option(
        "--database",
        type=click.Path(path_type=Path),
        default=Path("attestor-avs.sqlite"),
        show_default=True,
        help="Where every signed batch is kept, for attestor audit.",
    ),
    click.option(
        "--blob-url",
        "blob_urls",
        multiple=True,
        type=URL,
        help="Of getPoe: base URL that serves blobs by versioned hash; repeat it for more.",
    ),
    click.option(
        "--beacon-url", type=URL, help="Of getPoe: a consensus node of L1, for recent blobs."
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 64),
        default=2,
        show_default=True,
        help="Executor children that run at once.",
    ),
    click.option(
        "--sandbox-level",
        type=click.Choice([AUTO, *SANDBOXES]),
        default=AUTO,
        show_default=True,
        help="What must confine the signer process and its children. auto: isolated, and without "
        "genuine quotes what the machine offers.",
    ),
    click.option(
        "--signer-user", default="", help="User of the signer process; without it, one of its own."
    ),
    click.option(
        "--log-level",
        type=click.Choice(LEVELS),
        default="INFO",
        show_default=True,
        help="Log level.",
    ),
)


def avs_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options, in the order of the help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
