"""The commands that are printed for certificates and keys, run as they are printed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cases.tls_files import FAULTS, NOW, write

from attestor.errors.avs import TlsFileInvalid
from attestor.http import tls_files

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")


def fault_of(prefix: str) -> TlsFileInvalid:
    with pytest.raises(TlsFileInvalid) as caught:
        tls_files.server_context(tls_files.from_prefix(prefix), NOW)
    return caught.value


def run_command(error: TlsFileInvalid) -> None:
    command = str(error.hint)[str(error.hint).index("openssl") :]
    subprocess.run(command, shell=True, check=True, capture_output=True)


@pytest.mark.parametrize("name", ["certificate in DER", "key in DER", "SEC1 key in DER"])
def test_hint__run_as_it_is_printed__mends_the_file(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()
    prefix = write(folder, *FAULTS[name][:2])
    run_command(fault_of(prefix))
    tls_files.server_context(tls_files.from_prefix(prefix), NOW)


@pytest.mark.parametrize("name", ["another's key", "expired"])
def test_hint__that_asks_for_a_certificate__makes_a_request(name: str, tmp_path: Path) -> None:
    prefix = write(tmp_path, *FAULTS[name][:2])
    run_command(fault_of(prefix))
    asked = subprocess.run(
        ["openssl", "req", "-in", f"{prefix}.csr", "-noout", "-text", "-verify"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "DNS:" in asked.stdout
