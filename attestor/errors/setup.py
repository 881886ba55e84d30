"""Errors of the configuration and of processes."""

from attestor.errors.base import Fatal, Misconfigured

# --- configuration --------------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    """An option is missing, unknown or has a value that cannot be."""

    code = "configuration_invalid"
    advice = "The message lists every problem; attestor run --help lists the options."

    def __init__(
        self, message: str, *, hint: str | None = None, faults: tuple[str, ...] = ()
    ) -> None:
        """`faults` are those of the message, where it lists several: one line each."""
        super().__init__(message, hint=hint)
        self.faults = faults

    @property
    def lines(self) -> list[str]:
        if not self.faults:
            return super().lines
        count = "1 problem" if len(self.faults) == 1 else f"{len(self.faults)} problems"
        return [f"{count} in the configuration [{self.code}]", *self.faults]


class ConfigurationExists(Misconfigured):
    """A new configuration was to be written where there is one."""

    code = "configuration_exists"
    advice = "Nothing was changed. Name another folder, or move the file away."


class ConfigurationUnwritten(Misconfigured):
    """A new configuration cannot be written there."""

    code = "configuration_unwritten"
    advice = "Name a folder in which this user may write."


class NotReady(Misconfigured):
    """A doctor command found something without which its service cannot work."""

    code = "not_ready"
    advice = "Do what the first failed check says, and run it again."


class RegistryTermsMisfit(ConfigurationInvalid):
    """The options of the rotation do not fit the registry's terms, as the node tells them."""

    code = "registry_terms_misfit"
    advice = "Change the option that the message names, or ask the registry's owner."


class ChainNotNamed(Misconfigured):
    """There are several chains and it is not said which is meant, or none has that name."""

    code = "chain_not_named"
    advice = "Give --chain with one of the names that the message lists."


class PackageMissing(Misconfigured):
    """A command needs a Python package that is not installed."""

    code = "package_missing"
    advice = "Install attestor with the extra that the message names."


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was requested on a chain that is not for development."""

    code = "simulation_refused"
    advice = (
        "Simulated platforms are for development chains only: set quote.provider to the "
        "machine's own."
    )


# --- development stacks ---------------------------------------------------------------------------


class DevnetFolderRefused(Misconfigured):
    """The folder has files that no development stack wrote, or cannot be used."""

    code = "devnet_folder_refused"
    advice = "Give a folder that does not exist, or one that attestor devnet made."


class DevnetFolderBusy(Misconfigured):
    """Another development stack runs in the folder."""

    code = "devnet_folder_busy"
    advice = "Stop the other one, or give another folder."


class PortTaken(Misconfigured):
    """Something else listens on a port that a development stack is to use."""

    code = "port_taken"
    advice = "Give another port, or stop what listens there."


# --- processes ------------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """An attestor process sent bytes that are not a frame."""

    code = "frame_invalid"
    advice = (
        "The programs of the executor are of another version, or defective: build or install "
        "attestor again."
    )


# --- hardening ------------------------------------------------------------------------------------


class MemoryNotLocked(Misconfigured):
    """The memory of a key cannot be kept from being swapped out."""

    code = "memory_not_locked"
    advice = "Raise the limit of locked memory (LimitMEMLOCK of the unit)."


class ProcessUserInvalid(Misconfigured):
    """The user of the signer process does not exist, or the process cannot become that user."""

    code = "process_user_invalid"
    advice = (
        "Create the user, or start the daemon with the right to become it "
        "(docs/operate-machine.md)."
    )


class SandboxInsufficient(Misconfigured):
    """This machine does not confine the executor, or the signer process, as sandbox.level asks."""

    code = "sandbox_insufficient"
    advice = (
        "The message names what is missing: a newer kernel, another container profile, or a "
        "lower sandbox.level."
    )


class ExecutorUnrecorded(Misconfigured):
    """The executor's programs are not those that were recorded when it was built."""

    code = "executor_unrecorded"
    advice = (
        "Build with make executor, or install the package again. Never override it on a real chain."
    )
