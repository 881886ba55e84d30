"""What the calls of `/v1` answer, and what they refuse."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest
from cases.lying_service import KEY, SIGNER, VALUES
from integration.http.v1.service import CHAIN_ID, ELF, Service, serve, until
from yarl import URL

from attestor.core.circuits import Circuit
from attestor.core.job import Identity, JobLimits
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.sp1_tee_message import Sp1TeeMessage
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import GuestFailed, SigningHalted
from attestor.http.v1.forms import ProofForm
from attestor.jobs import queue as queue_module

NOBODY = "00000000-0000-8000-8000-000000000000"
SHA256 = hashlib.sha256(ELF).hexdigest()
KNOWN = {
    "sha256": f"0x{SHA256}",
    "size": len(ELF),
    "program_vkey": to_hex(KEY.program_vkey),
    "vk_hash_bytes": to_hex(KEY.vk_hash_bytes),
    "circuit_version": Circuit.V6,
}


def test_program__sent_twice__is_the_same_answer_and_one_key(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        for _ in range(2):
            assert await service.ask("PUT", "/v1/programs", data=ELF) == (200, KNOWN)
        assert service.prover.keys == 1
        for name in (KNOWN["sha256"], KNOWN["program_vkey"]):
            assert await service.ask("GET", f"/v1/programs/{name}") == (200, KNOWN)

    serve(tmp_path, body)


def test_program__sent_by_many_at_once__has_its_key_computed_once(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        sending = [service.ask("PUT", "/v1/programs", data=ELF) for _ in range(6)]
        assert await asyncio.gather(*sending) == [(200, KNOWN)] * 6
        assert service.prover.keys == 1

    serve(tmp_path, body)


def test_program__is_no_elf__is_refused_and_not_kept(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        status, told = await service.ask("PUT", "/v1/programs", data=b"no program")
        assert (status, told["error"]["code"]) == (422, "program_invalid")
        name = hashlib.sha256(b"no program").hexdigest()
        status, told = await service.ask("GET", f"/v1/programs/0x{name}")
        assert (status, told["error"]["code"]) == (404, "program_unknown")

    serve(tmp_path, body)


@pytest.mark.parametrize("by", ["sha256", "program_vkey"])
def test_job__of_a_known_program__is_proven_in_every_form(tmp_path: Path, by: str) -> None:
    async def body(service: Service) -> None:
        await service.send_program()
        wanted = {"program": KNOWN[by], "stdin": ["0x01", "0x"]}
        status, told = await service.ask("POST", "/v1/jobs", json=wanted)
        expected = Identity.of(ELF, (b"\x01", b"")).job
        assert (status, told["id"], told["error"]) == (202, expected, None)
        path = f"/v1/jobs/{expected}?wait=5"
        done = {"id": expected, "state": "done", "error": None}
        assert await service.ask("GET", path) == (200, done)
        status, proof = await service.ask("GET", f"/v1/proofs/{expected}")
        assert (status, proof["id"], proof["signer"]) == (200, expected, checksummed(SIGNER))
        assert proof["public_values"] == to_hex(VALUES)
        assert set(proof["forms"]) == {form.value for form in ProofForm}
        digest = LegacyMessage(KEY.vk_hash_bytes, VALUES).digest
        assert recover(digest, from_hex(proof["forms"]["upstream"]["signature"])) == SIGNER
        tee = proof["forms"]["sp1-tee"]
        digest = Sp1TeeMessage(KEY.program_vkey, VALUES).digest
        assert (tee["version"], tee["digest"]) == (2, to_hex(digest))
        signature = from_hex(tee["signature"])
        assert recover(digest, signature) == SIGNER
        assert tee["recovery_id"] == signature[64] - 27
        for form in ProofForm:
            _, one = await service.ask("GET", f"/v1/proofs/{expected}?form={form}")
            assert one == {**proof, "forms": {form.value: proof["forms"][form.value]}}
        assert [work.stdin for work in service.prover.ran] == [(b"\x01", b"")]

    serve(tmp_path, body)


def test_job__asked_for_again__is_answered_by_what_is_stored(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        first = await service.job("0x01")
        await service.ask("GET", f"/v1/jobs/{first}?wait=5")
        wanted = {"program": KNOWN["sha256"], "stdin": ["0x01"]}
        done = {"id": first, "state": "done", "error": None}
        assert await service.ask("POST", "/v1/jobs", json=wanted) == (202, done)
        assert len(service.prover.ran) == 1

    serve(tmp_path, body)


def test_job__with_limits__is_another_and_runs_with_them(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        job = await service.job("0x01", cycle_limit=1000, deadline_seconds=60)
        limits = JobLimits(1000, 60)
        assert job == Identity.of(ELF, (b"\x01",), limits).job
        await service.ask("GET", f"/v1/jobs/{job}?wait=5")
        assert [work.limits for work in service.prover.ran] == [limits]

    serve(tmp_path, body)


def test_job__not_finished_in_time__fails_and_its_run_is_ended(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        running = await service.job("0x01", deadline_seconds=1)
        waiting = await service.job("0x02", deadline_seconds=1)
        for job in (running, waiting):
            _, told = await service.ask("GET", f"/v1/jobs/{job}?wait=5")
            assert (told["state"], told["error"]["code"]) == ("failed", "deadline_exceeded")
        service.prover.gate.set()
        after = await service.job("0x03")
        _, told = await service.ask("GET", f"/v1/jobs/{after}?wait=5")
        assert told["state"] == "done"
        assert [service.jobs.results.of(job) for job in (running, waiting)] == [None, None]

    serve(tmp_path, body)


def test_job__of_an_unknown_program__is_refused_with_what_to_do(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        status, told = await service.ask("POST", "/v1/jobs", json={"program": "0x" + "11" * 32})
        assert (status, told["error"]["code"]) == (404, "program_unknown")
        assert "PUT /v1/programs" in told["error"]["hint"]

    serve(tmp_path, body)


def test_job__form_that_is_not_signed__is_refused_at_once(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        wanted = {"program": await service.send_program(), "form": "statement"}
        status, told = await service.ask("POST", "/v1/jobs", json=wanted)
        assert (status, told["error"]["code"]) == (404, "form_not_signed")
        assert service.prover.ran == []

    serve(tmp_path, body, forms=(ProofForm.UPSTREAM,))


def test_proof__asked_for_while_the_job_runs__waits_for_it(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        asking = asyncio.create_task(service.ask("GET", f"/v1/proofs/{job}?wait=60"))
        await asyncio.sleep(0.05)
        assert not asking.done()
        service.prover.gate.set()
        status, proof = await asking
        assert (status, proof["id"]) == (200, job)

    serve(tmp_path, body)


@pytest.mark.parametrize("knows", [True, False])
def test_job__key_of_the_program_changed_on_disk__is_refused_and_runs_nothing(
    tmp_path: Path, knows: bool
) -> None:
    async def body(service: Service) -> None:
        await service.send_program()
        other = VerifyingKey((1,) * 8).program_vkey
        store = service.jobs.programs._store
        with store.transaction():
            store.execute("UPDATE programs SET program_vkey = ?", to_hex(other))
        if not knows:
            service.keys._said.clear()
        wanted = {"program": to_hex(other), "stdin": []}
        status, told = await service.ask("POST", "/v1/jobs", json=wanted)
        assert (status, told["error"]["code"]) == (404, "program_unknown")
        assert service.prover.ran == []

    serve(tmp_path, body)


def test_job__by_its_key_after_a_restart__asks_the_signer_process_once(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        await service.send_program()
        service.keys._said.clear()
        asked = service.prover.keys
        for stdin in ("0x01", "0x02"):
            wanted = {"program": KNOWN["program_vkey"], "stdin": [stdin]}
            status, _ = await service.ask("POST", "/v1/jobs", json=wanted)
            assert status == 202
        assert service.prover.keys == asked + 1

    serve(tmp_path, body)


def test_proof__made_before_sp1_tees_form_was_signed__says_so(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.signs_sp1_tee = False
        job = await service.job("0x01")
        status, told = await service.ask("GET", f"/v1/proofs/{job}?form=sp1-tee&wait=60")
        assert (status, told["error"]["code"]) == (404, "form_not_signed")
        assert set((await service.ask("GET", f"/v1/proofs/{job}"))[1]["forms"]) == {
            "statement",
            "upstream",
        }

    serve(tmp_path, body)


def test_proof__job_failed_or_runs_or_is_unknown__has_its_error(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.faults.append(GuestFailed("the program panicked", hint="mend it"))
        failed = await service.job("0x01")
        _, told = await service.ask("GET", f"/v1/jobs/{failed}?wait=5")
        error = {"code": "exec_exit_code", "message": "the program panicked", "hint": "mend it"}
        assert (told["state"], told["error"]) == ("failed", error)
        assert await service.ask("GET", f"/v1/proofs/{failed}") == (422, {"error": error})
        service.prover.gate.clear()
        runs = await service.job("0x02")
        status, told = await service.ask("GET", f"/v1/proofs/{runs}")
        assert (status, told["error"]["code"]) == (409, "job_not_finished")
        status, told = await service.ask("GET", f"/v1/proofs/{NOBODY}")
        assert (status, told["error"]["code"]) == (404, "job_unknown")

    serve(tmp_path, body)


def test_client__has_many_open_jobs__has_to_wait(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        program = await service.send_program()
        for number in range(8):
            wanted = {"program": program, "stdin": [f"0x0{number}"]}
            assert (await service.ask("POST", "/v1/jobs", json=wanted))[0] == 202
        status, told = await service.ask("POST", "/v1/jobs", json={"program": program})
        assert (status, told["error"]["code"]) == (503, "queue_full")

    serve(tmp_path, body)


def test_status__says_who_signs_and_what_may_be_asked(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        status, told = await service.ask("GET", "/v1/status")
        assert (status, told["signer"], told["chain_id"]) == (200, checksummed(SIGNER), CHAIN_ID)
        assert (told["open_jobs"], told["halted"]) == (0, None)
        assert told["limits"]["open_jobs_per_client"] == 8
        service.queue.halt(SigningHalted("the engines disagree", hint="wait"))
        _, told = await service.ask("GET", "/v1/status")
        assert told["halted"]["code"] == "signing_halted"
        status, told = await service.ask(
            "GET", "/v1/jobs/" + "0" * 8 + "-0000-8000-8000-" + "0" * 12
        )
        assert (status, told["error"]["code"]) == (503, "signing_halted")

    serve(tmp_path, body)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("PATCH", "/v1/jobs", 405, "method_not_allowed"),
        ("HEAD", "/v1/status", 405, None),
        ("GET", "/v1/jobs/not-an-id", 400, "parameter_invalid"),
        ("DELETE", "/v1/jobs/..%2f..", 400, "parameter_invalid"),
        ("GET", "/v1/programs/0x12", 400, "parameter_invalid"),
        (
            "GET",
            "/v1/proofs/00000000-0000-8000-8000-000000000000?form=zk",
            400,
            "parameter_invalid",
        ),
        ("GET", f"/v1/jobs/{NOBODY}?wait=-1", 400, "parameter_invalid"),
        ("GET", f"/v1/jobs/{NOBODY}?wait=nan", 400, "parameter_invalid"),
        ("GET", f"/v1/jobs/{NOBODY}?wait=1", 404, "job_unknown"),
    ],
)
def test_call__is_none_or_malformed__has_the_one_form_of_errors(
    tmp_path: Path, method: str, path: str, status: int, code: str | None
) -> None:
    async def body(service: Service) -> None:
        url = URL(service.url + path, encoded=True)
        async with service.session.request(method, url) as response:
            assert response.status == status
            if code is not None:
                told: Any = (await response.json())["error"]
                assert (set(told), told["code"]) == ({"code", "message", "hint"}, code)
            if status == 405:
                assert response.headers["Allow"]

    serve(tmp_path, body)


def test_withdraw__by_who_asked__cancels_or_deletes(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        await until(lambda: service.prover.ran != [])
        assert await service.ask("DELETE", f"/v1/jobs/{job}") == (
            200,
            {"id": job, "outcome": "cancelled"},
        )
        _, told = await service.ask("GET", f"/v1/jobs/{job}")
        assert told["error"]["code"] == "job_cancelled"
        # The worker is free again.
        service.prover.gate.set()
        other = await service.job("0x02")
        assert (await service.ask("GET", f"/v1/jobs/{other}?wait=5"))[1]["state"] == "done"
        answer = await service.ask("DELETE", f"/v1/jobs/{other}")
        assert answer == (200, {"id": other, "outcome": "deleted"})
        for path in ("jobs", "proofs"):
            status, told = await service.ask("GET", f"/v1/{path}/{other}")
            assert (status, told["error"]["code"]) == (404, "job_unknown")
        status, told = await service.ask("DELETE", f"/v1/jobs/{other}")
        assert (status, told["error"]["code"]) == (404, "job_unknown")

    serve(tmp_path, body)


def test_withdraw__of_anothers_job__is_refused_and_of_a_shared_one_leaves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "LEFT_SECONDS", 0.05)

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        service.jobs.note_client(job, "another")
        answer = await service.ask("DELETE", f"/v1/jobs/{job}")
        assert answer == (200, {"id": job, "outcome": "left"})
        status, told = await service.ask("DELETE", f"/v1/jobs/{job}")
        assert (status, told["error"]["code"]) == (403, "not_job_owner")
        service.prover.gate.set()
        assert (await service.ask("GET", f"/v1/jobs/{job}?wait=5"))[1]["state"] == "done"

    serve(tmp_path, body)


def test_withdraw__while_another_waits__leaves_it(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        with service.queue.waiting(job, "another"):
            assert (await service.ask("DELETE", f"/v1/jobs/{job}"))[1]["outcome"] == "left"

    serve(tmp_path, body)


def test_withdraw__races_with_the_end__leaves_nothing_half(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        for number in range(40):
            job = await service.job(f"0x{number:02x}")
            await asyncio.sleep(0.0005 * (number % 20))
            _, told = await service.ask("DELETE", f"/v1/jobs/{job}")
            assert told["outcome"] in ("cancelled", "deleted")
            status, left = await service.ask("GET", f"/v1/jobs/{job}")
            if told["outcome"] == "deleted":
                assert status == 404
                assert service.jobs.results.of(job) is None
            else:
                assert left["error"]["code"] == "job_cancelled"
            assert service.workers.fault() is None
        store = service.jobs.programs._store
        assert store.rows("SELECT * FROM stdin_entries") == []
        assert store.rows("PRAGMA foreign_key_check") == []

    serve(tmp_path, body)


def test_job__priority__is_run_before_others_of_the_same_client(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        running = await service.job("0x00")
        await until(lambda: service.prover.ran != [])
        low = await service.job("0x01")
        raised = await service.job("0x02")
        high = await service.job("0x03", priority=9)
        assert await service.job("0x02", priority=5) == raised
        service.prover.gate.set()
        await service.ask("GET", f"/v1/jobs/{low}?wait=5")
        assert [work.job for work in service.prover.ran] == [running, high, raised, low]
        status, told = await service.ask(
            "POST", "/v1/jobs", json={"program": "0x" + "00" * 32, "priority": 10}
        )
        assert (status, told["error"]["code"]) == (400, "body_invalid")

    serve(tmp_path, body)
