"""The files that come with the code and are no Python: ABIs, contracts, guest programs, the
executor's programs.

An installed package has them in its folder `data`; in a checkout they are where they are built.
Nothing else looks for files of ours.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
"""As the standard library finds it too, by a module whose import would take a sixth of --help."""
CARRIED = PACKAGE / "data"
IN_CHECKOUT = {
    "abi": "abi",
    "contracts": "out",
    "executor": "executor/target/release",
    "guests": "guests/elf",
}
"""Where a checkout has each, from its root."""


def folder(name: str) -> Path:
    """Where the files of a kind are, or would be: `abi`, `contracts` (as forge writes them),
    `executor`, `guests`."""
    carried = CARRIED / name
    if not is_checkout():
        return carried
    return PACKAGE.parent / IN_CHECKOUT[name]


def is_checkout() -> bool:
    """Whether this is the source tree, where what is missing can be built."""
    return (PACKAGE.parent / "executor" / "Cargo.toml").is_file()


def how_to_get(command: str) -> str:
    """What to do about a file that is not there: a command of the checkout, or another package."""
    if is_checkout():
        return f"run {command}"
    return "install attestor from a wheel for this platform, which make wheel builds"
