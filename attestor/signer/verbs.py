"""What the signer process does for each verb. Its caller is not trusted with more than asking."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from attestor.core.cross_check import Timing
from attestor.core.eip712 import Domain
from attestor.core.elf import check as check_elf
from attestor.core.execution import Engine, Limits, require_signable, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.possession import Possession
from attestor.core.report_data import Binding, Purpose
from attestor.core.statement import CIRCUIT_VERSION, Statement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import RequestInvalid
from attestor.executor import NativeExecutor
from attestor.quote.provider import QuoteProvider
from attestor.signer.cross_checker import CrossChecker, Run
from attestor.signer.keys import Keys, Signatures

CACHED_VERIFYING_KEYS = 256


class SignerService:
    """The eight verbs. Safe to call from several threads."""

    def __init__(
        self,
        keys: Keys,
        provider: QuoteProvider,
        binding: Binding,
        executor: NativeExecutor,
        limits: Limits,
        engine: Engine,
        cross_checker: CrossChecker,
        statements: Domain | None = None,
    ) -> None:
        """`statements` is the domain of the MultiProof for which typed statements are signed."""
        self._keys = keys
        self._provider = provider
        self._binding = binding
        self._executor = executor
        self._limits = limits
        self._engine = engine
        self._cross_checker = cross_checker
        self._statements = statements
        self._verifying_keys: OrderedDict[bytes, VerifyingKey] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._verbs: dict[str, Callable[[dict[str, Any], tuple[bytes, ...]], Frame]] = {
            "new_key": self._new_key,
            "quote": self._quote,
            "activate": self._activate,
            "retire": self._retire,
            "prove": self._prove,
            "status": self._status,
            "confirmations": self._confirmations,
            "disagreement": self._disagreement,
        }

    def handle(self, frame: Frame) -> Frame:
        """The answer to one request. Raises `AttestorError`s for the caller to transport."""
        verb = self._verbs.get(str(frame.header.get("verb")))
        if verb is None:
            raise RequestInvalid(f"the signer has no verb {frame.header.get('verb')!r:.40}")
        try:
            return verb(frame.header, frame.blobs)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise RequestInvalid(f"malformed request to the signer: {error!r:.200}") from None

    def _new_key(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        buckets = int(header.get("buckets", "0x0"), 16)
        return Frame({"address": to_hex(self._keys.create(buckets))})

    def _quote(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """A quote that binds one of our own keys, and nothing that the caller composed; and that
        key's signature for the registry."""
        address, number = from_hex(header["address"]), int(header["block_number"])
        self._keys.require(address)
        purpose = Purpose(header.get("purpose", Purpose.ADMISSION))
        bound = self._binding.encode(address, number, from_hex(header["block_hash"]), purpose)
        possession = Possession(address, number, int(header["deadline"]), keep_key=True)
        domain = Domain(self._binding.chain_id, self._binding.registry)
        signature = self._keys.sign_for(address, possession.digest(domain))
        raw = self._provider.quote(bound)
        described = {"provider": self._provider.name, "simulated": self._provider.simulated}
        return Frame({**described, "possession": to_hex(signature)}, (raw,))

    def _activate(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        self._keys.activate(from_hex(header["address"]), int(header["valid_until"]))
        return Frame({})

    def _retire(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        self._keys.retire(from_hex(header["address"]))
        return Frame({})

    def _prove(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """Compute the key, run the program, check what it did, and only then sign.

        `job` is the daemon's name for it, under which findings are told.
        """
        program, stdin = blobs[0], blobs[1:]
        job = str(header["job"])
        check_elf(program)
        self._keys.require_active()
        verifying_key = self._verifying_key(program)
        execution = self._executor.execute(program, stdin, self._limits, self._engine)
        require_signable(execution)
        run = Run(job, program, stdin, execution)
        confirmation = self._cross_checker.before_signing(run)
        statement = LegacyMessage(verifying_key.vk_hash_bytes, execution.public_values)
        typed = self._typed(verifying_key, run)
        signed = self._keys.sign_all(
            lambda valid_until: (statement.digest, *(make(valid_until) for make in typed))
        )
        if confirmation is Timing.AFTER:
            self._cross_checker.after_signing(run)
        proof = {
            "signer": to_hex(signed.signer),
            "signature": to_hex(signed.signatures[0]),
            "digest": to_hex(statement.digest),
            "words": list(verifying_key.words),
            "cycles": execution.cycles,
            "engine": execution.engine,
            "confirmation": confirmation,
            "statement": self._told(signed),
        }
        return Frame(proof, (execution.public_values,))

    def _typed(self, key: VerifyingKey, run: Run) -> list[Callable[[int], bytes]]:
        """What makes the digest of the typed statement; nothing where none is signed."""
        domain = self._statements
        if domain is None:
            return []
        execution = run.execution

        def digest(valid_until: int) -> bytes:
            return Statement(
                program_vkey=key.program_vkey,
                public_values_hash=execution.public_values_sha256,
                exit_code=execution.exit_code,
                stdin_hash=bytes.fromhex(stdin_sha256(run.stdin)),
                circuit_version=CIRCUIT_VERSION,
                expires_at=valid_until,
            ).digest(domain)

        return [digest]

    def _told(self, signed: Signatures) -> dict[str, Any] | None:
        """The signature of the typed statement, which holds as long as its signer."""
        if self._statements is None:
            return None
        return {
            "contract": to_hex(self._statements.contract),
            "expires_at": signed.valid_until,
            "signature": to_hex(signed.signatures[1]),
        }

    def _status(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        active = self._keys.active()
        return Frame(
            {
                "addresses": [to_hex(address) for address in self._keys.addresses()],
                "active": to_hex(active) if active else None,
                "halted": self._keys.halted(),
                "provider": self._provider.name,
                "simulated": self._provider.simulated,
            }
        )

    def _confirmations(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """What was found about signed runs since the last call; it is told once."""
        finished = [
            {
                "job": confirmed.job,
                "finding": confirmed.verdict.finding,
                "reason": confirmed.verdict.reason,
            }
            for confirmed in self._cross_checker.take()
        ]
        return Frame({"finished": finished})

    def _disagreement(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """The run that made signing stop, with its program and stdin; empty when there is none."""
        found = self._cross_checker.disagreement()
        if found is None:
            return Frame({})
        return Frame({"job": found.job, "reason": found.reason}, (found.program, *found.stdin))

    def _verifying_key(self, program: bytes) -> VerifyingKey:
        """Keyed by the program's own hash and kept in this process: no disk is believed."""
        name = hashlib.sha256(program).digest()
        with self._cache_lock:
            known = self._verifying_keys.get(name)
            if known is not None:
                self._verifying_keys.move_to_end(name)
                return known
        computed = self._executor.verifying_key(program, self._limits)
        with self._cache_lock:
            self._verifying_keys[name] = computed
            while len(self._verifying_keys) > CACHED_VERIFYING_KEYS:
                self._verifying_keys.popitem(last=False)
        return computed
