"""The service's own calls, below `/v1`: a program is sent once, and a job refers to it."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from attestor.client import answers
from attestor.client.checks import Answered, Form
from attestor.client.stage import Stage
from attestor.client.transport import Transport
from attestor.core import strict_json
from attestor.core.text import from_hex, one_line, to_hex
from attestor.errors import ProofRefused, ProverFailed
from attestor.http.wire import TeeProof
from attestor.net import Deadline, Response

WAIT_SECONDS = 25.0
"""Of one call that waits: less than after what proxies give up."""
JSON = "application/json"
OCTETS = "application/octet-stream"
ABSENT = (404, 405, 501)
"""What a server without these calls answers, which is no error in their form."""
PROGRAM_UNKNOWN = "program_unknown"
_CODE = re.compile("[a-z0-9_]{1,64}")


class V1:
    """One service's calls. Each has what is left until a deadline."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def prove(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        form: Form,
        deadline: Deadline,
        progress: Callable[[Stage], None],
    ) -> Answered | None:
        """What the service answers, once the job is finished; None where it has no such calls."""
        asked = json.dumps(
            {
                "program": to_hex(hashlib.sha256(program).digest()),
                "stdin": [to_hex(entry) for entry in stdin],
                "form": form.value,
                "keep": False,
            }
        ).encode()
        response = self._job(asked, deadline)
        code = _error_code(response)
        if response.status in ABSENT and code is None:
            return None
        if code == PROGRAM_UNKNOWN:
            progress(Stage.SENDING)
            self._send(program, deadline)
            response = self._job(asked, deadline)
        job = answers.proof_id(_text(_members(response, "/v1/jobs", 202), "id").encode())
        progress(Stage.PROVING)
        self._wait(job, deadline)
        progress(Stage.FETCHING)
        return self._proof(job, form, deadline)

    def _job(self, asked: bytes, deadline: Deadline) -> Response:
        path = self._transport.for_registration("/v1/jobs")
        return self._transport.ask("POST", path, deadline, body=asked, kind=JSON)

    def _send(self, program: bytes, deadline: Deadline) -> None:
        path = "/v1/programs"
        response = self._transport.ask("PUT", path, deadline, body=program, kind=OCTETS)
        _members(response, path, 200)

    def _wait(self, job: str, deadline: Deadline) -> None:
        """Until the job is over. Raises `ProverFailed` for one that failed."""
        while True:
            path = f"/v1/jobs/{job}?wait={WAIT_SECONDS:g}"
            told = _members(self._transport.ask("GET", path, deadline), "/v1/jobs", 200)
            state = told.get("state")
            if state == "done":
                return
            if state == "failed":
                raise _failed("the job failed", told.get("error"))
            if state not in ("queued", "running"):
                raise ProofRefused(f"the service answered no state of a job: {state!r:.40}")
            # A service that does not wait must not be asked without a pause.
            self._transport.pause(0.1, deadline)

    def _proof(self, job: str, form: Form, deadline: Deadline) -> Answered:
        most = self._transport.max_proof_bytes
        path = f"/v1/proofs/{job}"
        response = self._transport.ask("GET", path, deadline, max_bytes=most)
        told = _members(response, "/v1/proofs", 200)
        forms = told.get("forms")
        if not isinstance(forms, dict):
            raise _no_proof("it has no forms")
        return Answered(job, _tee_proof(told, forms), _statement(forms, form))


def _tee_proof(told: dict[str, Any], forms: dict[str, Any]) -> TeeProof:
    upstream = forms.get("upstream")
    if not isinstance(upstream, dict):
        raise _no_proof("it has no form upstream")
    try:
        proof = TeeProof(
            signature=from_hex(upstream["signature"]),
            vk_hash_bytes=from_hex(told["vk_hash_bytes"]),
            public_values=from_hex(told["public_values"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise _no_proof(repr(error)) from None
    if len(proof.signature) != 65 or len(proof.vk_hash_bytes) != 32:
        raise _no_proof("its signature has not 65 or its vk not 32 bytes")
    return proof


def _statement(forms: dict[str, Any], form: Form) -> answers.SignedAnswer | None:
    if form is not Form.STATEMENT or "statement" not in forms:
        return None
    return answers.statement_of(forms["statement"])


def _members(response: Response, name: str, expected: int) -> dict[str, Any]:
    """The JSON object of an answer. Raises `ProverFailed` for an error, `ProofRefused` for what is
    none."""
    try:
        told = strict_json.loads(response.body)
    except ValueError:
        told = None
    if response.status != expected:
        error = told.get("error") if isinstance(told, dict) else None
        raise _failed(f"{name} answered {response.status}", error, response.body)
    if not isinstance(told, dict):
        raise ProofRefused(f"{name} answered no JSON object")
    return told


def _error_code(response: Response) -> str | None:
    """The code of an error in the form of `/v1`; None for any other answer."""
    if response.status < 400:
        return None
    try:
        code = strict_json.loads(response.body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None


def _failed(what: str, error: object, body: bytes = b"") -> ProverFailed:
    """An error of the service, with its own words, cut to a line."""
    if not isinstance(error, dict):
        said = one_line(body[:600].decode(errors="replace"))
        return ProverFailed(f"{what}: {said}" if said else what)
    message, code = (one_line(str(error.get(key)))[:300] for key in ("message", "code"))
    hint = error.get("hint")
    shown = one_line(hint)[:300] if isinstance(hint, str) else None
    return ProverFailed(f"{what}: {message} [{code}]", hint=shown)


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) and value.isascii() else ""


def _no_proof(why: str) -> ProofRefused:
    return ProofRefused(f"the service answered no proof: {why:.120}")
