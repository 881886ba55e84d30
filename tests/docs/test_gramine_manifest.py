"""The template of Gramine's manifest, rendered as gramine-manifest would, by plain substitution."""

import re
import tomllib
from typing import Any

import build_deb
import pytest
from click import Context, Group

from attestor.cli import avs
from attestor.config import ROOT
from attestor.core.avs.context_store import MAX_BYTES
from attestor.quote import gramine

TEXT = (ROOT / "packaging" / "gramine" / "attestor-avs.manifest.template").read_text()
PAGE = (ROOT / "docs" / "avs.md").read_text()
PLACEHOLDER = re.compile(r"\{\{ (.+?) \}\}")
OF_GRAMINE = {
    "gramine.libos": "/usr/lib/x86_64-linux-gnu/gramine/libsysdb.so",
    "gramine.runtimedir()": "/usr/lib/x86_64-linux-gnu/gramine/runtime/glibc",
}
GIVEN = dict(re.findall(r"-D(\w+)=(\S+)", PAGE))
"""By the command that the page shows."""


def rendered(**changed: str) -> dict[str, Any]:
    values = OF_GRAMINE | GIVEN | changed
    return tomllib.loads(PLACEHOLDER.sub(lambda found: values[found[1]], TEXT))


MANIFEST = rendered()


def trusted() -> list[str]:
    return [uri.removeprefix("file:") for uri in MANIFEST["sgx"]["trusted_files"]]


def test_template__each_placeholder__is_given_by_the_page_or_gramine() -> None:
    assert set(PLACEHOLDER.findall(TEXT)) == set(OF_GRAMINE) | set(GIVEN)
    assert "{%" not in TEXT
    assert "{{" not in PLACEHOLDER.sub("", TEXT)


def test_arguments__of_the_manifest__are_options_of_attestor_avs() -> None:
    argv = MANIFEST["loader"]["argv"]
    assert argv[0] == MANIFEST["libos"]["entrypoint"] == GIVEN["python"]
    at = argv.index("attestor")
    assert argv[at - 1] == "-m"
    assert (ROOT / "attestor" / "__main__.py").is_file()
    assert argv[at + 1] == "avs"
    parsed = avs.command.make_context("avs", argv[at + 2 :], resilient_parsing=False)
    assert isinstance(avs.command, Group)
    assert isinstance(parsed, Context)
    assert parsed.params["quotes"] == "gramine"
    configuration = str(parsed.params["file"])
    assert configuration in trusted()


def test_packages__of_the_page__are_where_the_debian_package_has_them() -> None:
    assert GIVEN["packages"] == f"/{build_deb.PACKAGES}"
    assert MANIFEST["loader"]["env"]["PYTHONPATH"] == GIVEN["packages"]
    assert GIVEN["python"] == f"/usr/bin/python{build_deb.PYTHON}"
    assert f"/usr/lib/python{build_deb.PYTHON}/" in trusted()


def test_mounts__each_with_files_of_the_host__is_measured() -> None:
    """Nothing that the host may change while it runs, and nothing measured that is not seen."""
    mounts = [one for one in MANIFEST["fs"]["mounts"] if one.get("type") != "tmpfs"]
    measured = {path.rstrip("/") for path in trusted()}
    assert {one["uri"].removeprefix("file:") for one in mounts} == (
        measured - {OF_GRAMINE["gramine.libos"]}
    )
    assert "allowed_files" not in MANIFEST["sgx"]
    for one in mounts:
        assert one["path"].startswith("/")
        assert one["uri"] in (f"file:{one['path']}", f"file:{OF_GRAMINE['gramine.runtimedir()']}")


def test_enclave__its_settings__are_what_the_provider_asks_for() -> None:
    sgx = MANIFEST["sgx"]
    assert sgx["remote_attestation"].encode() == gramine.DCAP
    assert sgx["debug"] is False
    size = int(sgx["enclave_size"].removesuffix("G")) << 30
    assert size & (size - 1) == 0
    assert size >= 4 * MAX_BYTES
    assert MANIFEST["sys"]["disallow_subprocesses"] is True


def test_host__of_an_enclave__gives_it_no_argument_and_no_variable() -> None:
    assert "insecure__" not in TEXT
    assert "passthrough" not in TEXT


def test_page__of_the_manifest__says_that_it_was_never_run() -> None:
    assert "has never been run under Gramine" in " ".join(PAGE.split())


@pytest.mark.parametrize("value", ['a"b', "a\nb"])
def test_template__a_value_that_is_no_path__is_no_manifest(value: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        rendered(packages=value)
