"""Endpoints in memory: the transport below an `Rpc`, answering as `cases.lying_endpoints` says."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from cases.lying_endpoints import Lie, Question, Reply
from cases.small_chain import CHAIN_ID, SmallChain

from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc
from attestor.errors import HttpFailed, HttpFault
from attestor.net import Deadline, Response

FAULTS = {"drip": HttpFault.TIMEOUT, "endless": HttpFault.TOO_LARGE, "drop": HttpFault.LOST}


class Clock:
    """A monotonic clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class MemoryHttp:
    """A stand-in for `HttpClient`, of one endpoint. `lie` None is an honest one."""

    def __init__(self, chain: SmallChain, lie: Lie | None = None) -> None:
        self.chain = chain
        self.lie = lie
        self.asked: list[str] = []
        self.fresh: list[bool] = []
        self.reconnects = False
        self.clock: Clock | None = None
        """On which dripping takes all the time that it is given."""

    def request(self, method: str, url: str, deadline: Deadline, **options: Any) -> Response:
        request = json.loads(options["body"])
        asked, params = request["method"], request["params"]
        self.asked.append(asked)
        self.fresh.append(not options["repeatable"])
        question = Question(request["id"], asked, params, self.chain.answer(asked, params))
        reply: Reply = question.truth if self.lie is None else self.lie(question)
        if reply.manner == "drip" and self.clock is not None:
            self.clock.now += deadline.remaining("reading")
        if reply.manner in FAULTS:
            raise HttpFailed(reply.manner, fault=FAULTS[reply.manner])
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status, headers, reply.body, new_connection=self.reconnects)

    def close(self) -> None:
        pass


def node_of(
    transports: Sequence[MemoryHttp], clock: Callable[[], float], check_headers: bool = True
) -> Node:
    """A node behind such endpoints, named a, b, c …"""
    rpcs = []
    for name, http in zip("abcde", transports, strict=False):
        double: Any = http
        rpcs.append(Rpc(f"http://{name}.example", http=double))
    return Node(Pool(rpcs, CHAIN_ID, clock), CHAIN_ID, check_headers)
