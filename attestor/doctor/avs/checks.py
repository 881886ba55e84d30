"""All checks of `attestor avs`, the cheap ones first."""

from functools import partial

from attestor.doctor import host
from attestor.doctor.avs import machine, nodes, rollup
from attestor.doctor.avs.examined import Examined
from attestor.doctor.finding import Check


def checks(examined: Examined) -> list[tuple[str, Check]]:
    """Each with the name that it has where it ends by an error."""
    return [
        ("prover.json", partial(machine.prover_file, examined)),
        ("open files", host.files),
        ("limits", partial(host.limits, examined.settings.limits)),
        ("memory", partial(machine.memory, examined)),
        ("database", partial(host.database_at, examined.database, "--database")),
        ("ports", partial(machine.port, examined)),
        ("TLS", partial(machine.tls, examined)),
        ("quotes", partial(machine.quotes, examined)),
        ("signer", partial(machine.signer, examined)),
        ("L2 node", partial(nodes.l2_node, examined)),
        ("L1 node", partial(nodes.l1_node, examined)),
        ("codecs", partial(rollup.codecs, examined)),
        ("old blocks", partial(rollup.old_blocks, examined)),
    ]
