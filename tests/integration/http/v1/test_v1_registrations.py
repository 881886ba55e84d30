"""/v1 for one of several registrations, and for who may not ask."""

import time
from pathlib import Path

import pytest
from integration.http.v1.service import CHAIN_ID, Service, serve

from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.core.client import NO_LIMITS
from attestor.core.quotas import NAMES, Quotas
from attestor.http.access import Access, AccessRules
from attestor.http.clients import Asking

FIRST = f"{CHAIN_ID}:0x{'11' * 20}"
OTHER = f"{CHAIN_ID + 1}:0x{'22' * 20}"


async def asked(service: Service, query: str, **more: object) -> tuple[int, dict[str, object]]:
    wanted = {"program": await service.send_program(), "stdin": ["0x01"], **more}
    status, told = await service.ask("POST", f"/v1/jobs{query}", json=wanted)
    return status, told


def test_jobs__of_two_registrations__are_two_and_each_is_found_by_its_id(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        ids = []
        for query, place in (("", FIRST), ("?registration=other", OTHER)):
            status, told = await asked(service, query)
            assert status == 202, told
            job = told["id"]
            ids.append(job)
            _, told = await service.ask("GET", f"/v1/jobs/{job}?wait=30")
            assert told["state"] == "done"
            status, proof = await service.ask("GET", f"/v1/proofs/{job}?registration={place}")
            assert (status, proof["registration"].lower()) == (200, place)
        assert ids[0] != ids[1]
        assert service.prover.keys == 1
        status, told = await asked(service, f"?registration={OTHER}")
        assert (status, told["id"]) == (202, ids[1])

    serve(tmp_path, body)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/jobs/{}"),
        ("GET", "/v1/jobs/{}/events"),
        ("GET", "/v1/proofs/{}"),
        ("DELETE", "/v1/jobs/{}"),
    ],
)
def test_job__another_registration_is_named__is_refused(
    method: str, path: str, tmp_path: Path
) -> None:
    async def body(service: Service) -> None:
        _, told = await asked(service, "?registration=other")
        for named in (FIRST, "nothing"):
            whole = f"{path.format(told['id'])}?registration={named}"
            status, answer = await service.ask(method, whole)
            assert (status, answer["error"]["code"]) == (422, "registration_unknown")
        assert (await service.ask("GET", f"/v1/jobs/{told['id']}"))[0] == 200

    serve(tmp_path, body)


def test_form__not_signed_for_that_registration__is_refused_there_alone(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        status, told = await asked(service, "?registration=other", form="statement")
        assert (status, told["error"]["code"]) == (404, "form_not_signed")  # type: ignore[index]
        assert (await asked(service, "", form="statement"))[0] == 202

    serve(tmp_path, body)


def test_status__registration__is_told_with_all_others(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        first = await service.ask("GET", "/v1/status")
        other = await service.ask("GET", "/v1/status?registration=other")
        assert (first[1]["chain_id"], other[1]["chain_id"]) == (CHAIN_ID, CHAIN_ID + 1)
        assert (first[1]["forms"], other[1]["forms"]) == (
            ["sp1-tee", "statement", "upstream"],
            ["sp1-tee", "upstream"],
        )
        assert [one["name"] for one in first[1]["registrations"]] == [None, "other"]
        assert (await service.ask("GET", "/v1/status?registration="))[0] == 422

    serve(tmp_path, body)


def access(rules: AccessRules) -> Access:
    known = KnownClients(None, time.monotonic)
    return Access(rules, known, Usage(time.monotonic), Asking())


@pytest.mark.parametrize(
    "path", ["/v1/status", "/v1/jobs/x", "/v1/openapi.json", "/v1/nothing", "/v1/proofs/x"]
)
def test_v1__who_has_no_name__is_401_in_the_one_form(path: str, tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        status, told = await service.ask("GET", path)
        assert (status, told["error"]["code"]) == (401, "unauthenticated")
        status, told = await service.ask("GET", path, headers={"Authorization": "Bearer atk_no"})
        assert (status, told["error"]["code"]) == (401, "key_refused")

    serve(tmp_path, body, access=access(AccessRules(anonymous_here=False)))


def test_v1__quota_used_up__is_429_in_the_one_form(tmp_path: Path) -> None:
    few = Quotas.of_numbers({name: 0 for name in NAMES} | {"requests_per_minute": 2})
    assert few != NO_LIMITS
    rules = AccessRules(anonymous_elsewhere=True, unnamed=few)

    async def body(service: Service) -> None:
        # What came by a proxy is not this machine's.
        far = {"X-Forwarded-For": "192.0.2.7"}
        answers = [await service.ask("GET", "/v1/status", headers=far) for _ in range(4)]
        assert answers[0][0] == 200
        status, told = answers[-1]
        assert (status, told["error"]["code"]) == (429, "quota_exceeded")
        assert told["error"]["limit"] == "requests_per_minute"

    serve(tmp_path, body, access=access(rules))
