"""Upstream's way, as a model: the key is swapped first, then the newest block quoted, and one
transaction sent; nothing is asked afterwards (Automata's sp1-tee-prover, `src/main.rs`)."""

from eth_account import Account
from measures.chain import SteppedChain, account
from measures.scenario import Deployment

from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.core.fees import GWEI
from attestor.core.report_data import Binding, Layout
from attestor.core.text import from_hex
from attestor.errors import AttestorError
from attestor.quote.format import parse
from attestor.transactions.pricing import Call, Pricer
from attestor.transactions.replacement import FeePolicy


class UpstreamWay:
    """Swaps its key every `period` seconds; `signer` is the key of now."""

    def __init__(self, deployment: Deployment[SteppedChain], pool: Pool, period: float) -> None:
        self.signer: bytes | None = None
        self._deployment = deployment
        self._period = period
        self._swaps = 0
        self._next = 0.0
        chain = deployment.chain
        self._node = Node(pool, chain.id)
        payer = Account.from_key(account("upstream's payer")[0])
        chain.fund(from_hex(payer.address))
        self._pricer = Pricer(self._node, payer, FeePolicy(1000 * GWEI))

    def step(self, now: float) -> None:
        """Swap the key when it is time."""
        if now < self._next:
            return
        self._next = now + self._period
        self._swaps += 1
        self.signer = account(f"upstream {self._swaps}")[1]
        try:
            self._register(self.signer)
        except AttestorError:
            return

    def _register(self, signer: bytes) -> None:
        head, registry = self._node.head(), self._deployment.registry
        binding = Binding(self._node.chain_id, registry.address, Layout.UPSTREAM)
        raw = self._deployment.platform.quote(binding.encode(signer, head.number, head.hash))
        calldata = registry.register_calldata(signer, head.number, head.hash, parse(raw).trimmed)
        signed = self._pricer.prepare(Call(registry.address, calldata), ())
        self._node.send(signed.raw, signed.hash)
