"""What keeps the service from signing that no call meets: `/readyz` says so."""

from attestor.errors.base import Transient


class HeadStale(Transient):
    """The newest block is too old, or no endpoint could be read for too long: nobody can say that
    the signer is still registered."""

    code = "head_stale"
    advice = "Check the endpoints in chain.rpc_urls: the chain rests, or they do not follow it."


class SelfTestPending(Transient):
    """The engine's first self-test has not ended yet."""

    code = "self_test_pending"
    advice = "Wait: it takes some seconds after a start."


class SelfTestFailed(Transient):
    """A program whose outcome is known had another one on this machine, or could not be run."""

    code = "self_test_failed"
    advice = (
        "No proof can be made: look into the log for what the executor's process met, check that "
        "its limits leave room for it (attestor doctor), then start the daemon again."
    )
