"""`GET /statement`: the EIP-712 form of a proof's statement, as MultiProof takes it."""

from aiohttp import web

from attestor.core.served import Served
from attestor.core.text import checksummed, to_hex
from attestor.http.registrations import Registrations
from attestor.store.results import StoredStatement


class Statements:
    """The handler. The answer has the struct's fields under their Solidity names."""

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations

    def add_to(self, application: web.Application) -> None:
        """Serve the path."""
        application.router.add_get("/statement", self.statement)

    async def statement(self, request: web.Request) -> web.Response:
        """The statement of the job that `?proof_id=` names; 404 where there is none. Raises
        `SigningHalted` as the other calls do."""
        self._registrations.require_not_halted()
        job = request.query.get("proof_id", "")
        serving = await self._registrations.of_job(job, request)
        result = await serving.answers.result(job)
        if result is None or result.statement is None:
            return web.Response(status=404)
        body = statement_body(result.statement, serving.served)
        headers = {"X-Attestor-Executor": result.executor or "unknown"}
        return web.json_response(body, headers=headers)


def statement_body(found: StoredStatement, served: Served) -> dict[str, object]:
    """A statement as JSON: the struct's fields under their Solidity names, and the signature."""
    signed = found.statement
    return {
        "statement": {
            "programVKey": to_hex(signed.program_vkey),
            "publicValuesHash": to_hex(signed.public_values_hash),
            "exitCode": signed.exit_code,
            "stdinHash": to_hex(signed.stdin_hash),
            "circuitVersion": signed.circuit_version,
            "expiresAt": signed.expires_at,
        },
        "chainId": served.chain_id,
        "registry": checksummed(served.registry),
        "contract": checksummed(found.contract),
        "signer": checksummed(found.signer),
        "signature": to_hex(found.signature),
    }
