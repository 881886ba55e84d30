"""A PCCS of a simulated platform: the resources of Intel's PCS API, version 4, that clients of
this project ask for, over HTTP on this machine alone."""

import re
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from attestor.quote.simulated import SimulatedPlatform

Answer = tuple[dict[str, str], bytes]
_RESOURCE = re.compile("/(?:sgx|tdx)/certification/v4/(.*)")


class Pccs:
    """A running service. Everything is issued anew for each answer, at the clock's time."""

    def __init__(self, platform: SimulatedPlatform, clock: Callable[[], float] = time.time) -> None:
        self._platform = platform
        self._clock = clock
        serve = self._answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = serve(self.path)
                headers, body = answer if answer is not None else ({}, b"")
                self.send_response(200 if answer is not None else 404)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="pccs", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """End the service."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, path: str) -> Answer | None:
        now = int(self._clock())
        found = _RESOURCE.fullmatch(urlsplit(path).path)
        name = found[1] if found else ""
        issued = self._platform.collateral(now)
        match name:
            case "pckcrl":
                chain = issued.pck_crl_issuer_chain
                return _chain("SGX-PCK-CRL-Issuer-Chain", chain), issued.pck_crl
            case "rootcacrl":
                return {}, issued.root_ca_crl.hex().encode()
            case "tcb":
                chain = issued.tcb_info_issuer_chain
                body = _signed("tcbInfo", issued.tcb_info, issued.tcb_info_signature)
                return _chain("TCB-Info-Issuer-Chain", chain), body
            case "qe/identity":
                chain = issued.qe_identity_issuer_chain
                body = _signed("enclaveIdentity", issued.qe_identity, issued.qe_identity_signature)
                return _chain("SGX-Enclave-Identity-Issuer-Chain", chain), body
            case "tcbevaluationdatanumbers":
                numbers = self._platform.evaluation_numbers(now)
                chain = issued.tcb_info_issuer_chain
                body = _signed("tcbEvaluationDataNumbers", numbers.text, numbers.signature)
                return _chain("TCB-Evaluation-Data-Numbers-Issuer-Chain", chain), body
        return None


def _chain(header: str, chain: str) -> dict[str, str]:
    return {header: percent_encode(chain)}


def _signed(key: str, text: str, signature: bytes) -> bytes:
    return f'{{"{key}":{text},"signature":"{signature.hex()}"}}'.encode()
