"""SIGHUP with other limits: what a daemon may pay, and what its clients may have, from then on."""

import http.client
import json
import threading
import time
from pathlib import Path

import pytest
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import ENDLESS
from integration.daemon.test_daemon_life import wait_until
from integration.daemon.test_reload import hang_up, log
from integration.daemon.test_who_may_ask import Open, request

from attestor.devnet.stack import Devnet

PERIOD = 6
TAKEN = "the configuration is read again"


def running(devnet: Devnet) -> int:
    """How many jobs run."""
    found = devnet.job_rows("SELECT count(*) AS n FROM jobs WHERE state = 'running'")
    return int(found[0]["n"]) if found else 0


def attempts(devnet: Devnet) -> int:
    """How many transactions were signed so far."""
    return int(devnet.rows("SELECT count(*) AS n FROM transactions")[0]["n"])


# A base fee is 7 wei at least; the cap is 2.
NOTHING_MAY_BE_PAID = "max_fee_gwei = 0.000000002\nmax_priority_fee_gwei = 0\n"
NOTHING_MAY_BE_LOST = "max_reverted_gas_per_day = 0\n"


@pytest.mark.parametrize(
    ("lines", "code"),
    [(NOTHING_MAY_BE_PAID, "fee_cap"), (NOTHING_MAY_BE_LOST, "gas_budget")],
)
def test_reload__limit_of_what_is_paid__nothing_is_sent_until_it_is_raised(
    start: StartDevnet, lines: str, code: str
) -> None:
    devnet = start(period=PERIOD)
    devnet.wait_for_signer()
    good = devnet.config_file.read_text()
    since = hang_up(devnet, good.replace("[payer]\n", f"[payer]\n{lines}"), TAKEN)
    assert f"payer.{lines.partition(' ')[0]}" in since
    wait_until(lambda: code in log(devnet), "a registration meets the limit")
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


class Strangers:
    """Clients without a name, behind a proxy on this machine that says from where they come."""

    def __init__(self, start: StartDevnet) -> None:
        self.devnet = start(
            environment={
                "ATTESTOR_API_ANONYMOUS": "everybody",
                "ATTESTOR_API_TRUSTED_PROXIES": "127.0.0.1",
            }
        )
        self.devnet.wait_for_signer()
        self.good = self.devnet.config_file.read_text()

    def refused_by(self, number: int, stdin: int = 10) -> str | None:
        """By which quota a run is refused that the stranger of that number asks for."""
        status, told = self.call(number, request(stdin))
        assert status in (200, 429), told
        return json.loads(told)["error"]["limit"] if status == 429 else None

    def call(self, number: int, body: bytes) -> tuple[int, bytes]:
        port = self.devnet.options.api_port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            connection.request("POST", "/request_proof", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def reload(self, **quotas: int) -> None:
        lines = "".join(f"anonymous_{name} = {value}\n" for name, value in quotas.items())
        since = hang_up(self.devnet, self.good.replace("[api]\n", f"[api]\n{lines}"), TAKEN)
        for name in quotas:
            assert f"api.anonymous_{name}" in since


def test_reload__quotas_of_strangers__are_in_force_from_then_on_and_back(
    start: StartDevnet,
) -> None:
    strangers = Strangers(start)
    assert strangers.refused_by(1) is None
    names = ("cycles_per_hour", "cycles_per_day", "bytes_per_hour", "requests_per_minute")
    for number, quota in enumerate(names, start=2):
        # What one has used counts against the quota that came since.
        assert strangers.refused_by(number, stdin=number) is None
        strangers.reload(**{quota: 1})
        wait_until(
            lambda: strangers.refused_by(number, stdin=20 + number) == quota,  # noqa: B023
            f"{quota} is in force",
            15,
        )
        strangers.reload()
        wait_until(
            lambda: strangers.refused_by(10 * number, stdin=30 + number) is None,  # noqa: B023
            f"{quota} is as before",
            15,
        )


def test_reload__open_jobs_of_a_stranger__are_bounded_from_then_on_and_back(
    start: StartDevnet,
) -> None:
    strangers = Strangers(start)
    threading.Thread(target=strangers.call, args=(1, ENDLESS), daemon=True).start()
    wait_until(lambda: running(strangers.devnet) == 1, "the first job runs")
    strangers.reload(jobs=1)
    wait_until(lambda: strangers.refused_by(1) == "jobs", "a second is refused", 15)
    assert strangers.refused_by(2) is None
    strangers.reload()
    wait_until(lambda: strangers.refused_by(1) is None, "a second is taken", 15)


def test_reload__open_jobs_of_a_client__are_bounded_from_then_on_and_back(net: Open) -> None:
    alice = net.credentials(net.clients("add", "alice"))
    wait_until(lambda: net.status(alice) == 404, "a new key is taken", 15)
    good = net.devnet.config_file.read_text()
    endless = threading.Thread(
        target=net.call, args=("POST", "/request_proof", ENDLESS, alice), daemon=True
    )
    endless.start()
    wait_until(lambda: running(net.devnet) == 1, "the first job runs")

    def status() -> int:
        return net.call("POST", "/request_proof", request(10), alice)[0]

    changed = good.replace("[api]\n", "[api]\nclient_jobs = 1\n")
    assert "api.client_jobs" in hang_up(net.devnet, changed, TAKEN)
    wait_until(lambda: status() == 429, "a second is refused", 15)
    hang_up(net.devnet, good, TAKEN)
    wait_until(lambda: status() == 200, "a second is taken", 15)
