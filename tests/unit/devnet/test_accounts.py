"""The accounts that every anvil has."""

from attestor.devnet.accounts import funded_accounts


def test_funded_accounts__first_one__is_the_known_one() -> None:
    first = funded_accounts(1)[0]
    assert first.address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert first.key.startswith("0xac0974bec39a17e3")


def test_funded_accounts__all__differ() -> None:
    assert len({account.key for account in funded_accounts()}) == 10
