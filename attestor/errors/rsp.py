"""Errors of making the published rsp program's stdin from a node."""

from attestor.errors.base import Misconfigured, Rejected


class RspBlockUnsupported(Rejected):
    """A block whose chain or fork the published rsp program does not execute."""

    code = "rsp_block_unsupported"


class RspWitnessInvalid(Rejected):
    """What the node gave is not of one block, or not what the program needs of it."""

    code = "rsp_witness_invalid"
    advice = "Ask another node, of geth or reth, that has the state before the block."


class RspMethodMissing(Misconfigured):
    """The node does not serve a method that is needed."""

    code = "rsp_method_missing"
