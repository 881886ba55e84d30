"""The root CAs that quotes may lead to."""

import time

from attestor.deployment.plan import Root

_INTEL_NAME = bytes.fromhex(
    "3068311a301806035504030c11496e74656c2053475820526f6f74204341311a3018060355040a0c"
    "11496e74656c20436f72706f726174696f6e3114301206035504070c0b53616e746120436c617261"
    "310b300906035504080c024341310b3009060355040613025553"
)


def intel() -> Root:
    """Intel SGX Root CA, valid to the end of 2049."""
    return Root(
        x=0x0BA9C4C0C0C86193A3FE23D6B02CDA10A8BBD4E88E48B4458561A36E705525F5,
        y=0x67918E2EDC88E40D860BD0CC4EE26AACC988E505A953558C453F6B0904AE7394,
        name=_INTEL_NAME,
        key_id=bytes.fromhex("22650cd65a9d3489f383b49552bf501b392706ac"),
        simulated=False,
    )


def simulated(seed: str, chain_id: int) -> Root:
    """The root of the simulated platform of a seed. Raises `SimulationRefused` outside of
    development chains."""
    from attestor.quote.simulated import SimulatedPlatform

    platform = SimulatedPlatform(seed=seed.encode(), chain_id=chain_id, now=int(time.time()))
    return of(platform.root_der)


def of(root_der: bytes) -> Root:
    """The root of a simulated platform's certificate."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509 import SubjectKeyIdentifier, load_der_x509_certificate

    root = load_der_x509_certificate(root_der)
    key = root.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    numbers = key.public_numbers()
    return Root(
        x=numbers.x,
        y=numbers.y,
        name=root.subject.public_bytes(),
        key_id=root.extensions.get_extension_for_class(SubjectKeyIdentifier).value.digest,
        simulated=True,
    )
