"""Where redirects may lead."""

import pytest

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import parse
from attestor.net.message import Response
from attestor.net.redirects import is_redirect, next_target


def redirect(location: str, status: int = 302) -> Response:
    return Response(status, {"location": location}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_is_redirect__status_with_a_location__is_one(status: int) -> None:
    assert is_redirect(redirect("/x", status))
    assert not is_redirect(Response(status, {}, b""))


@pytest.mark.parametrize("status", [200, 300, 304, 404])
def test_is_redirect__other_status__is_none(status: int) -> None:
    assert not is_redirect(redirect("/x", status))


@pytest.mark.parametrize(
    ("location", "origin", "path"),
    [
        ("/new?x=1", "https://a.example", "/new?x=1"),
        ("next", "https://a.example", "/dir/next"),
        ("//b.example/", "https://b.example", "/"),
        ("https://b.example:444/y", "https://b.example:444", "/y"),
    ],
)
def test_next_target__location__is_resolved(location: str, origin: str, path: str) -> None:
    target = next_target(parse("https://a.example/dir/old"), redirect(location))
    assert (target.origin, target.path) == (origin, path)


def test_next_target__user_and_password__stay_with_their_origin() -> None:
    start = parse("https://user:word@a.example/")
    assert next_target(start, redirect("/x")).authorization == start.authorization
    assert next_target(start, redirect("https://b.example/")).authorization is None
    assert next_target(start, redirect("https://a.example:444/")).authorization is None


def test_next_target__address_with_a_zone__keeps_it_and_so_do_user_and_password() -> None:
    start = parse("http://user:word@[fe80::1%25eth0]/")
    same = next_target(start, redirect("/x"))
    assert (same.host, same.authorization) == ("fe80::1%eth0", start.authorization)
    assert next_target(start, redirect("http://[fe80::1%25eth1]/x")).authorization is None


@pytest.mark.parametrize(
    "location",
    ["http://a.example/", "ftp://a.example/", "https://[::1", "file:///etc/passwd"],
)
def test_next_target__not_to_be_followed__is_refused(location: str) -> None:
    with pytest.raises(HttpFailed, match="HTTP status 302 redirects") as caught:
        next_target(parse("https://a.example/"), redirect(location))
    assert caught.value.fault is HttpFault.REDIRECT
