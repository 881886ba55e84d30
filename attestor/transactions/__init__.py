"""Transactions of one account: simulated, priced, recorded, sent, and followed to their end."""
