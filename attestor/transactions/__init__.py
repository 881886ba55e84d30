"""Transactions of one account: priced, recorded, sent, and followed to their end."""
