"""The proof keys: only the active one signs, and only while it is registered."""

import pytest

from attestor.core.signature import recover
from attestor.errors import NoActiveSigner, SignerUnknown, SigningHalted
from attestor.hardening.secret_key import SecretKey
from attestor.signer import keys as keys_module
from attestor.signer.keys import EXPIRY_MARGIN, Keys

DIGEST = b"\xdd" * 32
NOW = 1000.0
LATER = int(NOW) + 3600


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(clock: Clock) -> Keys:
    """With a long lease, of a chain that shows the time of the clock."""
    made = Keys(clock)
    made.lease(int(NOW), 1e6)
    return made


def test_create__twice__is_two_signers(keys: Keys) -> None:
    one, other = keys.create(), keys.create()
    assert one != other
    assert keys.addresses() == [one, other]
    assert len(one) == 20


def test_sign__nobody_active__is_refused(keys: Keys) -> None:
    keys.create()
    with pytest.raises(NoActiveSigner, match="no signer is registered"):
        keys.sign(DIGEST)
    with pytest.raises(NoActiveSigner):
        keys.require_active()


def test_sign__active__recovers_to_it(keys: Keys) -> None:
    keys.create()
    signer = keys.create()
    keys.activate(signer, LATER)
    address, signature = keys.sign(DIGEST)
    assert address == signer
    assert recover(DIGEST, signature) == signer


@pytest.mark.parametrize(
    ("left", "signs"), [(EXPIRY_MARGIN + 1, True), (EXPIRY_MARGIN, False), (0, False), (-9, False)]
)
def test_sign__near_the_end_of_the_registration__stops(
    keys: Keys, clock: Clock, left: int, signs: bool
) -> None:
    keys.activate(keys.create(), LATER)
    clock.now = LATER - left
    if signs:
        keys.require_active()
        assert keys.sign(DIGEST)
    else:
        with pytest.raises(NoActiveSigner, match="about to end"):
            keys.sign(DIGEST)


def test_sign__no_lease__is_refused(clock: Clock) -> None:
    keys = Keys(clock)
    keys.activate(keys.create(), LATER)
    with pytest.raises(NoActiveSigner, match="no recent block"):
        keys.sign(DIGEST)


@pytest.mark.parametrize(("waited", "signs"), [(179.9, True), (180.0, False), (10**9, False)])
def test_sign__no_head_for_long__stops_until_another_comes(
    keys: Keys, clock: Clock, waited: float, signs: bool
) -> None:
    keys.activate(keys.create(), 2 * 10**9)
    keys.lease(int(NOW), 180.0)
    clock.now += waited
    if signs:
        assert keys.sign(DIGEST)
        return
    with pytest.raises(NoActiveSigner, match="no recent block"):
        keys.sign(DIGEST)
    keys.lease(int(NOW), 180.0)
    assert keys.sign(DIGEST)


def test_sign__chain_is_ahead_of_the_clock__the_chains_time_counts(
    keys: Keys, clock: Clock
) -> None:
    keys.activate(keys.create(), LATER)
    keys.lease(LATER - EXPIRY_MARGIN - 10, 180.0)
    clock.now += 9
    assert keys.sign(DIGEST)
    clock.now += 1
    with pytest.raises(NoActiveSigner, match="about to end"):
        keys.sign(DIGEST)


def test_create__buckets__the_address_is_of_one_of_them(keys: Keys) -> None:
    wanted = {5, 77, 300, 511, 512, 700, 900, 1023}
    for _ in range(20):
        address = keys.create(sum(1 << bucket for bucket in wanted))
        assert int.from_bytes(address, "big") % 1024 in wanted


def test_create__no_such_bucket__any_key_after_a_bounded_search(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    original = SecretKey.renew

    def counted(key: SecretKey) -> None:
        made.append(1)
        original(key)

    monkeypatch.setattr(SecretKey, "renew", counted)
    address = keys.create(1 << 4000)
    assert len(made) == keys_module.MOST_TRIES + 1
    assert keys.addresses() == [address]


def test_activate__unknown_signer__is_refused(keys: Keys) -> None:
    with pytest.raises(SignerUnknown, match="0x1111"):
        keys.activate(b"\x11" * 20, LATER)


def test_activate__successor__takes_over(keys: Keys) -> None:
    first, second = keys.create(), keys.create()
    keys.activate(first, LATER)
    keys.activate(second, LATER)
    assert keys.sign(DIGEST)[0] == second
    assert keys.active() == second


def test_pause__active__signs_nothing_until_it_is_activated_again(keys: Keys) -> None:
    address, other = keys.create(), keys.create()
    keys.activate(address, LATER)
    keys.pause(other)
    assert keys.sign(DIGEST)[0] == address
    keys.pause(address)
    with pytest.raises(NoActiveSigner):
        keys.sign(DIGEST)
    keys.require(address)
    keys.activate(address, LATER)
    assert keys.sign(DIGEST)[0] == address


def test_retire__active__nobody_signs(keys: Keys) -> None:
    signer = keys.create()
    keys.activate(signer, LATER)
    keys.retire(signer)
    assert keys.active() is None
    assert keys.addresses() == []
    with pytest.raises(NoActiveSigner):
        keys.sign(DIGEST)


def test_retire__key__is_destroyed(keys: Keys) -> None:
    signer = keys.create()
    secret = keys._secrets[signer]
    secret.sign(DIGEST)
    keys.retire(signer)
    with pytest.raises(ValueError, match="destroyed"):
        secret.sign(DIGEST)


def test_retire__other_or_unknown__leaves_the_active_one(keys: Keys) -> None:
    active, other = keys.create(), keys.create()
    keys.activate(active, LATER)
    keys.retire(other)
    keys.retire(b"\x11" * 20)
    assert keys.active() == active


def test_require__key_that_is_gone__is_refused(keys: Keys) -> None:
    signer = keys.create()
    keys.require(signer)
    keys.retire(signer)
    with pytest.raises(SignerUnknown):
        keys.require(signer)


def test_halt__every_key_is_destroyed_and_none_comes_back(keys: Keys) -> None:
    signers = [keys.create(), keys.create()]
    keys.activate(signers[0], LATER)
    secrets = [keys._secrets[signer] for signer in signers]
    keys.halt("the first reason")
    keys.halt("another")
    for secret in secrets:
        with pytest.raises(ValueError, match="destroyed"):
            secret.sign(DIGEST)
    assert (keys.addresses(), keys.active(), keys.halted()) == ([], None, "the first reason")
    for call in (
        keys.create,
        keys.require_active,
        lambda: keys.sign(DIGEST),
        lambda: keys.activate(signers[0], LATER),
    ):
        with pytest.raises(SigningHalted, match="the first reason"):
            call()
    keys.retire(signers[0])
