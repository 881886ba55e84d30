"""The whole way on one machine, each step with its evidence; the first that fails ends it."""

import threading
import time
from collections.abc import Callable
from typing import Any

from attestor.audit import registrations, report, verify
from attestor.chain.multiproof import MultiProof
from attestor.chain.registry import Registry
from attestor.client import CheckedProof, ProverClient
from attestor.core.legacy_message import LegacyMessage
from attestor.core.text import checksummed, to_hex
from attestor.devnet.stack import CHAIN_ID, Devnet
from attestor.errors import AttestorError, DemoFailed, ProofRefused
from attestor.programs import elf, fibonacci, header_chain
from attestor.store.database import Store

ROTATIONS = 2
HEADERS = 8

PrintStep = Callable[[str, str], None]
"""(what, evidence): prints one line."""


class Demo:
    """The steps, in order. The devnet is started and stopped by the caller."""

    def __init__(self, devnet: Devnet, print_step: PrintStep) -> None:
        self._devnet = devnet
        self._print_step = print_step

    def run(self) -> None:
        """Run every step; raises at the first that fails."""
        self._chain()
        self._contracts()
        first = self._first_signer()
        watch = _Watch(self._devnet, self._registry)
        watch.start()
        self._prove_fibonacci()
        self._prove_headers()
        self._rotations(first)
        watch.finish()
        self._print_step(
            "never unregistered", f"active signer valid at all {watch.checked} blocks observed"
        )
        self._audit()

    def _chain(self) -> None:
        head = self._devnet.node.head()
        self._print_step(
            "chain", f"anvil, chain id {CHAIN_ID}, block {head.number} {to_hex(head.hash)}"
        )

    def _contracts(self) -> None:
        deployment = self._devnet.deploy()
        for done in deployment.contracts:
            self._print_step(f"{done.what} deployed", f"{checksummed(done.address)} gas {done.gas}")
        gas = sum(done.gas_used for done in deployment.uploads)
        self._print_step("collateral uploaded", f"{len(deployment.uploads)} parts, gas {gas}")
        self._print_step(
            "SIMULATED platform", f"measurement {to_hex(self._devnet.platform.measurement_id)}"
        )
        self._print_step("measurement allowed", f"gas {deployment.allowed.gas}")
        self._registry = Registry(self._devnet.node, deployment.registry.address)
        self._multiproof = MultiProof(self._devnet.node, deployment.multiproof.address)

    def _first_signer(self) -> bytes:
        self._devnet.start_daemon()
        signer = self._devnet.wait_for_signer()
        self._registration(signer)
        self._client = ProverClient(
            self._devnet.api_url, self._registry, multiproof=self._multiproof.address
        )
        return signer

    def _registration(self, signer: bytes) -> None:
        row = self._row(signer)
        mark = "SIMULATED " if row["simulated"] else ""
        self._print_step("signer created", checksummed(signer))
        self._print_step(
            f"{mark}quote verified",
            f"{row['tcb_status']}, binds block {row['reference_block']}, hash {row['quote_hash']}",
        )
        self._print_step(
            "registered",
            f"by {row['kind']}, tx {row['transaction_hash']} block {row['block_number']} "
            f"gas {row['gas_used']}, "
            f"valid until {row['valid_until']}",
        )

    def _prove_fibonacci(self) -> None:
        proof = self._prove(fibonacci.NAME, fibonacci.stdin(500))
        result = fibonacci.decode(proof.public_values)
        if (result.n, result.a, result.b) != (500, 1268, 1926):
            raise DemoFailed(f"fibonacci committed to {result}")
        self._print_step("  public values", f"n={result.n} a={result.a} b={result.b} (modulo 7919)")
        self._accepted(proof)

    def _prove_headers(self) -> None:
        node = self._devnet.node
        head = node.head()
        blocks = [node.header_fields(head.number - HEADERS + 1 + i) for i in range(HEADERS)]
        proof = self._prove(header_chain.NAME, header_chain.stdin(blocks))
        result = header_chain.decode(proof.public_values)
        if (result.last_number, to_hex(result.last_hash)) != (head.number, blocks[-1]["hash"]):
            raise DemoFailed(f"header-chain committed to {result}, the head was {head.number}")
        span = f"blocks {result.first_number} to {result.last_number} of this chain are linked"
        self._print_step("  public values", f"{span}, last hash {to_hex(result.last_hash)}")
        self._accepted(proof)

    def _prove(self, name: str, stdin: list[bytes]) -> CheckedProof:
        started = time.monotonic()
        proof = self._client.prove(elf(name), stdin)
        seconds = time.monotonic() - started
        row = self._query("SELECT * FROM proofs WHERE job = ?", proof.proof_id)
        ran = f"{row['cycles']} cycles on {row['engine']}, sp1-portable {row['finding']}"
        ran += f", {seconds:.1f} s with its key"
        self._print_step(f"{name} executed", ran)
        self._print_step("  program vkey", to_hex(proof.verifying_key.program_vkey))
        self._print_step(
            "  signed", f"digest {to_hex(proof.digest)} by {checksummed(proof.signer)}"
        )
        return proof

    def _accepted(self, proof: CheckedProof) -> None:
        """MultiProof takes the proof, by both of its calls, and no other public values."""
        vkey, values = proof.verifying_key.program_vkey, proof.public_values
        if self._multiproof.verify_program(vkey, values, proof.signature) != (proof.signer,):
            raise DemoFailed("MultiProof names another signer")
        message = LegacyMessage(proof.verifying_key.vk_hash_bytes, values).message
        self._multiproof.verify_message(message, proof.signature)
        calldata = self._multiproof.program_calldata(vkey, values, proof.signature)
        receipt = self._devnet.deployer.transact(self._multiproof.address, calldata)
        accepted = f"tx {to_hex(receipt.transaction_hash)} block {receipt.block_number}"
        self._print_step("  MultiProof accepts", f"{accepted} gas {receipt.gas_used}")
        forged = bytes([values[0] ^ 1]) + values[1:]
        try:
            self._multiproof.verify_program(vkey, forged, proof.signature)
        except ProofRefused as refusal:
            self._print_step("  one bit changed", str(refusal))
        else:
            raise DemoFailed("MultiProof accepted changed public values")

    def _rotations(self, first: bytes) -> None:
        seen = [first]
        rows = self._devnet.rows("SELECT signer FROM registrations ORDER BY activated_at")
        seen += [bytes.fromhex(row["signer"][2:]) for row in rows][1:]
        for signer in seen[1:]:
            self._rotated(signer)
        while len(seen) <= ROTATIONS:
            signer = self._devnet.wait_for_signer(lambda found: found not in seen)
            self._rotated(signer)
            seen.append(signer)

    def _rotated(self, signer: bytes) -> None:
        row = self._row(signer)
        made = f"{checksummed(signer)} by {row['kind']}, tx {row['transaction_hash']}"
        self._print_step("rotated to", f"{made} block {row['block_number']} gas {row['gas_used']}")

    def _audit(self) -> None:
        code = self._devnet.stop_daemon()
        if code != 0:
            raise DemoFailed(f"the daemon ended with exit code {code}")
        store = Store.open_to_read(self._devnet.database)
        try:
            head = self._devnet.node.head().number
            events = registrations.registration_events(store, head, self._registry.registrations)
            faults = verify.journal_faults(store) + verify.table_faults(store)
            faults += registrations.chain_faults(store, events)
            if faults:
                raise DemoFailed(f"the audit found: {'; '.join(faults)}")
            count = store.row("SELECT count(*) AS n FROM journal")
            assert count is not None
            tip = to_hex(verify.journal_tip(store))
            self._print_step(
                "history verified", f"{count['n']} entries, {len(events)} events, tip {tip}"
            )
            self._print_step("history", "from SQLite:\n" + report.as_table(report.history(store)))
        finally:
            store.close()

    def _row(self, signer: bytes) -> dict[str, Any]:
        return self._query("SELECT * FROM registration_history WHERE signer = ?", to_hex(signer))

    def _query(self, sql: str, *parameters: object) -> dict[str, Any]:
        rows = self._devnet.rows(sql, *parameters)
        if not rows:
            raise DemoFailed(f"the database has no row for {parameters}")
        return rows[0]


class _Watch(threading.Thread):
    """Asks the registry about the active signer at every block it sees."""

    def __init__(self, devnet: Devnet, registry: Registry) -> None:
        super().__init__(name="watch", daemon=True)
        self._devnet = devnet
        self._registry = registry
        self._done = threading.Event()
        self._fault: str | None = None
        self.checked = 0

    def run(self) -> None:
        last = 0
        while not self._done.is_set() and self._fault is None:
            try:
                head = self._devnet.node.head().number
                if head > last:
                    last = head
                    self._look(head)
            except AttestorError as error:
                self._fault = f"the watch failed: {error}"
            self._done.wait(0.1)

    def finish(self) -> None:
        """Stop watching; raise if the signer was ever invalid."""
        self._done.set()
        self.join()
        if self._fault is not None:
            raise DemoFailed(self._fault)

    def _look(self, block: int) -> None:
        active = self._devnet.active_signer()
        self.checked += 1
        if active is None:
            self._fault = f"no signer was active at block {block}"
        elif not self._registry.vouches_for(active):
            self._fault = f"active signer {checksummed(active)} was not valid at block {block}"
