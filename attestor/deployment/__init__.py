"""Deployment of the contracts: what is planned, what was done, and the file that says so."""
