"""What the package offers, from whichever module has it."""

import pytest

from attestor import config


@pytest.mark.parametrize("name", config.__all__)
def test_package__each_name_that_it_offers__is_there_however_often_it_is_asked(name: str) -> None:
    assert getattr(config, name) is getattr(config, name)
    assert getattr(config, name).__class__.__name__ != "module"


def test_package__another_name__is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'attestor.config' has no attribute 'nothing'"):
        _ = config.nothing  # type: ignore[attr-defined]
