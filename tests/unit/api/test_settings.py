"""The settings reach the API process as they are."""

import json

from attestor.api.settings import AccessSettings, ApiSettings
from attestor.core.frame import encode_header
from attestor.core.served import Served

SETTINGS = ApiSettings(
    database="jobs.sqlite",
    registrations=(Served("base", 8453, b"\x11" * 20, True), Served("", 1, b"\x22" * 20)),
    workers=1,
    max_open=2,
    max_open_per_client=2,
    max_cycles=10**11,
    keep_seconds=3.0,
    keep_jobs=4,
    keep_program_bytes=5,
    max_body_bytes=6,
    min_bytes_per_second=7.0,
    wait_seconds=8.0,
    max_connections=9,
    max_connections_per_address=10,
    executor_directory="bin",
    log_level="INFO",
    access=AccessSettings(tls_key="key.pem", client_required=True, named={"jobs": 3}),
)


def test_header__there_and_back_as_json__is_the_same() -> None:
    header = SETTINGS.to_header()
    assert encode_header(header, [])
    assert ApiSettings.from_header(json.loads(json.dumps(header))) == SETTINGS
