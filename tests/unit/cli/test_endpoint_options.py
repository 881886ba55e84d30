"""How commands are told the endpoints, and whether headers are checked."""

from typing import Any

import click
import pytest
from cases.lying_endpoints import Question, Reply
from cases.small_chain import CHAIN_ID, SmallChain
from click.testing import CliRunner
from unit.chain.endpoints import MemoryHttp

from attestor.chain.rpc import Rpc
from attestor.cli import chain_options
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.errors import RpcUnreachable, WrongChain


def told(*arguments: str, **environment: str) -> Any:
    found: list[Any] = []

    @click.command
    @rpc_url_option()
    @check_headers_option()
    def command(rpc_url: tuple[str, ...], check_headers: bool) -> None:
        found.append((rpc_url, check_headers))

    result = CliRunner().invoke(command, list(arguments), env=environment)
    return found[0] if result.exit_code == 0 else result.output


def test_rpc_url__one_or_several__from_the_flag_and_from_the_daemons_variables() -> None:
    assert told("--rpc-url", "http://a") == (("http://a",), True)
    several = (("http://a", "https://b/key"), True)
    assert told("--rpc-url", "http://a, https://b/key") == several
    assert told(ATTESTOR_CHAIN_RPC_URLS="http://a,https://b/key") == several
    assert told(ATTESTOR_CHAIN_RPC_URL="http://a") == (("http://a",), True)


@pytest.mark.parametrize("given", ["secret", "http://a,secret", "http://a,", "ws://secret"])
def test_rpc_url__malformed__is_refused_without_showing_it(given: str) -> None:
    output = told("--rpc-url", given)
    assert "not an http:// or https:// URL" in output
    assert "secret" not in output


def test_rpc_url__listed_twice__is_refused() -> None:
    assert "listed twice" in told("--rpc-url", "http://a,http://a")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--no-check-headers",), {}), ((), {"ATTESTOR_CHAIN_CHECK_HEADERS": "false"})],
)
def test_check_headers__off__as_for_the_daemon(
    arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    assert told("--rpc-url", "http://a", *arguments, **environment) == (("http://a",), False)


@pytest.fixture
def endpoints(monkeypatch: pytest.MonkeyPatch) -> dict[str, MemoryHttp]:
    """Endpoints in memory by URL."""
    made = {f"http://{name}": MemoryHttp(SmallChain()) for name in "ab"}

    def rpc(url: str) -> Rpc:
        double: Any = made[url]
        return Rpc(url, http=double)

    monkeypatch.setattr(chain_options, "Rpc", rpc)
    return made


def test_open_node__headers_checked_or_not__as_told(endpoints: dict[str, MemoryHttp]) -> None:
    node = chain_options.open_node(("http://a",))
    assert (node.chain_id, node.check_headers) == (CHAIN_ID, True)
    assert not chain_options.open_node(("http://a", "http://b"), False).check_headers


def test_open_node__endpoints_of_two_chains__are_refused(
    endpoints: dict[str, MemoryHttp],
) -> None:
    endpoints["http://b"].lie = lambda question: question.reply(result="0x1")
    with pytest.raises(WrongChain, match="http://b is on chain id 1, expected 31337"):
        chain_options.open_node(("http://a", "http://b"))


def test_open_node__first_is_down__is_of_the_second(endpoints: dict[str, MemoryHttp]) -> None:
    def down(question: Question) -> Reply:
        return Reply(b"", manner="drop")

    endpoints["http://a"].lie = down
    assert chain_options.open_node(("http://a", "http://b")).chain_id == CHAIN_ID
    endpoints["http://b"].lie = down
    with pytest.raises(RpcUnreachable):
        chain_options.open_node(("http://a", "http://b"))
