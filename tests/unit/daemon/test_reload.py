"""What a changed configuration changes while the daemon runs, and what it does not."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from cases.mistakes import GOOD, make_folder

from attestor import config
from attestor.config import ChainConfig, Chains, Config, Reading
from attestor.daemon.reload import Reloading, change

BASE = Config(chain_id=31337)
RELOADS = {known.name for known in fields(Config) if known.metadata["reloads"]}


def chains(*configs: Config) -> Chains:
    names = ("",) if len(configs) == 1 else ("a", "b")
    each = tuple(ChainConfig(name, one) for name, one in zip(names, configs, strict=False))
    return Chains(each, Path("attestor.sqlite"))


@pytest.mark.parametrize("name", [known.name for known in fields(Config)])
def test_change__each_option__is_taken_or_named(name: str) -> None:
    # Values are compared, not judged: one that no option has will do.
    changes: dict[str, Any] = {name: object()}
    changed = replace(BASE, **changes)
    found = change(chains(BASE), chains(changed))
    known = next(known for known in fields(Config) if known.name == name)
    is_taken = name in RELOADS
    assert (found.taken, found.later) == (
        ((config.key(known),), ()) if is_taken else ((), (config.key(known),))
    )
    in_force = getattr(found.chains.shared, name)
    assert in_force is getattr(changed if is_taken else BASE, name)


def test_change__option_of_one_chain__leaves_the_other() -> None:
    found = change(chains(BASE, BASE), chains(BASE, replace(BASE, payer_max_fee_gwei=7.0)))
    fees = [one.config.payer_max_fee_gwei for one in found.chains.each]
    assert fees == [BASE.payer_max_fee_gwei, 7.0]
    assert found.taken == ("payer.max_fee_gwei",)


def test_change__another_chain__needs_a_new_start() -> None:
    found = change(chains(BASE), chains(replace(BASE, log_level="DEBUG"), BASE))
    assert "chains" in found.later
    assert found.chains.names == ("",)


def test_reloads__options_that_reload__are_those_that_the_parts_take() -> None:
    """A new one needs a place where it is put in force: `Parts.renew`."""
    quotas = {name for name in RELOADS if name.startswith(("api_client_", "api_anonymous_"))}
    assert len(quotas) == 10
    assert RELOADS - quotas == {
        "log_level",
        "log_format",
        "payer_max_fee_gwei",
        "payer_max_priority_fee_gwei",
        "payer_max_reverted_gas_per_day",
    }


def test_reload__wrong_then_right__takes_nothing_and_then_all(tmp_path: Path) -> None:
    make_folder(tmp_path)
    file = tmp_path / "attestor.toml"
    good = GOOD.replace("{folder}", str(tmp_path))
    file.write_text(good)
    used: list[Chains] = []

    def read() -> Reading:
        return config.read(file, {}, {})

    reloading = Reloading(read().as_chains(), read, used.append)
    file.write_text(good + '[log]\nlevel = "DEBUG"\n[api.x]\n')
    reloading.reload()
    file.write_text(good.replace("/executor", "/gone") + '[log]\nlevel = "DEBUG"\n')
    reloading.reload()
    assert used == []
    file.write_text(good + '[log]\nlevel = "DEBUG"\n')
    reloading.reload()
    assert [one.shared.log_level for one in used] == ["DEBUG"]


def test_reload__cannot_be_put_in_force__is_taken_by_the_next(tmp_path: Path) -> None:
    make_folder(tmp_path)
    file = tmp_path / "attestor.toml"
    good = GOOD.replace("{folder}", str(tmp_path))
    file.write_text(good)
    used: list[Chains] = []

    def use(chains: Chains) -> None:
        used.append(chains)
        if len(used) == 1:
            raise RuntimeError("a defect")

    def read() -> Reading:
        return config.read(file, {}, {})

    reloading = Reloading(read().as_chains(), read, use)
    file.write_text(good + '[log]\nlevel = "DEBUG"\n')
    with pytest.raises(RuntimeError):
        reloading.reload()
    assert reloading._chains.shared.log_level == "INFO"
    reloading.reload()
    assert [one.shared.log_level for one in used] == ["DEBUG", "DEBUG"]
