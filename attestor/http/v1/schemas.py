"""JSON schemas of what `/v1` takes and answers, by their names in the OpenAPI document."""

from typing import Any

from attestor.core.job import MAX_DEADLINE_SECONDS, MAX_PRIORITY, Withdrawn
from attestor.http.v1.forms import ProofForm
from attestor.http.wire import MAX_STDIN_ENTRIES

MAX_CYCLE_LIMIT = (1 << 63) - 1
JOB_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def ref(name: str) -> dict[str, str]:
    """The schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _text(about: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": about, **more}


def _hex(about: str, size: int | None = None) -> dict[str, Any]:
    digits = f"{{{2 * size}}}" if size is not None else "*"
    return _text(about, pattern=f"^0x[0-9a-f]{digits}$")


def _number(about: str, **more: Any) -> dict[str, Any]:
    return {"type": "integer", "description": about, "minimum": 0, **more}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _object(about: str, needed: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "description": about,
        "properties": {**needed, **others},
        "required": list(needed),
        "additionalProperties": False,
    }


JOB_ID_SCHEMA = _text("The job's id, which follows from its content.", pattern=f"^{JOB_ID}$")
FORM_SCHEMA = {"type": "string", "enum": [form.value for form in ProofForm]}
PROGRAM_NAME_SCHEMA = _text(
    "A program that was sent: sha256 of its ELF, or its verifying key (bytes32).",
    pattern="^0x[0-9a-fA-F]{64}$",
)

_ERROR = _object(
    "An error.",
    {
        "code": _text("Stable across releases."),
        "message": _text("What is wrong, and where."),
        "hint": _or_null(_text("What to do.")),
    },
    request_id=_text("The answer's X-Request-Id, by which the operator finds it in the log."),
    limit=_text("Which quota is used up."),
)
_JOB = _object(
    "How a job stands.",
    {
        "id": JOB_ID_SCHEMA,
        "state": {"type": "string", "enum": ["queued", "running", "done", "failed"]},
        "error": {"anyOf": [ref("ErrorBody"), {"type": "null"}]},
    },
)
_REQUEST = _object(
    "A job. The id follows from program, stdin, limits and registration: the same request is the "
    "same job.",
    {"program": PROGRAM_NAME_SCHEMA},
    stdin={
        "type": "array",
        "description": "The entries of stdin, as the program reads them.",
        "maxItems": MAX_STDIN_ENTRIES,
        "items": _text("One entry.", pattern="^0x([0-9a-fA-F]{2})*$"),
        "default": [],
    },
    form={**FORM_SCHEMA, "description": "Refuse the job at once unless this form is signed."},
    keep={
        "type": "boolean",
        "description": "Run the job whether or not anyone waits; false: only while somebody does.",
        "default": True,
    },
    cycle_limit=_number("End the run at so many cycles.", minimum=1, maximum=MAX_CYCLE_LIMIT),
    deadline_seconds=_number(
        "Fail unless the job is finished so long after it was accepted.",
        minimum=1,
        maximum=MAX_DEADLINE_SECONDS,
    ),
    priority=_number(
        "Run the job before those of the same client that have a lower one.",
        minimum=0,
        maximum=MAX_PRIORITY,
    ),
)
_STATEMENT_FORM = _object(
    "The EIP-712 statement that MultiProof takes, with the struct's fields in Solidity's names.",
    {
        "statement": _object(
            "The struct.",
            {
                "programVKey": _hex("Verifying key, bytes32 form.", 32),
                "publicValuesHash": _hex("sha256 of the public values.", 32),
                "exitCode": _number("0."),
                "stdinHash": _hex("sha256 over each entry's length (u64 BE) and bytes.", 32),
                "circuitVersion": _text("SP1's."),
                "expiresAt": _number("Unix seconds."),
            },
        ),
        "chainId": _number("Of the domain."),
        "registry": _text("Where the signer is registered."),
        "contract": _text("The MultiProof."),
        "signer": _text("Who signed."),
        "signature": _hex("r, s, v.", 65),
    },
)
_UPSTREAM_FORM = _object(
    "The message of Automata's sp1-tee-prover: keccak256(sha256(vk hash bytes, public values)).",
    {"digest": _hex("What is signed.", 32), "signature": _hex("r, s, v.", 65)},
)
_SP1_TEE_FORM = _object(
    "What Succinct's sp1-tee signs: keccak256 of keccak256(version as u32 LE), the program's key "
    "and keccak256(public values). It names neither chain nor time. The proof bytes that an "
    "SP1TeeVerifier takes hold a ZK proof as well, which is not made here.",
    {
        "version": _number("SP1_TEE_VERSION."),
        "digest": _hex("What is signed.", 32),
        "signature": _hex("r, s, v.", 65),
        "recovery_id": _number("v - 27, which sp1-tee has beside r and s."),
    },
)
_PROOF = _object(
    "A finished job's result, with its signatures.",
    {
        "id": JOB_ID_SCHEMA,
        "registration": _text("Chain id and registry for which it is signed."),
        "program_vkey": _hex("Verifying key, bytes32 form.", 32),
        "vk_hash_bytes": _hex("Verifying key, the older form.", 32),
        "public_values": _hex("What the program committed to."),
        "signer": _text("Who signed all forms."),
        "valid_until": _number("End of the signer's registration, Unix seconds."),
        "cycles": _number("What the run took."),
        "engine": _text("What ran it."),
        "circuit_version": _text("Of SP1's circuits, which the key is for."),
        "executor": _or_null(_text("Whether the executor is the one that was recorded.")),
        "cross_check": _text("When SP1's engine repeats the run."),
        "finding": _or_null(_text("What that found until now.")),
        "forms": {
            "type": "object",
            "description": "What is signed, by form.",
            "properties": {
                ProofForm.UPSTREAM.value: ref("UpstreamForm"),
                ProofForm.STATEMENT.value: ref("StatementForm"),
                ProofForm.SP1_TEE.value: ref("Sp1TeeForm"),
            },
            "additionalProperties": False,
        },
    },
)
_PROGRAM = _object(
    "A program that the service has.",
    {
        "sha256": _hex("Of the ELF.", 32),
        "size": _number("Bytes."),
        "program_vkey": _or_null(_hex("bytes32 form; null until it was computed.", 32)),
        "vk_hash_bytes": _or_null(_hex("The older form.", 32)),
        "circuit_version": _text("Of SP1's circuits, which the program is for."),
    },
)
_STATUS = _object(
    "The service, as it stands.",
    {
        "version": _text("Of attestor."),
        "registration": _text("Chain id and registry of what is told here."),
        "registrations": {
            "type": "array",
            "description": "All that may be asked for, the default one first.",
            "items": _object(
                "One.",
                {
                    "name": _or_null(_text("The operator's name of it, where it has one.")),
                    "registration": _text("Chain id and registry."),
                },
            ),
        },
        "chain_id": _number("Of the chain on which its signers are registered."),
        "signer": _or_null(_text("Who signs at the moment.")),
        "chain_time": _number("Of the newest block, Unix seconds; 0 before the first."),
        "circuit_version": _text("SP1's, for which every service runs programs."),
        "forms": {"type": "array", "items": FORM_SCHEMA, "description": "What is signed."},
        "open_jobs": _number("Jobs for this registration that wait or run."),
        "limits": _object(
            "What a client may ask for.",
            {
                "open_jobs": _number("Of all clients together."),
                "open_jobs_per_client": _number("Of one."),
                "body_bytes": _number("Size of a request's body."),
                "stdin_entries": _number("Of one job."),
                "wait_seconds": {"type": "number", "description": "Of one long poll."},
            },
        ),
        "halted": {"anyOf": [ref("ErrorBody"), {"type": "null"}]},
    },
)
SCHEMAS: dict[str, dict[str, Any]] = {
    "ErrorBody": _ERROR,
    "Error": _object("Every answer that is an error.", {"error": ref("ErrorBody")}),
    "Event": _object(
        "A server-sent event.",
        {
            "event": {"type": "string", "enum": ["job", "error"]},
            "data": _text("A Job, or an ErrorBody, as JSON.", contentMediaType="application/json"),
        },
    ),
    "Job": _JOB,
    "JobRequest": _REQUEST,
    "Program": _PROGRAM,
    "Proof": _PROOF,
    "Sp1TeeForm": _SP1_TEE_FORM,
    "StatementForm": _STATEMENT_FORM,
    "Status": _STATUS,
    "UpstreamForm": _UPSTREAM_FORM,
    "Withdrawal": _object(
        "What became of a job that was withdrawn.",
        {
            "id": JOB_ID_SCHEMA,
            "outcome": {"type": "string", "enum": [one.value for one in Withdrawn]},
        },
    ),
}
