"""Mistakes that people make in a configuration, each with what they have to be told.

`{folder}` in a text is the test's own folder, in which `make_folder` puts what a good configuration
names.
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from cases.tls_files import AUTHORITY, NOW, YEAR, issue
from cryptography.hazmat.primitives.serialization import PrivateFormat
from eth_account import Account

KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
GOOD = f"""\
[chain]
rpc_url = "http://127.0.0.1:9"
id = 31337
registry = "{REGISTRY}"
[payer]
key_file = "{{folder}}/payer.key"
[quote]
provider = "simulated"
[executor]
directory = "{{folder}}/executor"
[store]
path = "{{folder}}/attestor.sqlite"
[api]
port = 0
[health]
port = 0
"""


@dataclass(frozen=True)
class Mistake:
    """`change` is made to the good file: what is replaced by what; nothing replaced is added at the
    end. `told` are parts of what has to be said, all in one line."""

    name: str
    change: tuple[str, str]
    told: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)

    def text(self, folder: Path) -> str:
        """The file with the mistake."""
        old, new = self.change
        text = GOOD.replace(old, new) if old else f"{GOOD}{new}"
        assert text != GOOD or not new, self.name
        return text.replace("{folder}", str(folder))


def added(name: str, text: str, *told: str) -> Mistake:
    return Mistake(name, ("", text), told)


def instead(name: str, old: str, new: str, *told: str) -> Mistake:
    assert old in GOOD, name
    return Mistake(name, (old, new), told)


def variable(name: str, variable: str, value: str, *told: str) -> Mistake:
    return Mistake(name, ("", ""), told, {variable: value})


_URL, _ID = 'rpc_url = "http://127.0.0.1:9"', "id = 31337"
_SIMULATED = 'provider = "simulated"'
_PAYER = 'key_file = "{folder}/payer.key"'
_TLS = '[api]\ntls_certificate_file = "{folder}/%s"\ntls_key_file = "{folder}/%s"\n'
_SECOND = f'[chains.b]\nrpc_url = "http://127.0.0.1:9"\nid = 31337\nregistry = "{REGISTRY}"\n'

MISTAKES = (
    # Names.
    instead("key typo", "[api]\n", "[api]\nprot = 1\n", ":14: api.prot", "did you mean api.port?"),
    instead("wrong table", _ID, _ID + "\nperiod_seconds = 5",
            ":4: chain.period_seconds", "rotation.period_seconds"),
    added("unknown table", "[rotaton]\nperiod_seconds = 9\n",
          "rotaton.period_seconds is not an option", "the option is rotation.period_seconds"),
    added("no such table", "[database]\nengine_x = 9\n", "there is no table [database]"),
    instead("no table", "[chain]", "verbose = true\n[chain]", ":1: verbose is not inside a table"),
    instead("key without its table", "[chain]", "poll_seconds = 2\n[chain]", "write it below [chain]"),
    added("table twice", "[chain]\nid = 2\n", ":17:", "Cannot declare"),
    added("old and new name of a table",
          "[upkeep]\ninterval_seconds = 5\n[collateral]\ninterval_seconds = 5\n",
          "collateral.interval_seconds is also given as upkeep.interval_seconds", "leave one"),
    variable("variable typo", "ATTESTOR_API_PROT", "1", "did you mean ATTESTOR_API_PORT?"),
    variable("variable in small letters", "attestor_api_port", "1", "mean ATTESTOR_API_PORT?"),
    variable("variable of no chain", "ATTESTOR_CHAINS_BASE_RPC_URL", "http://x",
             "ATTESTOR_CHAINS_BASE_RPC_URL is not an option"),
    variable("key in a variable", "ATTESTOR_PAYER_KEY", KEY,
             "ATTESTOR_PAYER_KEY is not an option", "secrets are never options", "payer.key_file"),
    variable("prefix typo", "ATESTOR_API_PORT", "1", "ATESTOR_API_PORT", "mean ATTESTOR_API_PORT?"),
    variable("variable with hyphens", "ATTESTOR-API-PORT", "1", "mean ATTESTOR_API_PORT?"),
    variable("quotes in a variable", "ATTESTOR_API_PORT", '"1"', "ATTESTOR_API_PORT", "leave them out"),
    # The file.
    added("list of tables", "[[rotation]]\nlease_seconds = 5\n", "is a list of tables", "[rotation], once"),
    instead("syntax", _ID, "id = ", ":3:6:", "Invalid value"),
    instead("text without quotes", _URL, "rpc_url = http://127.0.0.1:9", ":2:11:", "quotes"),
    instead("line not ended", "[executor]", "[executor", ":9:", "Expected"),
    instead("duplicate key", _ID, "id = 1\nid = 31337", ":4:", "Cannot overwrite a value"),
    # Values.
    instead("not a number", _ID, 'id = "mainnet"', ":3: chain.id", "is not a whole number"),
    instead("missing number", _ID, "", "chain.id is missing (or --chain-id, or ATTESTOR_CHAIN_ID)"),
    instead("zero chain", _ID, "id = 0", ":3: chain.id: 0 is out of range, at least 1"),
    added("negative", "[rotation]\nperiod_seconds = -5\n", "rotation.period_seconds: -5", "seconds"),
    added("unit in the value", '[rotation]\nperiod_seconds = "30m"\n',
          "rotation.period_seconds: '30m' is not a whole number of seconds", "without a unit"),
    instead("wei for gwei", _PAYER, _PAYER + "\nmax_fee_gwei = 200000000000",
            "payer.max_fee_gwei: 200000000000 is out of range", "it is gwei"),
    added("microseconds for seconds", "[rotation]\nperiod_seconds = 1800000000\n",
          "rotation.period_seconds: 1800000000 is out of range", "at most", "it is seconds"),
    added("megabytes for bytes", "[proofs]\nworkers = 1\n[cross_check]\nsample_rate = 5\n",
          "cross_check.sample_rate: 5 is out of range, at least 0 and at most 1"),
    instead("memory in gigabytes", "[executor]", "[executor]\nmemory_bytes = 4",
            "executor.memory_bytes: 4 is out of range", "it is bytes"),
    added("overflow", "[proofs]\nmax_open = 99999999999999999999999999\n",
          "proofs.max_open: the number is out of range"),
    added("infinity", "[rotation]\nlease_seconds = inf\n", "rotation.lease_seconds: inf is out of"),
    instead("port", "[api]\nport = 0", "[api]\nport = 99999",
            ":14: api.port: 99999 is out of range, at least 0 and at most 65535"),
    instead("boolean as text", _ID, _ID + '\ncheck_headers = "maybe"', "is not true or false"),
    added("choice", '[log]\nlevel = "info"\n', "log.level", "did you mean INFO?"),
    instead("list", "[api]\n", "[api]\nallow = 5\n", "api.allow: 5 is not a list"),
    instead("text", "[api]\n", "[api]\nhost = 5\n", "api.host: 5 is not text; put it into quotes"),
    # Endpoints and contracts.
    instead("no scheme", _URL, 'rpc_url = "127.0.0.1:8545"', ":2: chain.rpc_url", "write the scheme"),
    instead("websocket endpoint", _URL, 'rpc_urls = ["http://a", "wss://b/secret"]',
            "chain.rpc_urls: URL 2 of 2", "chain.websocket_urls"),
    instead("endpoint twice", _URL, 'rpc_urls = ["http://a", "http://A:80/"]', "is listed twice"),
    instead("one and several", _URL, _URL + '\nrpc_urls = ["http://b"]', "are both given"),
    instead("port of a URL", _URL, 'rpc_url = "http://127.0.0.1:port"', "has a port that is none"),
    instead("registry mistyped", REGISTRY, REGISTRY[:-1] + "4", "wrong checksum (EIP-55)"),
    instead("registry cut", REGISTRY, REGISTRY[:-2], "is not an address of 20 bytes"),
    instead("registry zero", REGISTRY, "0x" + "00" * 20, "the address is zero"),
    instead("no deployment file", f'registry = "{REGISTRY}"', 'deployment = "{folder}/none.json"',
            ":4: chain.deployment", "none.json"),
    instead("simulation on a real chain", _ID, "id = 1", "refuses chain id 1", "configfs"),
    instead("variable in a URL", _URL, 'rpc_url = "https://node.example/v2/${KEY}"',
            ":2: chain.rpc_url", "something to be filled in", "write the value itself"),
    instead("placeholder in a URL", _URL, 'rpc_url = "https://node.example/v3/YOUR-API-KEY"',
            ":2: chain.rpc_url", "something to be filled in"),
    instead("port zero of a URL", _URL, 'rpc_url = "http://127.0.0.1:0"', "has a port that is none"),
    instead("deployment is a pipe", f'registry = "{REGISTRY}"', 'deployment = "{folder}/pipe"',
            ":4: chain.deployment", "is a pipe; name a file"),
    instead("deployment of no form", f'registry = "{REGISTRY}"', 'deployment = "{folder}/list.json"',
            ":4: chain.deployment", "is not a deployment file"),
    instead("collateral is a folder", _SIMULATED, _SIMULATED + '\ncollateral = "{folder}"',
            ":9: quote.collateral: there is no file", "PCCS"),
    instead("collateral of no form", _SIMULATED, _SIMULATED + '\ncollateral = "{folder}/list.json"',
            ":9: quote.collateral: collateral is a list, not an object"),
    instead("collateral from elsewhere", _SIMULATED, _SIMULATED + '\ncollateral = "ftp://p"',
            ":9: quote.collateral: the value is not an http:// or https:// URL", "PCCS"),
    instead("no TCB status", _SIMULATED, _SIMULATED + "\nallowed_tcb_statuses = []",
            ":9: quote.allowed_tcb_statuses is empty", "leave the option out"),
    # Who pays.
    instead("no payer", _PAYER, "", "payer.key_file is missing (or payer.keystore_file"),
    instead("two payers", _PAYER, _PAYER + '\nremote_url = "http://s"\naddress = "' + REGISTRY + '"',
            "payer.key_file and payer.remote_url are given"),
    instead("key in the file", _PAYER, f'key_file = "0x{KEY}"', ":6: payer.key_file", "is a secret"),
    instead("key as an option", _PAYER, f'key = "0x{KEY}"', "payer.key is not an option", "key_file"),
    instead("no key file", _PAYER, 'key_file = "{folder}/none"', ":6: payer.key_file: cannot read"),
    instead("short key", _PAYER, 'key_file = "{folder}/short.key"', "not a secp256k1 key of 32 bytes"),
    instead("key of others", _PAYER, 'key_file = "{folder}/open.key"', "mode 644", "chmod 600"),
    instead("wrong password", _PAYER, 'keystore_file = "{folder}/keystore"\n'
            'keystore_password_file = "{folder}/wrong.password"', ":6: payer.keystore_file", "password"),
    instead("keystore without password", _PAYER, 'keystore_file = "{folder}/keystore"',
            "payer.keystore_password_file is missing: payer.keystore_file needs it"),
    Mistake("payer in file and environment", ("", ""), ("payer.key_file and payer.remote_url",),
            {"ATTESTOR_PAYER_REMOTE_URL": "http://s", "ATTESTOR_PAYER_ADDRESS": REGISTRY}),
    instead("key is a pipe", "{folder}/payer.key", "{folder}/pipe",
            ":6: payer.key_file", "is a pipe; name a file"),
    # This machine.
    instead("executor", "{folder}/executor", "{folder}/exeuctor", ":10: executor.directory", "make"),
    instead("executor without programs", "{folder}/executor", "{folder}", "no program attestor-execute"),
    instead("database folder", "{folder}/attestor.sqlite", "{folder}/dta/attestor.sqlite",
            ":12: store.path", "does not exist", "mkdir -p"),
    instead("database is a folder", "{folder}/attestor.sqlite", "{folder}", "is a folder"),
    instead("database is none", "{folder}/attestor.sqlite", "{folder}/payer.key", "is no database"),
    instead("database is a device", "{folder}/attestor.sqlite", "/dev/null",
            ":12: store.path: /dev/null is a device; name a file"),
    instead("database in memory", "{folder}/attestor.sqlite", ":memory:",
            ":12: store.path", "would end with the daemon"),
    instead("host with a port", "[api]\n", '[api]\nhost = "127.0.0.1:3000"\n',
            ":14: api.host", "has a port in it", "the port is api.port"),
    instead("host is a URL", "[health]\n", '[health]\nhost = "http://127.0.0.1"\n',
            ":16: health.host", "is a URL", "the port is health.port"),
    instead("host is no host", "[api]\n", '[api]\nhost = "any host"\n', "neither an address nor a name"),
    instead("everybody is a proxy", "[api]\n", '[api]\ntrusted_proxies = ["10.0.0.1", "::/0"]\n',
            ":14: api.trusted_proxies has ::/0", "name the proxies alone"),
    added("workers without end", "[proofs]\nworkers = 100000\n", "at most 1024"),
    instead("public without names", "[api]\n", '[api]\nhost = "0.0.0.0"\n',
            ":14: api.host", "nothing says who may", "api.clients_file"),
    instead("certificate without key", "[api]\n", '[api]\ntls_certificate_file = "{folder}/own.crt"\n',
            "api.tls_key_file is missing"),
    instead("key of another certificate", "[api]\n", _TLS % ("own.crt", "other.key"),
            "other.key is not that of the certificate"),
    instead("expired certificate", "[api]\n", _TLS % ("old.crt", "old.key"), "old.crt ended on"),
    instead("no certificate", "[api]\n", _TLS % ("none.crt", "own.key"), "cannot be read: No such"),
    instead("no clients file", "[api]\n", '[api]\nclients_file = "{folder}/none.json"\n', "none.json"),
    instead("no network", "[api]\n", '[api]\nallow = ["10.0.0.0/33"]\n', "api.allow", "10.0.0.0/33"),
    added("user", '[signer]\nuser = "nobody-here"\n', "signer.user: there is no user"),
    # What contradicts itself.
    instead("one port for both", "port = 0", "port = 39741", "api.port and health.port are both"),
    added("uploads without an account", "[collateral]\nenabled = true\npcs_url = 'http://p'\n",
          "collateral.enabled", "a separate account"),
    instead("fee above the maximum", _PAYER, _PAYER + "\nmax_fee_gwei = 5\nmax_priority_fee_gwei = 9",
            "is more than payer.max_fee_gwei"),
    instead("registry as MultiProof", "[payer]", f'multiproof = "{REGISTRY}"\n[payer]',
            ":5: chain.multiproof is the registry's address", "deployment file"),
    instead("one account for both", "[executor]", "[collateral]\nenabled = true\npcs_url = 'http://p'\n"
            "payer_key_file = '{folder}/payer.key'\n[executor]", "both paid by 0x", "another account"),
    added("two chains, one registry", _SECOND.replace("chains.b", "chains.a") + _SECOND,
          "chains.b.registry is also the registry of chains.a"),
    added("two chains, one database", _SECOND + "[chains.b.store]\npath = '{folder}/attestor-c.sqlite'\n"
          + _SECOND.replace("chains.b", "chains.c").replace("31337", "1337"),
          "chains.c.store.path", "is also that of chains.b"),
    added("option of all in one chain", _SECOND + "[chains.b.api]\nport = 1\n",
          "chains.b.api.port is the same for all chains: set api.port"),
)  # fmt: skip


def make_folder(folder: Path) -> None:
    """What a good configuration names, and some that is no good."""
    os.mkfifo(folder / "pipe")
    (folder / "list.json").write_text("[]")
    programs = folder / "executor"
    programs.mkdir()
    for name in ("attestor-execute", "attestor-vkey", "attestor-decode"):
        (programs / name).touch(0o755)
    for name, text, mode in (
        ("payer.key", f"0x{KEY}\n", 0o600),
        ("short.key", "0x1234\n", 0o600),
        ("open.key", f"0x{KEY}\n", 0o644),
        ("wrong.password", "not this one\n", 0o600),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(mode)
    keystore = Account.encrypt(bytes.fromhex(KEY), "right", kdf="pbkdf2", iterations=2)
    (folder / "keystore").write_text(json.dumps(keystore))
    own, other = issue("service", AUTHORITY), issue("other", AUTHORITY)
    (folder / "own.crt").write_bytes(own.pem)
    (folder / "own.key").write_bytes(own.key_pem(PrivateFormat.PKCS8))
    old = issue("service", AUTHORITY, ends=NOW - YEAR / 2)
    (folder / "old.crt").write_bytes(old.pem)
    (folder / "old.key").write_bytes(old.key_pem(PrivateFormat.PKCS8))
    (folder / "other.key").write_bytes(other.key_pem(PrivateFormat.PKCS8))
