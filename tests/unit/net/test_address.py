"""URLs: what is taken, what is refused, and that nothing secret is shown."""

import pytest

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import origin_of, parse


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("http://node.example", "node.example", 80, "/", "node.example"),
        ("https://node.example:8443/v2/key?a=b", "node.example", 8443, "/v2/key?a=b", None),
        ("HTTP://Node.Example:80/", "node.example", 80, "/", "node.example"),
        ("http://[::1]:8545/x", "::1", 8545, "/x", "[::1]:8545"),
        ("http://[fe80::1%25eth0]/", "fe80::1%eth0", 80, "/", "[fe80::1]"),
        ("http://[fe80::1%eth0]/", "fe80::1%eth0", 80, "/", "[fe80::1]"),
        ("http://[fe80::1%2525x]/", "fe80::1%25x", 80, "/", "[fe80::1]"),
        ("http://[fe80::1%25]/", "fe80::1%25", 80, "/", "[fe80::1]"),
        ("http://my_pod.svc:1/", "my_pod.svc", 1, "/", None),
        (
            "http://bücher.example/ä",
            "xn--bcher-kva.example",
            80,
            "/%C3%A4",
            "xn--bcher-kva.example",
        ),
        ("http://127.0.0.1:3000/a%2Fb#part", "127.0.0.1", 3000, "/a%2Fb", None),
    ],
)
def test_parse__url__is_taken_apart(
    url: str, host: str, port: int, path: str, authority: str | None
) -> None:
    target = parse(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.authority == (authority or f"{host}:{port}")
    assert target.authorization is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "node.example:8545",
        "ftp://node.example",
        "file:///etc/passwd",
        "http://",
        "http://:8545",
        "http://node.example:0",
        "http://node.example:65536",
        "http://node.example:port",
        "http://[::1",
        "http://[not-an-address]/",
        "http://[fe80::1%25a%00]/",
        "http://[fe80::1%25%0d%0a]/",
        "http://a..b/",
        "http://" + "a" * 64 + ".example/",
        "http://node.example/a b",
        "http://node.example/a\r\nHost: other",
        "http://node.example/" + "a" * 9000,
        "http://node\\.example/",
        "http://ex\u2100mple.com\uff0f/",
    ],
)
def test_parse__no_url__is_a_typed_refusal_that_does_not_repeat_it(url: str) -> None:
    with pytest.raises(HttpFailed) as caught:
        parse(url)
    assert caught.value.fault is HttpFault.URL
    assert not url or url not in str(caught.value)
    assert origin_of(url) == "an invalid URL"


def test_parse__user_and_password__become_a_header_and_are_not_shown() -> None:
    target = parse("https://us%40er:pa%3Ass@node.example/v2/key")
    assert target.authorization == "Basic dXNAZXI6cGE6c3M="
    assert target.origin == "https://node.example"
    assert "key" not in repr(target)
    assert "Basic" not in repr(target)


def test_origin_of__ipv6_with_a_port__keeps_its_brackets() -> None:
    assert origin_of("http://user:x@[::1]:8545/secret") == "http://[::1]:8545"


def test_endpoint__same_address_in_two_zones__are_two() -> None:
    one, other = parse("http://[fe80::1%25eth0]:80/"), parse("http://[fe80::1%25eth1]/")
    assert one.origin == other.origin
    assert (one.endpoint, other.endpoint) == (
        "http://[fe80::1%eth0]:80",
        "http://[fe80::1%eth1]:80",
    )
