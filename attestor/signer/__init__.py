"""The trusted process: it makes keys, quotes them, runs programs and signs what it saw run.

Its only connection is a socket pair to the daemon, on which it answers eight verbs: new_key, quote,
activate, retire, prove, status, confirmations, disagreement. Keys never leave it.
"""
