"""Who may ask for quotes: the kernel lets root alone make a report and write its report data.

A process without root is given one report, made and handed over while there still was root: by the
signer process before it becomes another user, or by the unit of a service that never has root
(docs/operate-machine.md, quotes). Its name has the user's id: `attestor.<uid>`.
"""

from collections.abc import Callable
from contextlib import suppress

from attestor.errors import QuoteUnavailable
from attestor.quote.configfs import DIRECTORY, setup_explained
from attestor.quote.files import Files, OwnedFiles

PREFIX = "attestor."


def hand_over(
    files: OwnedFiles, uid: int, abandoned: Callable[[int], bool], directory: str = DIRECTORY
) -> str:
    """Make the report of user `uid`, or take the one that is there, and give the user its
    `inblob`; its path. Needs root.

    Those of users of whom `abandoned` says that they are gone are removed. Raises
    `QuoteProviderInvalid`, and `QuoteUnavailable` for what may pass.
    """
    report = f"{directory}/{PREFIX}{uid}"
    try:
        _remove(files, abandoned, directory)
        if not files.exists(report):
            files.mkdir(report)
        files.chown(f"{report}/inblob", uid)
    except OSError as error:
        explained = setup_explained(error, directory)
        if isinstance(explained, OSError):
            explained = QuoteUnavailable(f"cannot make a report in {directory}: {error}")
        raise explained from None
    return report


def prepared(files: OwnedFiles, uid: int, directory: str = DIRECTORY) -> str | None:
    """The report that was made for this user, if there is one."""
    report = f"{directory}/{PREFIX}{uid}"
    return report if files.exists(report) else None


def _remove(files: Files, abandoned: Callable[[int], bool], directory: str) -> None:
    names: list[str] = []
    with suppress(OSError):
        # A fault of the directory is reported when a report is made in it.
        names = files.listdir(directory)
    for name in names:
        uid = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and uid.isdigit() and abandoned(int(uid)):
            with suppress(OSError):
                files.rmdir(f"{directory}/{name}")
