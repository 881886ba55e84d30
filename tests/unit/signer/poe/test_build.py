"""How a signer process in the role `poe` is put together: its executor, its platform, its key."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cases import poe as cases

from attestor.core.execution import ExecutorBuild
from attestor.core.frame import Frame
from attestor.errors import ConfigurationInvalid, ExecutorMissing, ExecutorUnrecorded
from attestor.executor.scroll import PROGRAM, Chain
from attestor.quote.format import BodyType, parse
from attestor.signer.poe import build
from attestor.signer.poe.service import PoeService
from attestor.signer.poe.settings import PoeProvider, PoeSettings

CHAIN_ID, FORKS = 4711, {"bernoulli": 0, "curie": 5}
WITHOUT_TEE = (PoeProvider.SIMULATED, PoeProvider.SIMULATED_SGX, PoeProvider.NONE)
GENUINE = (PoeProvider.CONFIGFS, PoeProvider.GRAMINE)


def settings(provider: PoeProvider, directory: Path = Path()) -> PoeSettings:
    return PoeSettings(CHAIN_ID, str(directory), provider, forks=FORKS, quoted_chain_id=31337)


def test_settings__each_provider__is_for_development_or_genuine() -> None:
    assert {*WITHOUT_TEE, *GENUINE} == set(PoeProvider)
    assert all(settings(provider).development for provider in WITHOUT_TEE)
    assert not any(settings(provider).development for provider in GENUINE)


def test_settings__in_a_frame__are_the_same_and_name_the_role() -> None:
    sent = settings(PoeProvider.SIMULATED_SGX).to_header()
    assert sent["role"] == "poe"
    assert PoeSettings.from_header(sent) == settings(PoeProvider.SIMULATED_SGX)


@pytest.mark.parametrize("provider", GENUINE)
def test_programs__other_than_recorded_with_genuine_quotes__are_refused(
    provider: PoeProvider, tmp_path: Path
) -> None:
    (tmp_path / PROGRAM).write_bytes(b"another program")
    with pytest.raises(ExecutorUnrecorded, match=PROGRAM):
        build.load_programs(settings(provider, tmp_path))


@pytest.mark.parametrize("provider", WITHOUT_TEE)
def test_programs__other_than_recorded_without_genuine_quotes__are_told_apart(
    provider: PoeProvider, tmp_path: Path
) -> None:
    (tmp_path / PROGRAM).write_bytes(b"another program")
    found = build.load_programs(settings(provider, tmp_path))
    assert found.build is ExecutorBuild.UNRECORDED


def test_programs__not_built__say_what_builds_them(tmp_path: Path) -> None:
    with pytest.raises(ExecutorMissing, match="make scroll"):
        build.load_programs(settings(PoeProvider.NONE, tmp_path))


SHAPES = {
    PoeProvider.SIMULATED: (4, BodyType.TD_10),
    PoeProvider.SIMULATED_SGX: (3, BodyType.SGX),
}


@pytest.mark.parametrize("provider", SHAPES)
def test_provider__simulated__quotes_the_platform_of_its_name(provider: PoeProvider) -> None:
    made = build.make_provider(settings(provider))
    assert made is not None
    assert made.simulated
    found = parse(made.quote(b"\x11" * 64))
    assert (found.version, found.body_type) == SHAPES[provider]


def test_provider__of_none__is_none() -> None:
    assert build.make_provider(settings(PoeProvider.NONE)) is None


def test_provider__whose_enclave_runs_no_signer_process__is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="'gramine'"):
        build.make_provider(settings(PoeProvider.GRAMINE))


class Executor:
    """Is asked for nothing but its chain."""

    def __init__(self) -> None:
        self.chains: list[Chain] = []

    def execute(self, chain: Chain, *rest: Any) -> Any:
        self.chains.append(chain)
        raise ExecutorMissing("enough was seen")


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Executor:
    made = Executor()

    def secure(*given: Any) -> Any:
        return SimpleNamespace(provider=None, executor=made, report=None)

    monkeypatch.setattr(build, "secure", secure)
    monkeypatch.setattr(build, "load_programs", lambda given: None)
    return made


def started() -> PoeService:
    service, _ = build.start(settings(PoeProvider.NONE))
    return service


def test_start__each__has_a_key_of_its_own(executor: Executor) -> None:
    status = Frame({"verb": "status"})
    addresses = {started().handle(status).header["address"] for _ in range(3)}
    assert len(addresses) == 3


def test_start__chain_of_the_settings__is_what_is_executed(executor: Executor) -> None:
    said = [replace(one, chain_id=CHAIN_ID) for one in cases.claims(cases.BLOCKS)]
    with pytest.raises(ExecutorMissing, match="enough was seen"):
        started().handle(cases.blocks_request(cases.BLOCKS, said=said))
    assert executor.chains == [Chain(CHAIN_ID, FORKS)]


@pytest.mark.parametrize("provider", [PoeProvider.CONFIGFS])
def test_start__forks_of_the_operators_choice_with_genuine_quotes__are_refused(
    executor: Executor, provider: PoeProvider
) -> None:
    """A PoE does not say by which rules its blocks were executed."""
    with pytest.raises(ConfigurationInvalid, match="--fork is for development chains"):
        build.start(settings(provider))
