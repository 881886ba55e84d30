"""DCAP quotes: their format, where they come from, and the gate they pass before registration."""
