"""Errors of the configuration and of processes."""

from attestor.errors.base import Fatal, Misconfigured

# --- configuration --------------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    code = "configuration_invalid"


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was asked for outside of a development chain."""

    code = "simulation_refused"


# --- processes ------------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """A process of ours sent bytes that are not a frame."""

    code = "frame_invalid"
