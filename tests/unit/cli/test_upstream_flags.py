"""What `attestor run` says to the flags of sp1-tee-prover."""

import pytest
from click.testing import CliRunner

from attestor import cli
from attestor.errors import ConfigurationInvalid

KEY = "0x" + "ab" * 32


def refusal(*arguments: str) -> ConfigurationInvalid:
    result = CliRunner().invoke(cli.group, ["run", *arguments])
    assert isinstance(result.exception, ConfigurationInvalid), result.output
    return result.exception


@pytest.mark.parametrize(
    ("arguments", "ours"),
    [
        (["-k", KEY], "--payer-key-file"),
        (["--key", KEY], "--payer-key-file"),
        ([f"--key={KEY}"], "--payer-key-file"),
        (["-k"], "--payer-key-file"),
        (["-r", "http://127.0.0.1:8545"], "--chain-rpc-url"),
        (["--rpc-url", "http://127.0.0.1:8545"], "--chain-rpc-url"),
        (["-c", "0x" + "11" * 20], "--chain-registry ADDRESS"),
        (["--contract", "0x" + "11" * 20], "--chain-registry ADDRESS"),
        (["-c", "attestor.toml"], "--config FILE"),
    ],
)
def test_run__flag_of_upstream__is_refused_with_ours(arguments: list[str], ours: str) -> None:
    error = refusal(*arguments)
    assert error.exit_code == 2
    assert len(error.faults) == 1
    assert ours in error.faults[0]
    assert KEY not in str(error)


def test_run__upstreams_whole_command_line__has_a_line_per_flag() -> None:
    error = refusal("-k", KEY, "-r", "http://127.0.0.1:8545", "-c", "0x" + "11" * 20)
    assert [line.split(" is ")[0] for line in error.faults] == [
        "-k/--key",
        "-r/--rpc-url",
        "-c/--contract",
    ]
    assert not any(KEY in line for line in error.lines)


def test_run_help__flags_of_upstream__are_not_listed() -> None:
    output = CliRunner().invoke(cli.group, ["run", "--help"]).output
    assert "--payer-key-file" in output
    assert "--contract" not in output
    assert "-k," not in output


def test_run__options_of_upstreams_flags__are_options() -> None:
    """Each of our options that a refusal names is one of `attestor run`."""
    text = " ".join(refusal("-k", KEY, "-r", "x", "-c", "y").faults)
    known = CliRunner().invoke(cli.group, ["run", "--help"]).output
    named = {word.strip(",()") for word in text.split() if word.startswith("--")}
    assert {"--payer-key-file", "--chain-registry-kind", "--config"} <= named
    assert all(name in known for name in named)
