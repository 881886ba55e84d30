"""All checks of a configuration, the cheap ones first."""

from functools import partial

from attestor.config import Config
from attestor.core.report_data import Binding, Layout
from attestor.daemon.policy import signer_settings, slot_settings
from attestor.deployment import addresses
from attestor.doctor import chain, host, signing
from attestor.doctor.finding import Check


def checks(config: Config) -> list[tuple[str, Check]]:
    """Each with the name that it has where it ends by an error. Raises `ConfigurationInvalid`."""
    found = addresses.of(config)
    binding = Binding(config.chain_id, found.registry, Layout(config.chain_registry_kind))
    settings = signer_settings(config, slot_settings(binding, found.multiproof))
    return [
        ("open files", host.files),
        ("limits", partial(host.limits, settings.limits)),
        ("memory", partial(host.memory, config)),
        ("database", partial(host.database, config)),
        ("ports", partial(host.ports, config)),
        ("executor", partial(signing.executor, settings)),
        ("signer", partial(signing.signer, settings)),
        ("endpoints", partial(chain.endpoints, config)),
        ("registry", partial(chain.contracts, config)),
        ("payer", partial(chain.payer, config)),
        ("registration", partial(signing.registration, config)),
    ]
