"""The EVM chain: what nodes say (believed only after strict decoding) and what we send."""
