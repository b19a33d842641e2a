"""What the customer gets at once on a durable medium: the receipt of the order, and the confirmation of the contract.

Two acts. The receipt says that the order has arrived and nothing else: it accepts nothing. The confirmation follows
when the contract is there, with everything that belongs to it.

Source: BGB §§ 312f, 312i (1) No. 3.
"""

from __future__ import annotations

from esign.engine.contracts.notices import ORDER_RECEIPT, queue_notice
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord
from esign.foundation.clock import seconds


def order_arrived(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Queue the receipt of an order, in the transaction in which the order arrived.

    Source: BGB § 312i (1) No. 3.
    """
    queue_notice(house, tx, record.id, ORDER_RECEIPT, party=party, at=seconds(house.clock.now()))
