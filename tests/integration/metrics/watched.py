"""A stack whose daemon is asked how it is."""

import http.client
import json
import time
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from attestor.devnet.stack import Devnet

Labels = frozenset[tuple[str, str]]
SECONDS = 45.0
"""For what takes a few on an idle machine."""


class Watched:
    """A stack whose daemon is asked at its health listener."""

    def __init__(self, devnet: Devnet) -> None:
        self.devnet = devnet

    def get(self, path: str) -> tuple[int, str]:
        port = self.devnet.options.health_port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def codes(self) -> list[str]:
        """Why it is not ready."""
        _, text = self.get("/readyz")
        return [one["code"] for one in json.loads(text)["reasons"]] if text else ["down"]

    def metrics(self) -> dict[tuple[str, Labels], float]:
        status, text = self.get("/metrics")
        assert status in (0, 200), text
        families = text_string_to_metric_families(text)
        return {
            (one.name, frozenset(one.labels.items())): one.value
            for family in families
            for one in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics().get((name, frozenset(labels.items())))

    def values(self, name: str) -> list[float]:
        """Of a metric, whatever its labels."""
        return [value for (found, _), value in self.metrics().items() if found == name]

    def until(self, condition: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{what}: {self.get('/readyz')}"
            time.sleep(0.1)

    def until_ready(self) -> None:
        self.until(lambda: self.get("/readyz")[0] == 200, "it is ready", 120)
