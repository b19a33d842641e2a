"""Who can write the database but has no key: no sealed row's content opens in another row."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from certs.signatory import ServerRefused
from esign.store.tables_ceremonies import attempt, enrolment, message
from esign.store.tables_outbox import outbox
from tests.actors import COMPANY


def swap(world: Any, table: Any, key: Any, column: Any, first: str, second: str) -> None:
    """Exchange a sealed column between two rows."""
    with world.application.contracts.household.store._database.transaction() as connection:
        values = {name: connection.execute(select(column).where(key == name)).scalar_one() for name in (first, second)}
        for name, other in ((first, second), (second, first)):
            connection.execute(update(table).where(key == name).values({column.name: values[other]}))


def rows(world: Any, column: Any) -> list[Any]:
    with world.application.contracts.household.store._database.reading() as connection:
        return list(connection.execute(select(column)).scalars())


def walked(world: Any) -> Any:
    _, link = world.invite()
    signatory = world.signatory(link)
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document, signatory.open):
        step()
    return signatory


def test_an_answer_does_not_open_for_another_message(world: Any) -> None:
    signatory = walked(world)
    opens = rows(world, message.c.jti.label("jti"))
    with world.application.contracts.household.store._database.reading() as connection:
        opens = list(connection.execute(select(message.c.jti).where(message.c.type == "open")).scalars())
    swap(world, message, message.c.jti, message.c.sealed_answer, *opens)
    with pytest.raises(ServerRefused) as refused:
        signatory.wire.again("open")
    assert refused.value.status == 500


def test_an_attempts_state_does_not_open_in_another_attempt(world: Any) -> None:
    signatory = walked(world)
    swap(world, attempt, attempt.c.tau, attempt.c.sealed, *rows(world, attempt.c.tau))
    with pytest.raises(ServerRefused) as refused:
        signatory.document()
    assert refused.value.status == 500


def test_an_enrolment_does_not_open_as_another_one(world: Any) -> None:
    signatory = walked(world)
    signatory.hello()
    signatory.enrol()
    with world.application.contracts.household.store._database.reading() as connection:
        used = list(connection.execute(select(enrolment.c.id).where(enrolment.c.sealed.is_not(None))).scalars())
    swap(world, enrolment, enrolment.c.id, enrolment.c.sealed, *used)
    with pytest.raises(ServerRefused) as refused:
        signatory.open()
    assert refused.value.status == 500


def test_a_delivery_of_one_kind_does_not_open_as_one_of_another(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    world.application.contracts.invite(COMPANY, contract)
    with world.application.contracts.household.store._database.transaction() as connection:
        connection.execute(update(outbox).values(kind="reminder"))
    assert world.application.delivery.deliver_due() == 0
    assert world.post.mails == []
