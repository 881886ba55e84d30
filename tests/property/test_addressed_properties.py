"""As what machine we are addressed: names that a stranger can have, and those that none can."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from attestor.http.addressed import is_own_host

LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
TOP = st.from_regex(r"[A-Za-z]{2,9}", fullmatch=True).filter(lambda t: t.lower() != "localhost")
PORT = st.just("") | st.integers(0, 65_535).map(":{}".format)
OWN = (
    st.just("localhost")
    | LABEL.map("{}.localhost".format)
    | st.ip_addresses(v=4).map(str)
    | st.ip_addresses(v=6).map("[{}]".format)
)


@given(st.lists(LABEL, min_size=1, max_size=5), TOP, PORT)
def test_host__name_of_the_public_dns__is_none_of_ours(
    labels: list[str], top: str, port: str
) -> None:
    assert not is_own_host(".".join([*labels, top]) + port)


@given(OWN, PORT)
def test_host__address_or_localhost__is_ours(name: str, port: str) -> None:
    assert is_own_host(name + port)


@given(OWN, st.sampled_from(["@", "/", "?", "#", "\\", ",", " ", "\t", "%2e", "。"]), LABEL, TOP)
def test_host__ours_beside_another__is_none(own: str, mark: str, label: str, top: str) -> None:
    for text in (f"{own}{mark}{label}.{top}", f"{label}.{top}{mark}{own}", f"{own}.{label}.{top}"):
        assert not is_own_host(text)


@given(st.text(max_size=60))
def test_host__any_text__is_judged(text: str) -> None:
    if is_own_host(text) and "." in text and not text.startswith("["):
        name = text.rpartition(":")[0] or text
        assert name.lower().endswith(".localhost") or ipaddress.IPv4Address(name)
