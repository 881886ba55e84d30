"""The trusted process: it makes keys, quotes them, executes one workload and signs its outcomes.

Its only connection is a socket pair to the daemon, on which it answers the verbs new_key, quote,
activate, retire and status, and those of its workload. Keys never leave it.
"""
