"""A client that has a program run again and again, and asks until each proof is there."""

import contextlib
import hashlib
import http.client
import json
import threading
import time
from typing import Any

from attestor.core.text import to_hex
from attestor.programs import elf, fibonacci

EVERY_SECONDS = 1.0
GIVE_UP_SECONDS = 180.0
"""For a job: endpoints are away for some seconds now and then, and nothing is signed then."""
PAUSE_SECONDS = 0.2


class SteadyJobs:
    """From its making on, until `finish`. Answers that say to come again are no failures."""

    def __init__(self, port: int) -> None:
        self.done = 0
        self._port = port
        self._failed: list[str] = []
        self._over = threading.Event()
        self._program = elf(fibonacci.NAME)
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def finish(self) -> list[str]:
        """End after the job that runs: what became of those that were not proven."""
        self._over.set()
        self._thread.join()
        return self._failed

    def _work(self) -> None:
        number = 0
        while not self._over.wait(EVERY_SECONDS):
            number += 1
            told = self._prove(number)
            if told is None:
                self.done += 1
            else:
                self._failed.append(f"job {number}: {told}")

    def _prove(self, number: int) -> str | None:
        """None once there is a proof, else what was told last."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        program = to_hex(hashlib.sha256(self._program).digest())
        stdin = [to_hex(entry) for entry in fibonacci.stdin(number)]
        order = json.dumps({"program": program, "stdin": stdin}).encode()
        told: Any = "nobody answers"
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                status, told = self._ask("POST", "/v1/jobs", order)
                if status == 404:  # It keeps programs for a while.
                    self._ask("PUT", "/v1/programs", self._program)
                elif status in (200, 202):
                    status, told = self._ask("GET", f"/v1/proofs/{told['id']}?wait=20")
                    if status == 200:
                        return None
                if status not in (202, 404, 503):
                    return f"{status} {told}"
            time.sleep(PAUSE_SECONDS)
        return f"given up: {told}"

    def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()
