"""Environment files with the payer's key."""

from pathlib import Path

import pytest

from attestor.errors import PayerInvalid
from attestor.transactions.environment import load_environment

KEY = "0x" + "00" * 31 + "01"
ADDRESS = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
NAME = "ATTESTOR_PAYER_KEY"


def write(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "payer.env"
    path.touch(mode=0o600)
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"{NAME}={KEY}",
        f"{NAME}={KEY[2:]}\n",
        f"\n# {NAME}={'2' * 64}\nRPC=http://node\nexport {NAME}='{KEY}'\r\nOTHER=1",
        f'  export   {NAME} = "{KEY}"  ',
        f"{NAME}_2={'2' * 64}\nMY_{NAME}={'2' * 64}\n{NAME}={KEY}\n",
    ],
)
def test_load__one_line_with_the_key__is_the_account(tmp_path: Path, text: str) -> None:
    assert load_environment(write(tmp_path, text)).address == ADDRESS


@pytest.mark.parametrize(
    ("text", "times"), [("", 0), ("OTHER=1", 0), (NAME, 0), (f"{NAME}={KEY}\n" * 2, 2)]
)
def test_load__not_one_line_with_the_key__says_how_many(
    tmp_path: Path, text: str, times: int
) -> None:
    with pytest.raises(PayerInvalid, match=f"sets {NAME} {times} times, not once"):
        load_environment(write(tmp_path, text))


@pytest.mark.parametrize("value", ["", "''", f"'{KEY}", "words", KEY + "00", "0x" + "f" * 64, "é"])
def test_load__not_a_key__is_refused_without_showing_it(tmp_path: Path, value: str) -> None:
    with pytest.raises(PayerInvalid, match=NAME) as caught:
        load_environment(write(tmp_path, f"{NAME}={value}"))
    assert len(value) < 8 or value not in str(caught.value)


def test_load__open_to_others__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PayerInvalid, match=r"environment file .* is open to others.*chmod 600"):
        load_environment(write(tmp_path, f"{NAME}={KEY}", 0o644))


def test_load__longer_than_a_page__is_refused(tmp_path: Path) -> None:
    with pytest.raises(PayerInvalid, match="has 4096 bytes or more"):
        load_environment(write(tmp_path, f"{NAME}={KEY}\n" + "#" * 5000))


def test_load__the_key_itself__is_refused_without_showing_it() -> None:
    with pytest.raises(PayerInvalid, match=r"payer\.environment_file is a private key") as caught:
        load_environment(Path(KEY))
    assert KEY not in str(caught.value)
