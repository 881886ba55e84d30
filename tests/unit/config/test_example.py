"""The configuration that attestor init writes: made of the options' own table, and read back."""

import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from attestor import config
from attestor.cli.init import NAME, command
from attestor.config import Config
from attestor.config.example import example
from attestor.errors import ConfigurationExists, ConfigurationUnwritten

NOT_DEFAULT = {"chain_rpc_url", "chain_id", "chain_deployment", "payer_key_file"}


def loaded(text: str, folder: Path) -> Config:
    """As attestor run and attestor doctor read it."""
    file = folder / "read.toml"
    file.write_text(text)
    return config.load(file, {}, {})


@pytest.mark.parametrize("chain_id", [1, 31337])
def test_example__as_it_is__is_all_defaults_but_what_has_none(
    tmp_path: Path, chain_id: int
) -> None:
    found = loaded(example(chain_id, tmp_path), tmp_path)
    assert found.chain_id == chain_id
    assert found.payer_key_file == tmp_path / "payer.key"
    said = NOT_DEFAULT | {"quote_provider" if chain_id == 31337 else "quote_collateral"}
    for known in fields(Config):
        if known.name not in said:
            assert getattr(found, known.name) == known.default, known.name


def test_example__comments_taken_off__says_the_defaults(tmp_path: Path) -> None:
    text = re.sub(r"^# ([a-z_]+ = .+)$", r"\1", example(1, tmp_path), flags=re.MULTILINE)
    said = sum(len(table) for table in tomllib.loads(text).values())
    assert said > len(fields(Config)) * 2 // 3
    assert loaded(text, tmp_path) == loaded(example(1, tmp_path), tmp_path)


def test_example__every_option__is_there_with_what_it_means() -> None:
    text = example(1, Path("/etc/attestor"))
    lines = text.splitlines()
    words = " ".join(line.removeprefix("# ") for line in lines)
    for known in fields(Config):
        name = config.key(known).partition(".")[2]
        assert re.search(rf"^(# )?{name} =", text, re.MULTILINE), name
        assert known.metadata["about"] in words, name
        if known.default not in (MISSING, None, "", b"", ()):
            assert not re.search(rf"^# {name} =$", text, re.MULTILINE), name
    assert len(re.findall(r"^\[", text, re.MULTILINE)) == len(set(re.findall(r"^\[.*", text, re.M)))
    assert max(map(len, lines)) <= 180


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_example__any_folder__is_named_as_it_is(name: str) -> None:
    folder = Path("/srv") / name.replace("/", "_")
    tables = tomllib.loads(example(1, folder))
    assert tables["chain"]["deployment"] == str(folder / "deployment.json")


def test_init__in_a_new_folder__writes_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "attestor"
    done = CliRunner().invoke(command, ["--folder", str(folder), "--chain", "31337"])
    assert done.exit_code == 0, done.output
    written = folder / NAME
    assert written.stat().st_mode & 0o777 == 0o600
    assert f"attestor doctor --config {written}" in done.output
    assert config.load(written, {}, {}).quote_provider == "simulated"


def test_init__file_that_is_there__is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("mine")
    done = CliRunner().invoke(command, ["--folder", str(tmp_path)])
    assert isinstance(done.exception, ConfigurationExists)
    assert (tmp_path / NAME).read_text() == "mine"


def test_init__link_to_nowhere__is_not_followed(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    done = CliRunner().invoke(command, ["--folder", str(tmp_path)])
    assert isinstance(done.exception, ConfigurationExists)
    assert not (tmp_path / "elsewhere").exists()


def test_init__folder_whose_name_is_no_text__says_so_and_makes_nothing(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["--folder", str(tmp_path / "\udcff")])
    assert isinstance(done.exception, ConfigurationUnwritten)
    assert list(tmp_path.iterdir()) == []


def test_init__folder_below_a_file__says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = CliRunner().invoke(command, ["--folder", str(tmp_path / "file" / "folder")])
    assert isinstance(done.exception, ConfigurationUnwritten)
