"""What reverted registrations may cost in a day bounds the next ones."""

from typing import Any

from attestor.transactions.budget import DAY


def test_step__gas_of_reverts_is_spent__nothing_is_sent_until_the_day_is_over(setup: Any) -> None:
    setup.budget.use(1)
    setup.world.refuses = True
    setup.run(60)
    assert len(setup.world.receipts) == 1
    setup.world.refuses = False
    setup.run(20)
    assert (len(setup.world.receipts), setup.active) == (1, None)
    setup.world.now += DAY
    setup.run(6)
    assert setup.active is not None
