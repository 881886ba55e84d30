"""`attestor run`: the parts built from the configuration, started and stopped in order."""
