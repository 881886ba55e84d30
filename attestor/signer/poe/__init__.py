"""The role `poe` of the signer process: one key, which signs what batches of Scroll came to.

The process executes the blocks itself, binds them to the batch itself, and signs nothing else. Its
report data is half the caller's choice, in a layout that registries of proof keys read as well:
that is why this key has a process of its own, without any verb of the other role.
"""
