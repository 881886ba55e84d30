"""Until when a signer is registered is what the registry has on record, and never made up."""

from typing import Any

import pytest

from attestor.core.registration import Registration


class Forgetful:
    """An endpoint that lacks the registration gives zeros for its record."""

    def __init__(self, world: Any) -> None:
        self.told = world.registration
        self.lacks = True

    def __call__(self, signer: bytes) -> Registration:
        return Registration(0, 0, bytes(32)) if self.lacks else self.told(signer)


@pytest.fixture
def forgetful(setup: Any) -> Forgetful:
    setup.world.registration = Forgetful(setup.world)
    found: Forgetful = setup.world.registration
    return found


def test_activate__record_of_zeros__is_no_end_of_the_registration(
    setup: Any, forgetful: Forgetful
) -> None:
    setup.run(6)
    assert setup.active is None
    assert setup.world.signing is None
    assert len(setup.world.held) == 1, "nothing is destroyed or given up for it"
    forgetful.lacks = False
    setup.run(1)
    (row,) = setup.store.rows("SELECT valid_until FROM registrations")
    assert row["valid_until"] == forgetful.told(setup.active).valid_until
    assert setup.world.signing == setup.active


def test_resume__record_of_zeros__stays_paused(setup: Any, forgetful: Forgetful) -> None:
    forgetful.lacks = False
    setup.run(3)
    active, until = setup.active, forgetful.told(setup.active).valid_until
    setup.world.reorg(3)
    setup.rotation.step()
    assert setup.world.signing is None
    forgetful.lacks = True
    setup.run(2)
    assert setup.world.signing is None
    forgetful.lacks = False
    setup.run(1)
    assert setup.world.signing == active
    (row,) = setup.store.rows("SELECT valid_until FROM registrations")
    assert row["valid_until"] == forgetful.told(active).valid_until != until
