"""SIGHUP with other limits: what a daemon may pay, and what its clients may have, from then on."""

import json
import time
from pathlib import Path

import pytest
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_life import wait_until
from integration.daemon.test_reload import hang_up, log
from integration.daemon.test_who_may_ask import Open, request

from attestor.devnet.stack import Devnet

PERIOD = 6
TAKEN = "the configuration is read again"


def attempts(devnet: Devnet) -> int:
    """How many transactions were signed so far."""
    return int(devnet.rows("SELECT count(*) AS n FROM transactions")[0]["n"])


def test_reload__fee_cap_below_the_chains_fees__nothing_is_sent_until_it_is_raised(
    start: StartDevnet,
) -> None:
    devnet = start(period=PERIOD)
    devnet.wait_for_signer()
    good = devnet.config_file.read_text()
    # A base fee is 7 wei at least; the cap is 2.
    cap = "max_fee_gwei = 0.000000002\nmax_priority_fee_gwei = 0\n"
    since = hang_up(devnet, good.replace("[payer]\n", f"[payer]\n{cap}"), TAKEN)
    assert "payer.max_fee_gwei" in since
    wait_until(lambda: "fee_cap" in log(devnet), "a registration meets the cap")
    signer, before = devnet.active_signer(), attempts(devnet)
    time.sleep(PERIOD)
    assert (devnet.active_signer(), attempts(devnet)) == (signer, before)

    hang_up(devnet, good, TAKEN)
    assert devnet.wait_for_signer(lambda found: found != signer)
    assert attempts(devnet) > before


@pytest.fixture
def net(start: StartDevnet, tmp_path: Path) -> Open:
    return Open(start, tmp_path)


def test_reload__quotas_of_clients__are_in_force_from_then_on_and_back(net: Open) -> None:
    alice = net.credentials(net.clients("add", "alice"))
    wait_until(lambda: net.status(alice) == 404, "a new key is taken", 15)
    assert net.call("POST", "/request_proof", request(10), alice)[0] == 200
    good = net.devnet.config_file.read_text()

    def limit_met() -> str | None:
        """By which quota another run is refused."""
        status, body, _ = net.call("POST", "/request_proof", request(11), alice)
        return json.loads(body)["error"]["limit"] if status == 429 else None

    for quota in ("cycles_per_hour", "cycles_per_day", "bytes_per_hour", "requests_per_minute"):
        changed = good.replace("[api]\n", f"[api]\nclient_{quota} = 1\n")
        assert f"api.client_{quota}" in hang_up(net.devnet, changed, TAKEN)
        wait_until(lambda: limit_met() == quota, f"{quota} is in force", 15)  # noqa: B023
        hang_up(net.devnet, good, TAKEN)
        wait_until(lambda: net.status(alice) == 404, f"{quota} is as before", 15)
    # Requests per minute come back one by one.
    wait_until(lambda: limit_met() is None, "a run is taken again", 15)
