"""Which addresses are allowed."""

import pytest

from attestor.errors import ConfigurationInvalid
from attestor.http.allow_list import EVERYBODY, AllowList

LIST = AllowList.parse(["10.0.0.5", " 10.1.0.0/16", "2001:db8::/32"], "--allow")
ALLOWED = ["10.0.0.5", "10.1.255.1", "::ffff:10.0.0.5", "2001:db8::1", "2001:db8::1%eth0"]
REFUSED = ["10.0.0.6", "10.2.0.0", "::ffff:10.0.0.6", "2001:db9::1", "::1", "127.0.0.1"]


@pytest.mark.parametrize("address", ALLOWED)
def test_allow_list__inside__is_allowed(address: str) -> None:
    assert LIST.allows(address)


@pytest.mark.parametrize("address", REFUSED)
def test_allow_list__outside__is_refused(address: str) -> None:
    assert not LIST.allows(address)


def test_allow_list__empty__allows_everybody() -> None:
    assert all(EVERYBODY.allows(address) for address in ALLOWED + REFUSED)


@pytest.mark.parametrize("text", ["", "example.org", "10.0.0.1/8", "10.0.0.0/33"])
def test_parse__that_is_no_network__is_refused_with_the_option(text: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="--allow has"):
        AllowList.parse([text], "--allow")
