"""Scroll's rules of execution once more, on Ethereum's specification in Python (EELS): what judges
attestor-scroll. It takes what the executor takes, and shares no code with it."""
