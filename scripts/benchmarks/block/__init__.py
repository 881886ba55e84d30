"""An Ethereum block of our own making, as stdin of the published rsp guest."""
