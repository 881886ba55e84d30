"""What the signer process does for each verb. It treats its caller, the daemon, as untrusted."""

from typing import Any

from attestor.core.eip712 import Domain
from attestor.core.frame import Frame
from attestor.core.possession import Possession
from attestor.core.text import from_hex, to_hex
from attestor.signer.answering import Verb, answered
from attestor.signer.slots import Slot, Slots
from attestor.signer.workloads.workload import Run, Workload


class SignerService:
    """Verbs of keys and quotes, each about one slot, and those of one workload. Safe to use from
    several threads."""

    def __init__(self, slots: Slots, workload: Workload) -> None:
        self._slots = slots
        self._workload = workload
        own: dict[str, Verb] = {
            "new_key": self._new_key,
            "quote": self._quote,
            "possess": self._possess,
            "activate": self._activate,
            "lease": self._lease,
            "pause": self._pause,
            "retire": self._retire,
            "status": self._status,
        }
        signing = {name: self._signing(run) for name, run in workload.runs.items()}
        self._verbs: dict[str, Verb] = {**workload.verbs, **workload.offered, **signing, **own}
        self._attached: dict[str, Verb] = {**workload.offered, **signing}

    def handle(self, frame: Frame) -> Frame:
        """The answer to one request. Raises `AttestorError`s for the caller to transport."""
        return answered(self._verbs, frame)

    def handle_attached(self, frame: Frame) -> Frame:
        """The answer to a request of whoever serves clients: it has no verb of keys, and none that
        takes findings away from the daemon."""
        return answered(self._attached, frame)

    def detached(self) -> None:
        """Nobody is there any more who could take the results of what runs for clients."""
        self._workload.stop_runs()

    def _signing(self, run: Run) -> Verb:
        """The verb that executes `run` and signs its outcome: the only way to a signature by the
        active signer."""

        def verb(header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
            keys = self._slots.of(header).keys
            keys.require_active()
            outcome = run({**header, "slot": self._slots.name_of(header)}, blobs)
            return outcome.answer(keys.sign_all(outcome.digests))

        return verb

    def _new_key(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        buckets = int(header.get("buckets", "0x0"), 16)
        return Frame({"address": to_hex(self._slots.of(header).keys.create(buckets))})

    def _quote(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """A quote that binds one of our own keys, and nothing that the caller composed."""
        address, number = from_hex(header["address"]), int(header["block_number"])
        slot = self._slots.of(header)
        slot.keys.require(address)
        template = from_hex(header["template"]) if header.get("template") is not None else None
        bound = slot.binding.encode(address, number, from_hex(header["block_hash"]), template)
        return Frame(_platform(slot), (slot.provider.quote(bound),))

    def _possess(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """The signature of one of our own keys for the registry, on the evidence of its quote."""
        address, template = from_hex(header["address"]), from_hex(header["template"])
        number, deadline = int(header["block_number"]), int(header["deadline"])
        possession = Possession(address, number, template, deadline, keep_key=True)
        slot = self._slots.of(header)
        domain = Domain(slot.binding.chain_id, slot.binding.registry)
        signature = slot.keys.sign_for(address, possession.digest(domain))
        return Frame({"possession": to_hex(signature)})

    def _activate(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        self._slots.of(header).keys.activate(
            from_hex(header["address"]), int(header["valid_until"])
        )
        return Frame({})

    def _lease(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        keys = self._slots.of(header).keys
        keys.lease(int(header["chain_time"]), float(header["seconds"]))
        return Frame({})

    def _pause(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        self._slots.of(header).keys.pause(from_hex(header["address"]))
        return Frame({})

    def _retire(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        self._slots.of(header).keys.retire(from_hex(header["address"]))
        return Frame({})

    def _status(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        slot = self._slots.of(header)
        active = slot.keys.active()
        return Frame(
            {
                **_platform(slot),
                "workload": self._workload.kind,
                "addresses": [to_hex(address) for address in slot.keys.addresses()],
                "active": to_hex(active) if active else None,
                "halted": slot.keys.halted(),
            }
        )


def _platform(slot: Slot) -> dict[str, Any]:
    return {"provider": slot.provider.name, "simulated": slot.provider.simulated}
