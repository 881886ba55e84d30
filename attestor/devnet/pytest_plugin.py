"""pytest's plugin for tests of contracts that take attestor's proofs.

    def test_book__proved_result__kept(attestor_devnet, attestor_prove):
        proof = attestor_prove(elf, [stdin_entry])
        book = deploy(attestor_devnet.w3, attestor_devnet.multiproof.address, proof.program_vkey)
        book.functions.record(proof.public_values, proof.signatures).transact({"from": ...})

The stack starts with the first test that asks for one of the fixtures, and stays for the session.
What a test does to the chain is undone after it; what fixtures of a wider scope did before stays.
Without the fixtures nothing of attestor is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from attestor.devnet.contract_tests import ContractDevnet, ContractProof, ContractRegistry

KEYS = "attestor/program-vkeys"
"""In pytest's cache: what computes in seconds and never changes."""
OPTIONS = {
    "folder": "folder of the development stack; without it, one of pytest's temporary ones",
    "api-port": "port of the proving service; 0, the default, is any that is free",
    "rpc-port": "port of the chain that tests run on; 0, the default, is any that is free",
    "anvil": "the program anvil; without it, the one below node_modules or on PATH",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("attestor", "a development stack for tests of contracts")
    for name, told in OPTIONS.items():
        group.addoption(f"--attestor-{name}", metavar=name.upper().replace("-", "_"), help=told)
        parser.addini(_ini(name), told)


def pytest_configure(config: pytest.Config) -> None:
    """A mistake is told before any test runs."""
    for name in ("api-port", "rpc-port"):
        _port(config, name)


@pytest.fixture(scope="session")
def attestor_devnet(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ContractDevnet]:
    """A chain with attestor's contracts, and a daemon with an active signer. The platform is
    SIMULATED, everything else is real."""
    from attestor.devnet.contract_tests import ContractDevnet

    keys = _known_keys(pytestconfig)
    devnet = ContractDevnet(
        _path(pytestconfig, "folder") or tmp_path_factory.mktemp("attestor"),
        api_port=_port(pytestconfig, "api-port"),
        rpc_port=_port(pytestconfig, "rpc-port"),
        anvil=_path(pytestconfig, "anvil"),
        known_keys=keys,
    )
    try:
        yield devnet
    finally:
        devnet.stop()
        if pytestconfig.cache is not None:
            pytestconfig.cache.set(KEYS, keys)


@pytest.fixture(scope="session")
def attestor_registry(attestor_devnet: ContractDevnet) -> ContractRegistry:
    """The registry of signers: what it says of one, and ways to end one."""
    return attestor_devnet.registry


@pytest.fixture(scope="session")
def attestor_prove(attestor_devnet: ContractDevnet) -> Callable[..., ContractProof]:
    """`attestor_prove(program, stdin)`: a checked proof, as the arguments of MultiProof's calls."""
    return attestor_devnet.prove


@pytest.fixture(autouse=True)
def _attestor_chain_reverted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Before all other fixtures of a test alone, and undone after them."""
    if "attestor_devnet" not in request.fixturenames:
        yield
        return
    devnet: ContractDevnet = request.getfixturevalue("attestor_devnet")
    with devnet.chain.reverted():
        yield


def _option(config: pytest.Config, name: str) -> str:
    return str(config.getoption(f"--attestor-{name}") or config.getini(_ini(name)) or "")


def _ini(name: str) -> str:
    return f"attestor_{name.replace('-', '_')}"


def _path(config: pytest.Config, name: str) -> Path | None:
    """Relative to the folder in which pytest was started, on the command line, else to the
    settings file's."""
    text = _option(config, name)
    if not text:
        return None
    given = config.getoption(f"--attestor-{name}")
    return ((config.invocation_params.dir if given else config.rootpath) / text).resolve()


def _port(config: pytest.Config, name: str) -> int:
    text = _option(config, name) or "0"
    if not (text.isascii() and text.isdecimal() and int(text) < 1 << 16):
        raise pytest.UsageError(f"--attestor-{name} (or {_ini(name)}) is no port: {text!r}")
    return int(text)


def _known_keys(config: pytest.Config) -> dict[str, str]:
    """A cache of another form is as none."""
    found = None if config.cache is None else config.cache.get(KEYS, None)
    if not isinstance(found, dict):
        return {}
    return {
        name: key
        for name, key in found.items()
        if isinstance(key, str) and len(key) == 66 and key.startswith("0x")
    }
