"""Scroll's batches: what is committed on L1, and what binds executed transactions to it.

Sources: scroll-tech/da-codec (encoding/), scroll-contracts (ScrollChain.sol, the libraries of its
headers), and zkvm-prover for versions 7 to 10. Everything here takes untrusted bytes.
"""
