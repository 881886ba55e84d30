"""Errors of the configuration and of processes."""

from attestor.errors.base import Fatal, Misconfigured

# --- configuration --------------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    code = "configuration_invalid"


class RegistryTermsMisfit(ConfigurationInvalid):
    """The options of the rotation do not fit the registry's terms, as the node tells them."""

    code = "registry_terms_misfit"


class ChainNotNamed(Misconfigured):
    """There are several chains and it is not said which is meant, or none has that name."""

    code = "chain_not_named"


class PackageMissing(Misconfigured):
    """A command needs a Python package that is not installed."""

    code = "package_missing"


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was requested on a chain that is not for development."""

    code = "simulation_refused"


# --- development stacks ---------------------------------------------------------------------------


class DevnetFolderRefused(Misconfigured):
    """The folder has files that no development stack wrote, or cannot be used."""

    code = "devnet_folder_refused"


class DevnetFolderBusy(Misconfigured):
    """Another development stack runs in the folder."""

    code = "devnet_folder_busy"


class PortTaken(Misconfigured):
    """Something else listens on a port that a development stack is to use."""

    code = "port_taken"


# --- processes ------------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """An attestor process sent bytes that are not a frame."""

    code = "frame_invalid"


# --- hardening ------------------------------------------------------------------------------------


class MemoryNotLocked(Misconfigured):
    """The memory of a key cannot be kept from being swapped out."""

    code = "memory_not_locked"


class ProcessUserInvalid(Misconfigured):
    """The user of the signer process does not exist, or the process cannot become that user."""

    code = "process_user_invalid"


class SandboxInsufficient(Misconfigured):
    """This machine does not confine the executor, or the signer process, as sandbox.level asks."""

    code = "sandbox_insufficient"


class ExecutorUnrecorded(Misconfigured):
    """The executor's programs are not those that were recorded when it was built."""

    code = "executor_unrecorded"
