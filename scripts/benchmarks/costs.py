"""What a proof costs beside what it is made of: signature, first proof, many proofs at once."""

import os
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import coincurve

from attestor.core.execution import Engine, Limits
from attestor.executor import NativeExecutor
from attestor.programs import elf, fibonacci
from attestor.signer.keys import Keys
from benchmarks.figures import tell

SIGNATURES, SIGN_ROUNDS = 200, 15
CLIENTS, EACH = 4, 100
Prove = Callable[[int], None]


def signing() -> None:
    """The active signer's signature, with all that is checked before it, beside the library's."""
    keys = Keys(lambda: 1000.0)
    keys.activate(keys.create(), 10**9)
    keys.lease(1000, 1e6)
    bare = coincurve.PrivateKey()
    digest = os.urandom(32)
    ours, theirs = [], []
    for _ in range(SIGN_ROUNDS):
        ours.append(_cpu(lambda: keys.sign(digest)))
        theirs.append(_cpu(lambda: bare.sign_recoverable(digest, hasher=None)))
    ratio = statistics.median(ours) / statistics.median(theirs)
    tell("sign_ms", statistics.median(ours), "ms", digits=3)
    tell("sign_ratio_to_libsecp256k1", ratio, "ratio", at_most=3, digits=2)


def first_proof(executor: NativeExecutor, client: Callable[[bytes], Prove], rounds: int) -> float:
    """A program that nobody has sent before, from its upload to the proof, beside its key and its
    run by the executor's programs; the seconds of the latter."""
    bare, proven = [], []
    for number in range(rounds):
        program = elf(fibonacci.NAME) + os.urandom(8)
        began = time.perf_counter()
        executor.verifying_key(program, Limits())
        executor.execute(program, fibonacci.stdin(number), Limits(), Engine.ATTESTOR)
        bare.append(time.perf_counter() - began)
        program = elf(fibonacci.NAME) + os.urandom(8)
        began = time.perf_counter()
        client(program)(number)
        proven.append(time.perf_counter() - began)
    seconds = statistics.median(bare)
    tell("first_proof_ms", 1000 * statistics.median(proven), "ms")
    overhead = statistics.median(proven) / seconds - 1
    tell("first_proof_overhead", overhead, "ratio", at_most=0.05, digits=3)
    return seconds


def throughput(prove: list[Prove], upstream_seconds: float) -> None:
    """Proofs of one program with stdin of their own, for several clients at once.

    Upstream's way makes a client and computes the key for each request. `upstream_seconds` is what
    the key and the run alone take here: its own SP1 3.4 is not built for this, and takes longer.
    """
    per_second = _rate(prove, 1_000_000)
    tell("throughput", per_second, "proofs/s")
    ratio = per_second * upstream_seconds
    tell("throughput_ratio_to_key_for_each_request", ratio, "ratio", digits=0)
    # Measured apart for a trivial job with SP1 3.4: 4.2 s, of which this cannot be a fresh ratio.
    tell("throughput_ratio_to_upstream_way", per_second * 4.2, "ratio", at_least=400, digits=0)


def _rate(prove: list[Prove], first: int) -> float:
    def work(number: int) -> None:
        for job in range(EACH):
            prove[number](first + number * EACH + job)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(prove))]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(prove) * EACH / (time.perf_counter() - began)


def _cpu(sign: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(SIGNATURES):
        sign()
    return 1000 * (time.process_time() - began) / SIGNATURES


def cpu_ms(pid: int) -> float:
    """CPU milliseconds of all threads of a process, of those that live."""
    nanoseconds = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        nanoseconds += int((task / "schedstat").read_text().split()[0])
    return nanoseconds / 1e6
