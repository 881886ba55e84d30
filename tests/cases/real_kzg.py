"""KZG as Ethereum has it, also for who makes batches: openings at a point."""

import ckzg

from attestor.kzg.commitments import CKzg


class RealKzg(CKzg):
    """A `scroll_batch.Scheme`."""

    def opened(self, blob: bytes, z: bytes) -> tuple[bytes, bytes]:
        proof, y = ckzg.compute_kzg_proof(blob, z, self._loaded())
        return bytes(y), bytes(proof)
