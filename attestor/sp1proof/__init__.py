"""SP1 Groth16 proofs, checked off chain."""
