"""A whole stack on one machine: anvil, the contracts, a simulated platform, a daemon.

Everything is real but the hardware: the platform's PKI says SIMULATED, and nothing here accepts
a chain id outside of the development chains.
"""
