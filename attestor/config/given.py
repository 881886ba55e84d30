"""What was given for an option, and where."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Given:
    """What was given for an option, and by which name: `chain.id`, `--chain-id`,
    `chains.base.id`. `file` and `line` are those of a file's; `over` is what it wins over."""

    value: Any
    origin: str
    file: str = ""
    line: int = 0
    over: "Given | None" = None

    @property
    def is_empty(self) -> bool:
        """Whether it is as good as not given."""
        return self.value in ("", [], ())

    @property
    def place(self) -> str:
        """Where an operator finds it: `attestor.toml:12: chain.id`, or the name of a flag or
        variable."""
        return f"{self.file}:{self.line}: {self.origin}" if self.line else self.origin


Options = dict[str, Given]
"""By the field of `Config`."""


def over(stronger: Options, weaker: Options) -> Options:
    """Both, where the first wins; what it wins over is kept beside it."""
    won = {
        option: replace(given, over=weaker[option]) if option in weaker else given
        for option, given in stronger.items()
    }
    return {**weaker, **won}
