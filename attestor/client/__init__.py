"""A client of the proving service that believes nothing: every answer is checked against what was
asked for.

    registry = RegistryView(Node.of(["http://127.0.0.1:8545"], chain_id=31337), address)
    client = ProverClient("http://127.0.0.1:3000", registry, multiproof=multiproof)
    proof = client.prove(elf, [stdin_entry], vkey=program_vkey)

`AsyncProverClient(client)` is the same for asyncio. What was not checked, as nothing was given to
check it by, is in `proof.unchecked`. Nothing of the daemon is imported here (extra `client`).
"""

from attestor.client.asynchronous import AsyncProverClient
from attestor.client.checks import CheckedProof, Form, Point
from attestor.client.credentials import Credentials
from attestor.client.prover import ProverClient
from attestor.client.registry import RegistryView
from attestor.client.stage import Stage

__all__ = [
    "AsyncProverClient",
    "CheckedProof",
    "Credentials",
    "Form",
    "Point",
    "ProverClient",
    "RegistryView",
    "Stage",
]
