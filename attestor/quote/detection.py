"""Which quote provider a machine has, by what its kernel shows."""

from collections.abc import Callable

from attestor.errors import QuoteProviderInvalid
from attestor.quote.configfs import DIRECTORY as CONFIGFS
from attestor.quote.gramine import DIRECTORY as GRAMINE

AZURE = "7783-7084-3265-9085-8269-3286-77"
"""The chassis asset tag of every virtual machine of Azure (Linux, drivers/hv; cloud-init)."""
ASSET_TAG = "/sys/class/dmi/id/chassis_asset_tag"
VTPM = ("/dev/tpmrm0", "/dev/tpm0")
TDX_GUEST = "/dev/tdx_guest"
MAX_TAG_BYTES = 256

Exists = Callable[[str], bool]
Read = Callable[[str, int], bytes]


def detect(exists: Exists, read: Read) -> str | None:
    """The provider's name, or None for a machine that makes no quotes.

    Raises `QuoteProviderInvalid` for a confidential machine of Azure: its paravisor makes the
    report, which holds no data of ours but by the vTPM, and is of the paravisor.
    """
    if exists(f"{GRAMINE}/quote"):
        return "gramine"
    if exists(CONFIGFS):
        return "configfs"
    if is_azure(exists, read):
        raise QuoteProviderInvalid(
            "this is a machine of Azure with a vTPM and without configfs-tsm: its TD report is the "
            "paravisor's (an HCL report in the vTPM), and has no room for a key of ours",
            hint="quotes work on Google Cloud (C3, Confidential VM of type TDX) and on hosts of "
            "your own with TDX and Linux 6.7 or later: docs/avs.md, quotes; --quotes none starts "
            "without",
        )
    return None


def is_azure(exists: Exists, read: Read) -> bool:
    """Whether this is a virtual machine of Azure whose reports are behind a vTPM."""
    try:
        tag = read(ASSET_TAG, MAX_TAG_BYTES).strip()
    except OSError:
        return False
    has_vtpm = any(exists(path) for path in VTPM)
    return tag == AZURE.encode() and has_vtpm and not exists(TDX_GUEST)
