"""The calls below `/v1`: programs by themselves, jobs that refer to them, proofs in every form."""
