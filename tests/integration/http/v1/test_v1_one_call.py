"""`POST /v1/proofs`: a job and its proof in one call."""

import asyncio
from pathlib import Path

from integration.http.v1.service import Service, serve, until

from attestor.core.job import JobState
from attestor.errors import GuestFailed

QUEUED_OR_RUNS = ("queued", "running")


def test_ask__known_program__is_the_proof_that_its_job_has(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        wanted = {"program": await service.send_program(), "stdin": ["0x01"]}
        status, proof = await service.ask("POST", "/v1/proofs", json=wanted)
        assert (status, set(proof["forms"])) == (200, {"upstream", "statement", "sp1-tee"})
        assert await service.ask("GET", f"/v1/proofs/{proof['id']}") == (200, proof)
        assert await service.ask("POST", "/v1/proofs", json=wanted) == (200, proof)
        assert len(service.prover.ran) == 1

    serve(tmp_path, body)


def test_ask__form_is_named__has_that_form_alone(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        wanted = {"program": await service.send_program(), "form": "upstream"}
        status, proof = await service.ask("POST", "/v1/proofs", json=wanted)
        assert (status, set(proof["forms"])) == (200, {"upstream"})

    serve(tmp_path, body)


def test_ask__job_runs_longer_than_the_wait__is_told_its_id(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        wanted = {"program": await service.send_program()}
        status, told = await service.ask("POST", "/v1/proofs?wait=0.05", json=wanted)
        assert (status, told["error"]) == (202, None)
        assert told["state"] in QUEUED_OR_RUNS
        service.prover.gate.set()
        status, proof = await service.ask("GET", f"/v1/proofs/{told['id']}?wait=60")
        assert (status, proof["id"]) == (200, told["id"])

    serve(tmp_path, body)


def test_ask__without_a_wait__waits_as_long_as_the_service_allows(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        wanted = {"program": await service.send_program()}
        asking = asyncio.create_task(service.ask("POST", "/v1/proofs", json=wanted))
        await until(lambda: len(service.prover.ran) == 1)
        await asyncio.sleep(0.05)
        assert not asking.done()
        service.prover.gate.set()
        assert (await asking)[0] == 200

    serve(tmp_path, body)


def test_ask__job_fails__has_its_error(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.faults.append(GuestFailed("the program panicked", hint="mend it"))
        wanted = {"program": await service.send_program()}
        status, told = await service.ask("POST", "/v1/proofs", json=wanted)
        assert (status, told["error"]["code"]) == (422, "exec_exit_code")

    serve(tmp_path, body)


def test_ask__client_leaves_a_job_that_is_not_to_be_kept__is_not_run_on(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        program = await service.send_program()
        wanted = {"program": program, "keep": False}
        status, told = await service.ask("POST", "/v1/proofs?wait=0", json=wanted)
        assert status == 202
        assert not service.jobs.is_kept(told["id"])
        state = service.jobs.state(told["id"])
        assert state in [JobState(name, None, None) for name in QUEUED_OR_RUNS]

    serve(tmp_path, body)


def test_ask__what_is_refused__is_refused_as_for_jobs(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        program = await service.send_program()
        for path, wanted, status, code in (
            ("/v1/proofs?wait=x", {"program": program}, 400, "parameter_invalid"),
            ("/v1/proofs", {"program": program, "stdin": [1]}, 400, "body_invalid"),
            ("/v1/proofs", {"program": "0x" + "00" * 32}, 404, "program_unknown"),
            ("/v1/proofs?registration=nobody", {"program": program}, 422, "registration_unknown"),
        ):
            told = await service.ask("POST", path, json=wanted)
            assert (told[0], told[1]["error"]["code"]) == (status, code)
        assert service.prover.ran == []

    serve(tmp_path, body)
