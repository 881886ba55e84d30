"""What is measured. Every figure is the whole gas of a transaction, from its receipt, unless its
function says otherwise."""

from collections.abc import Callable, Iterator
from pathlib import Path

from cases.chain import Chain
from cases.judged import UPLOAD_TIME, wrong
from cases.table import TABLE
from measures import genuine
from measures.chain import START, GasChain, account, running
from measures.genuine import Sp1Proof
from measures.goals import Figure
from measures.rotating import RotatingMachine
from measures.scenario import DAY, Deployment

from attestor.chain.abi import Contract
from attestor.chain.collateral_store import CollateralKind
from attestor.core.text import checksummed
from attestor.deployment import artifact
from attestor.quote.compact import compact

CONTRACTS = (
    "CollateralReader",
    "CollateralStore",
    "DcapVerifier",
    "MultiProof",
    "SP1Groth16Verifier",
    "TEERegistry",
)
ROTATIONS = 48


Measures = tuple[tuple[str, Callable[[], int]], ...]
"""Names of figures, and what measures each."""


def gas_figures(vectors: Path | None) -> Iterator[Figure]:
    """All that is measured on one chain; the genuine data's when `vectors` is their folder."""
    with running(START) as url:
        chain = GasChain(url)
        deployment = Deployment(chain)
        yield from _deployed(deployment)
        yield from _quote_sizes(deployment)
        yield from _uploads(deployment)
        before = chain.snapshot()
        yield from _day(deployment)
        chain.revert(before)
        yield from _registrations(deployment)
        deployment.admit("used", keep_key=True)
        yield from _uses(deployment)
        yield from _proofs(deployment, vectors)
        if vectors is not None:
            yield from genuine.collateral(chain, vectors)


def matrix_figure() -> Figure:
    """How many rows of the case table the contracts judge wrongly, as raw or as compact quote."""
    with running(UPLOAD_TIME) as url:
        return Figure("quote_matrix_wrong", len(wrong(Chain(url), TABLE)), "rows")


def size_figures() -> Iterator[Figure]:
    """Bytes of each large contract's code, the largest of which EIP-170 limits, and of the store's
    creation, which carries its reader's and is limited by EIP-3860."""
    sizes = {name: len(artifact.load(name).runtime) for name in CONTRACTS}
    yield Figure("largest_contract_bytes", max(sizes.values()), "bytes")
    for name, size in sizes.items():
        yield Figure(f"{name}_bytes", size, "bytes")
    creation = len(artifact.load("CollateralStore").creation)
    yield Figure("CollateralStore_creation_bytes", creation, "bytes")


def _deployed(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """The largest transaction of a deployment, and all of them: store, verifier, registry and
    MultiProof."""
    gas = {name: made.gas for name, made in deployment.record.contracts.items()}
    yield Figure("deploy_store_gas", gas["CollateralStore"])
    yield Figure("deploy_total_gas", sum(gas.values()))


def _quote_sizes(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """Sizes of the quote that all is measured with."""
    quote = deployment.quote(account("sizes")[1])
    yield Figure("quote_raw_bytes", len(quote.trimmed), "bytes")
    yield Figure("quote_compact_bytes", len(compact(quote)), "bytes")


def _uploads(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """First uploads, and what Intel issues anew for the same machine a day later."""
    first = deployment.upload(deployment.items())
    yield Figure("upload_tcb_info_gas", first[CollateralKind.TCB_INFO])
    yield Figure("upload_qe_identity_gas", first[CollateralKind.QE_IDENTITY])
    yield Figure("upload_crl_first_gas", first[CollateralKind.PCK_CRL])
    yield Figure("upload_pck_ca_gas", first[CollateralKind.PCK_CA])
    yield Figure("upload_tcb_signing_gas", first[CollateralKind.TCB_SIGNING])
    yield Figure("upload_evaluation_numbers_gas", first[CollateralKind.EVALUATION_NUMBERS])
    deployment.chain.set_time(START + DAY)
    later = tuple(
        item
        for item in deployment.items(START + DAY)
        if item.kind not in (CollateralKind.PCK_CA, CollateralKind.TCB_SIGNING)
    )
    second = deployment.upload(later)
    yield Figure("upload_crl_refresh_gas", second[CollateralKind.PCK_CRL])
    yield Figure("upload_root_crl_refresh_gas", second[CollateralKind.ROOT_CRL])
    yield Figure("upload_tcb_info_refresh_gas", second[CollateralKind.TCB_INFO])


def _registrations(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """First on a registry that has seen nothing of the machine, in a bucket that nobody has used;
    then where it knows the machine, in a bucket whose signer has ended."""
    chain = deployment.chain
    first: Measures = (
        ("admission_raw_first_gas", lambda: deployment.register_upstreams_way("raw")),
        ("admission_once_first_gas", lambda: deployment.admit("once", keep_key=False)),
    )
    for name, measured in first:
        before = chain.snapshot()
        yield Figure(name, measured())
        chain.revert(before)
    yield Figure("admission_first_gas", deployment.admit("first", keep_key=True))
    yield Figure("renewal_new_slot_gas", deployment.renew("new slot"))
    deployment.end_signers()
    later: Measures = (
        ("admission_raw_gas", lambda: deployment.register_upstreams_way("raw")),
        ("admission_once_gas", lambda: deployment.admit("once", keep_key=False)),
        ("admission_again_gas", lambda: deployment.admit("again", keep_key=True)),
        ("renewal_gas", lambda: deployment.renew("renewed")),
    )
    for name, measured in later:
        before = chain.snapshot()
        yield Figure(name, measured())
        chain.revert(before)


def _uses(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """Of a call by a contract, with the registry cold: without the 21,000 of a transaction."""
    calldata = Contract.named("TEERegistry").encode(
        "verifyAttestedProver", checksummed(deployment.latest_signer[1])
    )
    cost, answer = deployment.chain.cost_of_call(deployment.registry.address, calldata)
    assert int.from_bytes(answer, "big") == 1, "the signer is not valid"
    yield Figure("verify_attested_prover_gas", cost)


def _proofs(deployment: Deployment[GasChain], vectors: Path | None) -> Iterator[Figure]:
    """Under a gateway that takes everything, and under our Groth16 verifier with a proof that SP1
    has published."""
    made_up = genuine.made_up_proof()
    yield Figure("multiproof_tee_leg_double_gas", _tee_leg(deployment, made_up))
    if vectors is not None:
        leg = _tee_leg(deployment, genuine.sp1_proof(vectors))
        yield Figure("multiproof_tee_leg_gas", leg)


def _tee_leg(deployment: Deployment[GasChain], proof: Sp1Proof) -> int:
    """A transaction with both proofs, less one that has the gateway check the same SP1 proof."""
    chain, registry = deployment.chain, deployment.registry.address
    gateway = chain.create(proof.gateway_creation)
    creation = artifact.load("MultiProof").creation_code(
        (checksummed(registry), checksummed(gateway), 1, False)
    )
    multiproof = chain.create(creation)
    alone = chain.send(gateway, proof.gateway_calldata())
    return chain.send(multiproof, proof.both_calldata(deployment.latest_signer[0])) - alone


def _day(deployment: Deployment[GasChain]) -> Iterator[Figure]:
    """What the daemon's rotation sends in a day, half an hour each: one day after the first."""
    rotation = RotatingMachine(deployment)
    first = rotation.day(ROTATIONS)
    second = rotation.day(ROTATIONS)
    rotation.close()
    yield Figure("gas_first_day_48_rotations", sum(first))
    yield Figure("gas_per_day_48_rotations", sum(second))
    later = tuple(
        item
        for item in deployment.items(deployment.chain.node.head().timestamp)
        if item.kind not in (CollateralKind.PCK_CA, CollateralKind.TCB_SIGNING)
    )
    uploads = deployment.upload(later)
    yield Figure("gas_per_day_with_collateral", sum(second) + sum(uploads.values()))
