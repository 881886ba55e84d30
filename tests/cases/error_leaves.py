"""Every error that attestor can raise."""

from attestor.errors import AttestorError, Fatal, Misconfigured, Rejected, Transient
from attestor.errors.avs import CallFailed
from attestor.errors.jobs import JobUnknown
from attestor.errors.rsp import RspBlockUnsupported
from attestor.errors.scroll import ScrollError

# Imported above for their siblings: these rooms are not offered by the package.
ROOMS = (CallFailed, JobUnknown, RspBlockUnsupported, ScrollError)
BASES = {AttestorError, Transient, Rejected, Misconfigured, Fatal}


def leaves() -> list[type[AttestorError]]:
    """All classes with a code of their own."""
    found = [AttestorError]
    for known in found:
        found.extend(known.__subclasses__())
    return [known for known in found if known not in BASES]
