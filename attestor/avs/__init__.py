"""The prover of the Multi-Prover AVS: what its operators ask by JSON-RPC."""
