"""The API process: it serves clients, and can be stopped, killed or started anew at any moment
without the rotation noticing. It has no key, and makes no connection of its own."""
