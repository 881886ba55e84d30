"""An Ethereum block, and what of the state it reads, as stdin of the published rsp program."""
