"""A simulated TDX platform for development chains: a PKI, quotes and collateral of its own.

Its keys derive from a seed that anyone may know, so it proves nothing; every part of it says
SIMULATED, and it refuses chains that are not for development.
"""

from attestor.quote.simulated.platform import SimulatedPlatform
from attestor.quote.simulated.variation import Variation

__all__ = ["SimulatedPlatform", "Variation"]
