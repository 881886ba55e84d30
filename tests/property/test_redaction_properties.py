"""No secret of any form comes through the log, whatever is around it."""

import base64
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loguru import logger

from attestor.core.redaction import safe
from attestor.observe import logs

SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
HEX = st.binary(min_size=32, max_size=48).map(bytes.hex)
WORD = st.text("abcdefghijkmnopqrstuvwxyzABCDEF0123456789", min_size=12, max_size=40)
AROUND = st.sampled_from(
    ["", " ", "(", ")", ", ", ": ", "'", '"', "\n", "\t", "\x1b[2J", "é", "[x]"]
)


@st.composite
def told(draw: st.DrawFn) -> tuple[str, str]:
    """A secret, and a text that has it in one of the forms in which it may come."""
    form = draw(st.integers(0, 8))
    if form < 3:
        secret = draw(HEX)
        text = (secret, f"0x{secret}", f"atk_{'ab' * 8}_{secret}")[form]
    else:
        secret = draw(WORD)
        text = (
            f"https://user:{secret}@node.example:8545/",
            f"wss://node.example/v2/{secret}",
            f"https://node.example?apikey={secret}",
            f"Authorization: Bearer {secret}",
            f"password={secret}",
            f"-----BEGIN EC PRIVATE KEY-----\n{secret}\n-----END EC PRIVATE KEY-----",
        )[form - 3]
    return secret, f"cannot{draw(AROUND) or ' '}{text}{draw(AROUND)} end"


@SETTINGS
@given(told())
def test_safe__secret_in_any_form__is_gone(case: tuple[str, str]) -> None:
    secret, text = case
    assert secret not in safe(text)
    assert "cannot" in safe(text)


@SETTINGS
@given(told(), st.sampled_from(["human", "json"]))
def test_log__secret_in_message_and_exception__is_in_no_line(
    case: tuple[str, str], form: str
) -> None:
    secret, text = case
    stream = io.StringIO()
    logs.set_up("DEBUG", form, stream)
    try:
        raise ValueError(text)
    except ValueError as error:
        logger.opt(exception=error).error("failed: {}", text)
    written = stream.getvalue()
    assert "failed" in written
    assert secret not in written
    if form == "json":
        (line,) = written.splitlines()
        assert json.loads(line)["level"] == "ERROR"


@SETTINGS
@given(st.binary(min_size=32, max_size=32).map(bytes.hex), HEX)
def test_log__hash_that_is_named_as_public__stays_and_no_other(known: str, other: str) -> None:
    stream = io.StringIO()
    logs.set_up("INFO", "json", stream)
    logger.bind(transaction=f"0x{known}").info("sent in 0x{} with 0x{}", known, other)
    line = json.loads(stream.getvalue())
    assert line["transaction"] == f"0x{known}"
    assert f"0x{known}" in line["message"]
    assert (other in line["message"]) == (other == known)


QUOTED = st.sampled_from(["'{}'", '"{}"', "b'{}'", 'b"{}"', '\\"{}\\"', '\\\\\\"{}\\\\\\"'])
NAME = st.sampled_from(["x-api-key", "Authorization", "password", "client_secret", "token"])
BETWEEN = st.sampled_from([": ", ":", "=", " = ", ", "])


@SETTINGS
@given(QUOTED, NAME, BETWEEN, st.sampled_from(["", "Digest ", "Token "]), WORD.map("7{}7".format))
def test_safe__header_or_field_as_a_library_prints_it__has_no_value(
    quoted: str, name: str, between: str, before: str, secret: str
) -> None:
    text = f"headers [({quoted.format(name)}{between}{quoted.format(before + secret)}), 1]"
    assert secret not in safe(text)
    assert name in safe(text)


@SETTINGS
@given(
    st.sampled_from(
        [
            "https://user:{}@x@node.example/",
            "https://user:x@{}@node.example/",
            "https://user:a/{}@node.example/",
            "https://user:a?{}@node.example/",
            "https://user:a#{}@node.example/",
            "https://user:p@x@node.example/v2/{}",
            "https://node.example/v2/'{}",
            "https://node.example/v2/({}",
            "https%3A%2F%2Fnode.example%2Fv2%2F{}",
            "https:\\/\\/node.example\\/v2\\/{}",
            "GET /v2/{} HTTP/1.1",
            "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.{}",
        ]
    ),
    WORD.map("7{}7".format),
)
def test_safe__url_or_request_line_of_any_writing__has_no_secret(form: str, secret: str) -> None:
    assert secret not in safe(f"cannot reach {form.format(secret)}")


@SETTINGS
@given(st.binary(min_size=32, max_size=64), st.data())
def test_safe__key_as_bytes_are_written__is_gone(secret: bytes, data: st.DataObject) -> None:
    form = data.draw(
        st.sampled_from(
            [
                secret.hex(":"),
                secret.hex(" ", 2),
                secret.hex("_", -4),
                str(list(secret)),
                base64.b64encode(secret[:32]).decode(),
                base64.urlsafe_b64encode(secret[:32]).decode(),
                str(int.from_bytes(b"\xff" + secret, "big")),
            ]
        )
    )
    assert form[1:-1] not in safe(f"key {form} is wrong")


@pytest.mark.parametrize(
    "text",
    [
        "job 8f3c1a2b-0000-8000-8000-000000000000 began at 2026-01-01 00:00:00 in block 12345678",
        "(https://node.example:8545) and https://[::1]:80, then https://node.example.",
        f"0x{'ab' * 20} pays for 0x{'cd' * 20}",
        "the token is not there; the password is wrong",
        "https://node.example: connection refused",
    ],
)
def test_safe__nothing_secret__stays(text: str) -> None:
    assert safe(text) == text
