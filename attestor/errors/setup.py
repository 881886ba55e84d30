"""Errors of the configuration and of processes."""

from attestor.errors.base import Fatal, Misconfigured

# --- configuration --------------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    code = "configuration_invalid"


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was requested on a chain that is not for development."""

    code = "simulation_refused"


# --- processes ------------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """An attestor process sent bytes that are not a frame."""

    code = "frame_invalid"
