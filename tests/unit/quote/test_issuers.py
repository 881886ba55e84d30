"""Who may sign which collateral."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.errors import CollateralInvalid
from attestor.quote.collateral import Collateral
from attestor.quote.issuers import require_issuers
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.certificate import Certificates, CertificateShape
from attestor.quote.simulated.variation import Machine

CHAINS = {
    "tcb_info_issuer_chain": "TCB info",
    "qe_identity_issuer_chain": "QE identity",
    "pck_crl_issuer_chain": "PCK CRL",
}


@pytest.mark.parametrize("authority", ["Platform", "Processor"])
def test_require__intels_offices__pass(
    make_platform: Callable[..., SimulatedPlatform], authority: str
) -> None:
    require_issuers(make_platform(machine=Machine(authority=authority)).collateral())


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("signer", ["pck", "root"])
def test_require__another_certificate_of_the_same_root__is_refused(
    platform: SimulatedPlatform, chain: str, signer: str
) -> None:
    pem: Any = platform.pki.chain((signer, "root"))
    with pytest.raises(CollateralInvalid, match=f"the {CHAINS[chain]} is issued by 'Intel SGX"):
        require_issuers(replace(platform.collateral(), **{chain: pem}))


def test_require__offices_exchanged__are_refused(platform: SimulatedPlatform) -> None:
    sound = platform.collateral()
    crl = replace(sound, pck_crl_issuer_chain=sound.tcb_info_issuer_chain)
    with pytest.raises(CollateralInvalid, match="the PCK CRL is issued by 'Intel SGX TCB Signing'"):
        require_issuers(crl)
    info = replace(sound, tcb_info_issuer_chain=sound.pck_crl_issuer_chain)
    with pytest.raises(
        CollateralInvalid, match="'Intel SGX PCK Platform CA', not by Intel SGX TCB"
    ):
        require_issuers(info)


@pytest.mark.parametrize("name", ["Intel SGX TCB Signing ", "intel sgx tcb signing", "x" * 64])
def test_require__name_that_is_only_like_it__is_refused(
    make_platform: Callable[..., SimulatedPlatform], name: str
) -> None:
    shapes = Certificates(tcb_signing=CertificateShape(common_name=name))
    with pytest.raises(CollateralInvalid, match="TCB info is issued by"):
        require_issuers(make_platform(certificates=shapes).collateral())


@pytest.mark.parametrize(
    "pem", ["", "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]
)
def test_require__chain_that_is_none__is_refused(platform: SimulatedPlatform, pem: str) -> None:
    sound: Collateral = platform.collateral()
    with pytest.raises(CollateralInvalid, match="the QE identity's issuer cannot be read"):
        require_issuers(replace(sound, qe_identity_issuer_chain=pem))


def test_require__genuine__passes(vectors: Path) -> None:
    for name in ("tdx_v4", "sgx_v3", "tdx_v5_outdated"):
        text = (vectors / "dcap" / name / "collateral.json").read_bytes()
        require_issuers(Collateral.from_json(text))
