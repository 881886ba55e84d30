"""Thousands of changed quotes, the same for the same seed: bytes changed behind the signatures'
back, fields changed and signed anew, and machines and TCB infos drawn at random."""

from dataclasses import replace
from random import Random

from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform, Variation
from attestor.quote.simulated.builder import assemble_quote
from attestor.quote.simulated.issued import (
    Issued,
    IsvLevel,
    ModuleIdentity,
    QeIdentity,
    TcbLevel,
)
from attestor.quote.simulated.keys import derive_key, sign
from attestor.quote.simulated.variation import Machine, QuotingEnclave, TrustDomain

STATUSES = (
    "UpToDate",
    "SWHardeningNeeded",
    "ConfigurationNeeded",
    "ConfigurationAndSWHardeningNeeded",
    "OutOfDate",
    "OutOfDateConfigurationNeeded",
)
ISV_STATUSES = ("UpToDate", "UpToDate", "UpToDate", "OutOfDate", "OutOfDate")
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF)


def mutated(random: Random, raw: bytes, often_below: int) -> bytes:
    """Some bytes overwritten, removed or inserted; often before `often_below`."""
    changed = bytearray(raw)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        limit = random.choice((60, often_below, len(changed)))
        at = random.randrange(max(1, min(limit, len(changed))))
        kind = random.choice(("flip", "flip", "overwrite", "remove", "insert", "cut", "append"))
        if kind == "flip":
            changed[at : at + 1] = bytes(
                [(changed[at] if changed else 0) ^ 1 << random.randrange(8)]
            )
        elif kind == "overwrite":
            changed[at : at + 1] = bytes([random.choice(EDGES)])
        elif kind == "remove":
            del changed[at : at + random.choice((1, 2, 32, 64))]
        elif kind == "insert":
            changed[at:at] = random.randbytes(random.choice((1, 2, 32, 64)))
        elif kind == "cut":
            del changed[at:]
        else:
            changed += random.choice((bytes(1), bytes(64), random.randbytes(3)))
    return bytes(changed)


def signed_anew(random: Random, platform: SimulatedPlatform, raw: bytes) -> bytes:
    """A quote with a few bytes of header, body or QE report changed, and every signature made
    again: what a verifier must judge by the fields alone."""
    quote = parse(raw)
    signed, qe_report = bytearray(quote.signed_region), bytearray(quote.evidence.qe_report)
    for _ in range(random.choice((1, 1, 2))):
        part = random.choice((signed, signed, qe_report))
        at = random.choice((random.randrange(len(part)), random.randrange(min(200, len(part)))))
        part[at] = random.choice((part[at] ^ 1 << random.randrange(8), random.choice(EDGES)))
    key = derive_key(platform.seed, "attestation")
    evidence = quote.evidence
    return assemble_quote(
        platform.variation.envelope,
        bytes(signed),
        sign(key, bytes(signed)),
        quote.attestation_key,
        bytes(qe_report),
        sign(platform.pki.pck.key, bytes(qe_report)),
        evidence.qe_auth_data,
        evidence.certification_data,
    )


def random_issued(random: Random, sound: Issued) -> Issued:
    """TCB info and QE identity with levels and statuses drawn at random, over small numbers so
    that machines often meet them; all in Intel's order, from high to low."""
    levels = [_level(random) for _ in range(random.randint(1, 5))]
    if random.random() < 0.7:
        levels.append(TcbLevel((0,) * 16, (0,) * 16, 0, random.choice(STATUSES)))
    levels.sort(key=lambda level: (level.cpu_svn, level.pce_svn, level.tdx_svn), reverse=True)
    modules = tuple(
        ModuleIdentity(f"TDX_{version:02X}", _isv_levels(random))
        for version in random.sample(range(1, 4), random.choice((0, 1, 2, 3, 3, 3)))
    )
    identity: QeIdentity = replace(sound.qe_identity, levels=_isv_levels(random))
    return replace(sound, levels=tuple(levels), modules=modules, qe_identity=identity)


def random_platform(random: Random, sound: Variation) -> Variation:
    """A machine, a QE and a TD whose levels are small numbers drawn at random."""
    machine: Machine = replace(
        sound.machine, cpu_svn=_few(random, 16), pce_svn=random.choice((0, 1, 2, 3, 300))
    )
    enclave: QuotingEnclave = replace(sound.enclave, isv_svn=random.randint(0, 4))
    domain: TrustDomain = replace(
        sound.trust_domain, tee_tcb_svn=_tee_svn(random), tee_tcb_svn2=_tee_svn(random)
    )
    return replace(sound, machine=machine, enclave=enclave, trust_domain=domain)


def _level(random: Random) -> TcbLevel:
    return TcbLevel(
        cpu_svn=_few(random, 16, low=True),
        tdx_svn=_few(random, 16, low=True),
        pce_svn=random.choice((0, 1, 2)),
        status=_rarely_revoked(random, STATUSES),
    )


def _isv_levels(random: Random) -> tuple[IsvLevel, ...]:
    numbers = sorted({random.choice((0, 1)), *random.sample(range(4), 2)}, reverse=True)
    return tuple(IsvLevel(number, _rarely_revoked(random, ISV_STATUSES)) for number in numbers)


def _rarely_revoked(random: Random, statuses: tuple[str, ...]) -> str:
    return "Revoked" if random.random() < 0.05 else random.choice(statuses)


def _few(random: Random, count: int, *, low: bool = False) -> tuple[int, ...]:
    """Mostly equal numbers, so that levels are met about as often as not."""
    usual = random.choice((0, 0, 1)) if low else random.choice((0, 1, 2, 255))
    numbers = [usual] * count
    for _ in range(random.choice((0, 0, 1, 2))):
        numbers[random.randrange(count)] = random.choice((0, 1, 2, 128))
    return tuple(numbers)


def _tee_svn(random: Random) -> bytes:
    minor, major = random.randint(0, 3), random.choice((0, 1, 1, 2, 3))
    return bytes((minor, major, *_few(random, 14)))
