"""Which provider a machine has, by the files that it shows."""

from collections.abc import Callable, Mapping

import pytest

from attestor.errors import QuoteProviderInvalid
from attestor.quote import detection
from attestor.quote.detection import ASSET_TAG, AZURE, detect

TSM, GRAMINE = "/sys/kernel/config/tsm/report", "/dev/attestation/quote"
OF_AZURE = {ASSET_TAG: AZURE.encode() + b"\n", "/dev/tpmrm0": b""}


def machine(
    files: Mapping[str, bytes],
) -> tuple[Callable[[str], bool], Callable[[str, int], bytes]]:
    def read(path: str, limit: int) -> bytes:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path][:limit]

    return files.__contains__, read


@pytest.mark.parametrize(
    ("files", "provider"),
    [
        ({}, None),
        ({TSM: b""}, "configfs"),
        ({GRAMINE: b""}, "gramine"),
        ({GRAMINE: b"", TSM: b""}, "gramine"),
        ({**OF_AZURE, TSM: b""}, "configfs"),
        ({ASSET_TAG: AZURE.encode()}, None),
        ({ASSET_TAG: b"Google Compute Engine\n", "/dev/tpmrm0": b""}, None),
    ],
)
def test_detect__what_a_machine_shows__names_its_provider(
    files: dict[str, bytes], provider: str | None
) -> None:
    assert detect(*machine(files)) == provider


def test_detect__confidential_machine_of_azure__is_told_what_works() -> None:
    with pytest.raises(QuoteProviderInvalid) as caught:
        detect(*machine(OF_AZURE))
    assert "Azure" in caught.value.message
    assert "HCL report" in caught.value.message
    assert "C3" in (caught.value.hint or "")


def test_is_azure__with_the_guest_driver__is_a_machine_that_makes_quotes() -> None:
    assert detection.is_azure(*machine(OF_AZURE))
    assert not detection.is_azure(*machine({**OF_AZURE, "/dev/tdx_guest": b""}))
