"""Collateral over real HTTP, from a server that speaks the PCCS interface of a machine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

import pytest

from attestor.collateral.pcs import Pcs
from attestor.collateral.sources import PccsSource
from attestor.errors import AttestorError, CollateralInvalid, CollateralUnreachable
from attestor.quote import qvl
from attestor.quote.collateral import Collateral, SignedText
from attestor.quote.gate import Gate, GatePolicy, SimulatedRoot
from attestor.quote.simulated import SimulatedPlatform

NOW = 1_790_000_000
Answer = tuple[int, dict[str, str], bytes]


def pccs(collateral: Collateral) -> Callable[[str], Answer]:
    """The four resources of Intel's PCS API, version 4, that collateral is made of."""

    def signed(key: str, text: str, signature: bytes) -> bytes:
        return f'{{"{key}":{text},"signature":"{signature.hex()}"}}'.encode()

    def answer(path: str) -> Answer:
        tcb_info = signed("tcbInfo", collateral.tcb_info, collateral.tcb_info_signature)
        identity = signed(
            "enclaveIdentity", collateral.qe_identity, collateral.qe_identity_signature
        )
        resources = {
            "pckcrl": (
                "SGX-PCK-CRL-Issuer-Chain",
                collateral.pck_crl_issuer_chain,
                collateral.pck_crl,
            ),
            "tcb": ("TCB-Info-Issuer-Chain", collateral.tcb_info_issuer_chain, tcb_info),
            "identity": (
                "SGX-Enclave-Identity-Issuer-Chain",
                collateral.qe_identity_issuer_chain,
                identity,
            ),
            "rootcacrl": ("X-None", "", collateral.root_ca_crl.hex().encode()),
        }
        name = urlsplit(path).path.rsplit("/", 1)[1]
        if name not in resources:
            return 404, {}, b""
        header, chain, body = resources[name]
        return 200, {header: percent_encode(chain)}, body

    return answer


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture(scope="module")
def platform() -> SimulatedPlatform:
    return SimulatedPlatform(b"pccs", 31337, NOW)


def test_collateral__from_a_pccs__is_what_it_serves_and_passes_the_gate(
    platform: SimulatedPlatform,
) -> None:
    quote = platform.quote(bytes(64))
    with serving(pccs(platform.collateral())) as url:
        fetched = PccsSource(url).collateral(quote, NOW)
        policy = GatePolicy(root=SimulatedRoot(platform.root_der, 31337))
        verdict = Gate(PccsSource(url), lambda: NOW, policy)(quote, bytes(64))
    assert fetched.tcb_info == platform.collateral().tcb_info
    assert fetched.tcb_info_signature == platform.collateral().tcb_info_signature
    assert fetched.pck_crl == platform.collateral().pck_crl
    assert verdict.status == "UpToDate"


def test_collateral__cache_names_the_tcb_infos_chain_as_sgx_does__is_taken(
    platform: SimulatedPlatform,
) -> None:
    honest = pccs(platform.collateral())

    def renamed(path: str) -> Answer:
        status, headers, body = honest(path)
        old = "TCB-Info-Issuer-Chain"
        return status, {f"SGX-{k}" if k == old else k: v for k, v in headers.items()}, body

    with serving(renamed) as url:
        fetched = PccsSource(url).collateral(platform.quote(bytes(64)), NOW)
    assert fetched.tcb_info_issuer_chain == platform.collateral().tcb_info_issuer_chain


@pytest.mark.parametrize(
    ("resource", "answer", "kind"),
    [
        ("pckcrl", (404, {}, b""), CollateralUnreachable),
        ("pckcrl", (500, {}, b"broken"), CollateralUnreachable),
        ("identity", (404, {}, b""), CollateralUnreachable),
        ("pckcrl", (200, {}, b""), CollateralInvalid),
        ("tcb", (200, {"TCB-Info-Issuer-Chain": "x"}, b"\xff" * 1000), CollateralInvalid),
        ("tcb", (200, {"TCB-Info-Issuer-Chain": "x"}, b'{"tcbInfo":{}}'), CollateralInvalid),
        ("rootcacrl", (200, {}, b"zz"), CollateralInvalid),
        ("rootcacrl", (200, {}, b"00" * 2_000_000), CollateralInvalid),
    ],
    ids=["missing", "failing", "unknown", "no-chain", "bytes", "unsigned", "no-hex", "large"],
)
def test_collateral__service_answers_nonsense__is_typed(
    platform: SimulatedPlatform, resource: str, answer: Answer, kind: type[AttestorError]
) -> None:
    healthy = pccs(platform.collateral())

    def mostly_healthy(path: str) -> Answer:
        return answer if urlsplit(path).path.endswith(resource) else healthy(path)

    with serving(mostly_healthy) as url, pytest.raises(kind):
        PccsSource(url).collateral(platform.quote(bytes(64)), NOW)


def test_collateral__nobody_listens__is_typed_at_once(platform: SimulatedPlatform) -> None:
    with serving(lambda path: (404, {}, b"")) as url:
        pass
    with pytest.raises(CollateralUnreachable, match="PCCS"):
        PccsSource(url).collateral(platform.quote(bytes(64)), NOW)


def test_collateral__service_hangs__ends_at_the_timeout(platform: SimulatedPlatform) -> None:
    release = threading.Event()

    def hang(path: str) -> Answer:
        release.wait(10)
        return 404, {}, b""

    with serving(hang) as url:
        begun = time.monotonic()
        with pytest.raises(CollateralUnreachable, match=r"within 0\.3 s"):
            PccsSource(url, timeout_seconds=0.3).collateral(platform.quote(bytes(64)), NOW)
        assert time.monotonic() - begun < 3
        release.set()


def test_collateral__redirected__is_not_followed(platform: SimulatedPlatform) -> None:
    asked: list[str] = []

    def redirect(path: str) -> Answer:
        asked.append(path)
        return 302, {"Location": "/elsewhere"}, b""

    with serving(redirect) as url, pytest.raises(CollateralUnreachable, match="status 302"):
        PccsSource(url).collateral(platform.quote(bytes(64)), NOW)
    assert len(asked) == 1


def test_collateral__root_crl_as_der__is_taken_too(platform: SimulatedPlatform) -> None:
    healthy = pccs(platform.collateral())

    def binary(path: str) -> Answer:
        if urlsplit(path).path.endswith("rootcacrl"):
            return 200, {}, platform.collateral().root_ca_crl
        return healthy(path)

    with serving(binary) as url:
        fetched = PccsSource(url).collateral(platform.quote(bytes(64)), NOW)
    assert fetched.root_ca_crl == platform.collateral().root_ca_crl


def test_collateral__spaced_as_json_may_be__signed_text_is_kept_as_it_is(
    platform: SimulatedPlatform,
) -> None:
    healthy = pccs(platform.collateral())

    def spaced(path: str) -> Answer:
        status, headers, body = healthy(path)
        if urlsplit(path).path.endswith("tcb"):
            body = body.replace(b'{"tcbInfo":', b' {\n "tcbInfo" : ').replace(
                b',"signature":', b' ,\n "signature" : '
            )
        return status, headers, body

    with serving(spaced) as url:
        fetched = PccsSource(url).collateral(platform.quote(bytes(64)), NOW)
    assert fetched.tcb_info == platform.collateral().tcb_info


def test_collateral__for_a_quote__asks_for_its_kind_of_machine(platform: SimulatedPlatform) -> None:
    asked: list[str] = []
    healthy = pccs(platform.collateral())

    def noting(path: str) -> Answer:
        asked.append(path)
        return healthy(path)

    with serving(noting) as url:
        PccsSource(url).collateral(platform.quote(bytes(64)), NOW)
    fmspc = platform.variation.machine.fmspc.hex()
    assert f"/tdx/certification/v4/tcb?fmspc={fmspc}&update=standard" in asked
    assert "/sgx/certification/v4/pckcrl?ca=platform&encoding=der" in asked


def numbered(platform: SimulatedPlatform, number: int, asked: list[str]) -> Callable[[str], Answer]:
    """A service of two TCB evaluations, the standard one and `number`; notes what it is asked."""
    healthy = pccs(platform.collateral())

    def answer(path: str) -> Answer:
        asked.append(path)
        status, headers, body = healthy(path)
        if f"tcbEvaluationDataNumber={number}" in path:
            standard = json.loads(platform.collateral().tcb_info)["tcbEvaluationDataNumber"]
            found = f'"tcbEvaluationDataNumber":{standard}'.encode()
            assert found in body
            body = body.replace(found, f'"tcbEvaluationDataNumber":{number}'.encode())
        elif "tcbEvaluationDataNumber=" in path:
            return 404, {}, b""
        return status, headers, body

    return answer


def test_collateral__of_another_evaluation__is_asked_for_by_its_number(
    platform: SimulatedPlatform,
) -> None:
    asked: list[str] = []
    machine = qvl.machine_kind(platform.quote(bytes(64)))
    with serving(numbered(platform, 99, asked)) as url:
        found = Pcs(url, 5.0).collateral(machine, 99)
    assert json.loads(found.tcb_info)["tcbEvaluationDataNumber"] == 99
    assert json.loads(found.qe_identity)["tcbEvaluationDataNumber"] == 99
    # Intel's service takes either of the two parameters, and no request with both.
    assert not [path for path in asked if "update" in path and "Number" in path]


def test_collateral__evaluation_that_the_service_lacks__is_the_standard_one(
    platform: SimulatedPlatform,
) -> None:
    machine = qvl.machine_kind(platform.quote(bytes(64)))
    with serving(numbered(platform, 99, [])) as url:
        found = Pcs(url, 5.0).collateral(machine, 98)
    assert found.tcb_info == platform.collateral().tcb_info


def test_collateral__standard_evaluation__is_asked_for_once(platform: SimulatedPlatform) -> None:
    asked: list[str] = []
    standard = json.loads(platform.collateral().tcb_info)["tcbEvaluationDataNumber"]
    machine = qvl.machine_kind(platform.quote(bytes(64)))
    with serving(numbered(platform, 99, asked)) as url:
        Pcs(url, 5.0).collateral(machine, standard)
    assert not [path for path in asked if "tcbEvaluationDataNumber" in path]


def test_evaluation_numbers__served__are_signed_text_with_its_chain(
    platform: SimulatedPlatform,
) -> None:
    chain = platform.collateral().tcb_info_issuer_chain
    text = '{"id":"TDX","version":1,"tcbEvalNumbers":[]}'
    body = f'{{"tcbEvaluationDataNumbers":{text},"signature":"{"ab" * 64}"}}'.encode()
    header = {"TCB-Evaluation-Data-Numbers-Issuer-Chain": percent_encode(chain)}
    with serving(lambda path: (200, header, body)) as url:
        found = Pcs(url, 5.0).evaluation_numbers("tdx")
    assert found == SignedText(text, b"\xab" * 64, chain)
