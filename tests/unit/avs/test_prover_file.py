"""prover.json of every version, and what is wrong with it."""

import json
from pathlib import Path

import pytest

from attestor.avs import prover_file
from attestor.avs.prover_file import ProverFile
from attestor.errors import ConfigurationInvalid

V03 = {
    "verifier": {"endpoint": "http://127.0.0.1:8545", "addr": "0x00"},
    "server": {"tls": "", "body_limit": 20971520, "workers": 10, "queue_size": 256},
    "scroll_chain": {
        "contract": "0xa13BAF47339d63B743e7Da8741db5456DAc1E556",
        "endpoint": "",
        "wait_block": 32,
        "max_block": 100,
        "timeout_secs": 60,
    },
    "scroll_endpoint": "http://localhost:8545",
    "spid": {"id": ""},
}


def parse(value: object) -> ProverFile:
    return prover_file.parse(json.dumps(value).encode(), "prover.json")


def test_file__empty_object__has_the_defaults() -> None:
    assert parse({}) == ProverFile(body_limit=52428800, l2_timeout_seconds=60)


def test_file__of_version_0_3__is_read_and_its_unknown_keys_are_ignored() -> None:
    assert parse(V03) == ProverFile(l2_endpoint="http://localhost:8545", body_limit=20971520)


def test_file__with_everything__is_read() -> None:
    found = parse(
        {
            "scroll_chain": {"endpoint": "https://l1.example/key"},
            "server": {"tls": "config/prover", "body_limit": 1024, "workers": 1, "queue_size": 2},
            "scroll_endpoint": "http://l2:8545",
            "scroll_chain_id": 534352,
            "linea_endpoint": "http://linea",
            "linea_shomei": "http://shomei",
            "l2_timeout_secs": 5,
        }
    )
    assert found == ProverFile(
        "https://l1.example/key", "http://l2:8545", 534352, "config/prover", 1024, 5
    )


EMPTY = [
    {"scroll_endpoint": "", "scroll_chain": {"endpoint": ""}, "server": {"tls": ""}},
    {"scroll_endpoint": None, "scroll_chain": None, "server": None, "scroll_chain_id": None},
    {"linea_endpoint": "", "linea_shomei": "", "scroll_chain_id": "", "l2_timeout_secs": ""},
    {"server": {"body_limit": "", "workers": "", "queue_size": ""}, "scroll_chain": ""},
    {"server": ""},
]


@pytest.mark.parametrize("value", EMPTY)
def test_file__empty_text_or_null__is_as_if_it_were_not_there(value: object) -> None:
    assert parse(value) == ProverFile()


def test_file__timeout_of_zero__is_none() -> None:
    assert parse({"l2_timeout_secs": 0}).l2_timeout_seconds is None


FAULTS: dict[str, tuple[object, str]] = {
    "list": ([], "the file is"),
    "text for a section": ({"server": "x"}, 'server is "x", not an object'),
    "number for text": ({"server": {"tls": 1}}, "server.tls is 1, not text"),
    "text for a number": ({"server": {"body_limit": "1"}}, 'server.body_limit is "1", not a numb'),
    "tiny limit": ({"server": {"body_limit": 0}}, "server.body_limit is 0"),
    "true": ({"l2_timeout_secs": True}, "l2_timeout_secs is true"),
    "negative": ({"server": {"workers": -1}}, "server.workers is -1"),
    "no url": ({"scroll_endpoint": "localhost:8545"}, "scroll_endpoint: the URL is invalid"),
    "other scheme": ({"scroll_chain": {"endpoint": "ws://x"}}, "scroll_chain.endpoint: .* http://"),
    "port that is none": ({"scroll_endpoint": "http://x:abc"}, "scroll_endpoint: .* port"),
    "port too large": ({"scroll_endpoint": "http://x:65536"}, "scroll_endpoint: .* port"),
    "space in a url": ({"scroll_endpoint": "http://a b"}, "scroll_endpoint: .* spaces"),
    "zero byte in a url": ({"scroll_endpoint": "http://a\0"}, "scroll_endpoint: .* control"),
    "linea": ({"linea_shomei": "x"}, "linea_shomei: the URL"),
    "chain id": ({"scroll_chain_id": "534352"}, 'scroll_chain_id is "534352"'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_file__wrong_value__is_named(name: str) -> None:
    value, told = FAULTS[name]
    with pytest.raises(ConfigurationInvalid, match=told):
        parse(value)


def test_file__two_faults__are_both_told() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"2 problem.*scroll_endpoint.*tls"):
        parse({"server": {"tls": 1}, "scroll_endpoint": 2})


def test_file__endpoint_with_a_key__is_not_printed() -> None:
    with pytest.raises(ConfigurationInvalid) as caught:
        parse({"scroll_endpoint": "wss://node.example/secretkey"})
    assert "secretkey" not in str(caught.value)


def test_file__no_json_or_no_file__is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "prover.json"
    with pytest.raises(ConfigurationInvalid, match=r"prover\.json cannot be read: No such file"):
        prover_file.read(path)
    path.write_text("{")
    with pytest.raises(ConfigurationInvalid, match=r"prover\.json is not JSON"):
        prover_file.read(path)
