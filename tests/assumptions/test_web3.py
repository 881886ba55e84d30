"""Facts about web3 and eth-account that our code is built around: when one changes, this fails
first."""

import inspect
from typing import Any

import pytest
from eth_account import Account
from hexbytes import HexBytes
from web3 import HTTPProvider, Web3, WebSocketProvider
from web3._utils.http import DEFAULT_HTTP_TIMEOUT


def test_web3__defaults__send_a_transaction_again_and_let_a_call_take_150_seconds() -> None:
    """Why a client of our own has one budget for a call, and sends once."""
    retry = HTTPProvider("http://127.0.0.1:1").exception_retry_configuration
    assert retry is not None
    assert "eth_sendRawTransaction" in retry.method_allowlist
    assert (retry.retries, DEFAULT_HTTP_TIMEOUT) == (5, 30.0)


def test_web3__ccip_read__is_on_and_would_ask_where_a_contract_says() -> None:
    assert HTTPProvider("http://127.0.0.1:1").global_ccip_read_enabled is True


def test_web3__waiting_for_a_receipt__is_given_up_after_two_minutes_of_the_clock() -> None:
    """Why receipts are asked for at each head, until the chain has said yes or no."""
    defaults = inspect.signature(Web3().eth.wait_for_transaction_receipt).parameters
    assert (defaults["timeout"].default, defaults["poll_latency"].default) == (120, 0.1)


def test_web3__half_open_websocket__is_noticed_after_five_minutes_and_a_half() -> None:
    """Why a hint of a new head is only a hint, and heads are looked for at their times."""
    kwargs = WebSocketProvider("ws://127.0.0.1:1").websocket_kwargs
    assert (kwargs["ping_interval"], kwargs["ping_timeout"]) == (30, 300)


def test_eth_account__address_without_checksum__is_refused() -> None:
    """Why addresses are checksummed where a transaction is made, and are bytes elsewhere."""
    fields: dict[str, Any] = {"chainId": 1, "nonce": 0, "value": 0, "gas": 21_000, "gasPrice": 1}
    with pytest.raises(TypeError, match="invalid fields"):
        Account.sign_transaction(fields | {"to": "0x" + "ab" * 20}, b"\x01" * 32)


def test_hexbytes__as_text__is_that_of_bytes() -> None:
    """Why core.text makes all 0x text, in messages too."""
    assert str(HexBytes("0x01ff")) == "b'\\x01\\xff'"
    assert repr(HexBytes("0x01ff")) == "HexBytes('0x01ff')"
