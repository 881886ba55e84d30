"""Automata's reasons in words, and who can do something about each.

Its verifier answers with a code of capital letters (automata-dcap-attestation,
evm/contracts/types/Errors.sol), or reverts with an error of its PCCS (PCCSRouter.sol); version 1.1.
Our registry gives both on inside of errors of its own, upstream's registry as they come.
"""

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from attestor.core.keccak import keccak

_ATTESTERS = (
    "holders of ATTESTER_ROLE on the PCCS's versioned DAOs upload it, which is Automata as a rule: "
    "ask them, or have the registry's owner take a verifier over a PCCS of your own"
)
_ANYBODY = "anybody can upload it to the PCCS: AutomataPcsDao's {}"
_PLATFORM = "the machine's owner: update its BIOS, microcode or TDX module"
_OURS = "nothing on chain: the quote itself is refused, see attestor quote"
_OWNER = "the registry's owner: the verifier cannot be used as it is configured"

_REVERTED = keccak(b"AutomataReverted(bytes)")[:4]
_WRAPPED = {keccak(b"AutomataRefused(bytes)")[:4], _REVERTED}

CODES: dict[str, tuple[str, str]] = {
    "TEE": ("it does not know the quote's TEE type", _OURS),
    "OUTS": ("the output has another size than it should", _OWNER),
    "QHS": ("the quote's length is wrong", _OURS),
    "QHV": ("the quote's version is wrong", _OURS),
    "QHATTF": ("the quote's attestation key has a type that it does not take", _OURS),
    "QEVEN": ("the quote is not of Intel's quoting enclave", _OURS),
    "QBF": ("the quote's body cannot be parsed", _OURS),
    "QBS": ("the quote's body has another size than it should", _OURS),
    "ADS": ("the quote's authentication data have another size than they should", _OURS),
    "ADF": ("the quote's authentication data cannot be parsed", _OURS),
    "TD10F": ("the TD report cannot be parsed", _OURS),
    "TD15F": ("the TD report of version 1.5 cannot be parsed", _OURS),
    "TDMF": ("the TDX module is not one that Intel lists", _PLATFORM),
    "TDRF": ("the TDX module has to be launched again after its update", _PLATFORM),
    "TCBR": (
        "the platform's TCB is revoked or below all levels, or the PCCS has no TCB info for its "
        "FMSPC, or an expired one",
        f"compare with attestor quote and Intel's TCB info: if it is the TCB, {_PLATFORM}; if it "
        f"is the TCB info, {_ATTESTERS}",
    ),
    "QEF": ("the QE report cannot be parsed", _OURS),
    "QEVE": ("the QE report does not bind the attestation key, or its signature is wrong", _OURS),
    "QEIDVE": (
        "the quoting enclave is not the one of the QE identity, or that has expired",
        f"if the QE identity has expired, {_ATTESTERS}; if not, {_PLATFORM}",
    ),
    "X509VE": (
        "the PCK certificate chain does not verify, or a certificate is revoked or has expired",
        f"if the CRLs or CAs of the PCCS are old, {_ANYBODY.format('upsertPckCrl')}",
    ),
    "ATTVE": ("the quote's signature is wrong", _OURS),
    "TCBCH": ("the TCB info has another hash than the one that was proven", _OWNER),
    "QEIDCH": ("the QE identity has another hash than the one that was proven", _OWNER),
    "ROOTH": ("the root CA has another hash than the one that was proven", _OWNER),
    "SIGNH": ("the TCB signing CA has another hash than the one that was proven", _OWNER),
    "ROOTCRLH": ("the root CRL has another hash than the one that was proven", _OWNER),
    "PCKCRLM": ("the PCK CRL is missing", _ANYBODY.format("upsertPckCrl")),
    "PCKCRLH": ("the PCK CRL has another hash than the one that was proven", _OWNER),
}
"""What a code means, and who can change it."""

REVERTS: dict[str, tuple[str, str]] = {
    "TcbEvalExpiredOrNotFound(uint8)": (
        "its PCCS has no TCB evaluation numbers, or expired ones",
        _ATTESTERS,
    ),
    "TcbEvalNumberMismatch()": (
        "its PCCS is configured for another TCB evaluation number",
        "the owner of Automata's PCCSRouter",
    ),
    "QEIdentityExpiredOrNotFound(uint8,uint256)": (
        "its PCCS has no QE identity, or an expired one",
        _ATTESTERS,
    ),
    "FmspcTcbExpiredOrNotFound(uint8,uint256)": (
        "its PCCS has no TCB info for the platform's FMSPC, or an expired one",
        _ATTESTERS,
    ),
    "CertExpiredOrNotFound(uint8)": (
        "its PCCS has no certificate of that CA, or an expired one",
        _ANYBODY.format("upsertPcsCertificates"),
    ),
    "CrlExpiredOrNotFound(uint8)": (
        "its PCCS has no CRL of that CA, or an expired one",
        _ANYBODY.format("upsertPckCrl and upsertRootCACrl"),
    ),
    "PckNotFound()": ("its PCCS has no such PCK certificate", _ATTESTERS),
    "Forbidden()": (
        "its PCCS answers authorized callers alone, and the verifier is none",
        "the owner of Automata's PCCSRouter",
    ),
    "Insufficient_Funds()": (
        "its fee was not paid, or not all of it",
        "the daemon pays it to our registry; upstream's cannot pay any: its owner has to take "
        "another verifier",
    ),
}
"""The same for its errors, by signature."""

_BY_SELECTOR = {keccak(signature.encode())[:4]: signature for signature in REVERTS}
_BARE = (
    "it reverted without a reason, which it does for a wrong signature and for a certificate chain "
    "in another order",
    _OURS,
)


def meaning(data: bytes) -> str | None:
    """What a revert's data say of Automata's verifier, in words, and who can do something about it;
    None where they are of something else."""
    found = _wrapped(data) or _revert(data)
    return f"Automata's verifier: {found[0]}; {found[1]}" if found else None


def _wrapped(data: bytes) -> tuple[str, str] | None:
    """Of one of our registry's errors, with Automata's reason inside."""
    if data[:4] not in _WRAPPED:
        return None
    try:
        (reason,) = decode(["bytes"], data[4:])
    except (DecodingError, OverflowError):
        return None
    if not reason and data[:4] == _REVERTED:
        return _BARE
    return _revert(reason) or _code(reason)


def _revert(data: bytes) -> tuple[str, str] | None:
    signature = _BY_SELECTOR.get(data[:4])
    # A selector alone is an error without arguments, or a code that happens to look like one.
    is_whole = signature is not None and len(data) == 4 + 32 * signature.count("uint")
    if signature is None or not is_whole:
        return None
    words, remedy = REVERTS[signature]
    return f"{words} ({signature.partition('(')[0]})", remedy


def _code(reason: bytes) -> tuple[str, str] | None:
    code = reason.decode("ascii", errors="replace")
    if code not in CODES:
        return None
    words, remedy = CODES[code]
    return f"{words} ({code})", remedy
