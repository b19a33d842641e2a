"""Several parties: whose turn it is, on which file they sign, what ends whose attempt, and what comes out."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certs.signatory import SandboxSignatory, ServerRefused, SignatoryRefused
from esign.engine.ceremony import attempts
from esign.foundation.errors import EsignError
from esign.pades import read_signatures
from tests.actors import COMPANY
from tests.samples import COUPLE, REPRESENTED, power_day, sample

AGENT = "http://localhost:8081"
MIRA, DAVID = "mira-sommerfeld", "david-sommerfeld"


def couple(**changes: Any) -> dict[str, Any]:
    return sample(COUPLE, **{"company_signature": "none", **changes})


def draw_up(world: Any, **changes: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, couple(**changes)))


def links(world: Any) -> dict[str, str]:
    """Deliver what is due; return for each addressee the newest link that was mailed."""
    world.application.delivery.deliver_due()
    found: dict[str, str] = {}
    for number in range(len(world.post.mails)):
        link = re.search(re.escape(AGENT) + r"/#[A-Za-z0-9_-]{43}", world.post.text(number))
        to = re.search(rb"^To: .*?([a-z]+)\.[a-z]+@", world.post.mails[number], re.MULTILINE)
        if link and to:
            found[to.group(1).decode()] = link.group()
    return found


def walk(signatory: SandboxSignatory, upto: str = "sign") -> SandboxSignatory:
    for step in ("hello", "enrol", "open", "document", "declare", "sign"):
        getattr(signatory, step)()
        if step == upto:
            break
    return signatory


def state(world: Any, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def test_in_a_given_order_the_second_is_invited_when_the_first_has_signed(world: Any) -> None:
    contract = draw_up(world)
    invited = world.application.contracts.invite(COMPANY, contract)
    assert (invited.party, invited.further) == ("signatory-1", ())
    known = links(world)
    assert list(known) == ["mira"]
    first = world.signatory(known["mira"], MIRA).run()
    assert state(world, contract) == "partly_signed"
    assert [s.field for s in read_signatures(first.document)] == ["Signatory1"]
    known = links(world)
    assert sorted(known) == ["david", "mira"]
    second = world.signatory(known["david"], DAVID).run()
    assert state(world, contract) == "concluded"
    assert second.document.startswith(first.document), "the second signs on the first one's file"
    assert second.document == world.application.contracts.signed_document(COMPANY, contract)
    signatures = read_signatures(second.document)
    assert [(s.field, s.kind) for s in signatures] == [
        ("Signatory1", "Sig"),
        ("Signatory2", "Sig"),
        (signatures[2].field, "DocTimeStamp"),
    ]
    kinds = world.ledger(contract)
    assert (kinds.count("contract.partly_signed"), kinds.count("contract.concluded")) == (1, 1)
    world.application.delivery.deliver_due()
    copies = [
        mail for mail in world.post.mails if b'filename="Informationen.pdf"' not in mail and b"application/pdf" in mail
    ]
    assert len(copies) == 2, "each gets the document"


def test_the_transcript_lists_every_earlier_revision(world: Any) -> None:
    world.application.contracts.invite(COMPANY, draw_up(world))
    world.signatory(links(world)["mira"], MIRA).run()
    david = walk(world.signatory(links(world)["david"], DAVID), "open")
    revisions = david._attempt.claims["document"]["revisions"]
    assert [each["kind"] for each in revisions] == ["draft", "signature", "security_store"]
    assert david._attempt.claims["signatory"]["role"] == "Kunde"


def test_days_may_lie_between_two_signatures(world: Any) -> None:
    """The first one's certificate has long expired; that it was good when it signed is proven in the file."""
    contract = draw_up(world)
    world.application.contracts.invite(COMPANY, contract)
    world.signatory(links(world)["mira"], MIRA).run()
    world.clock.offset = timedelta(days=3)
    world.signatory(links(world)["david"], DAVID).run()
    assert state(world, contract) == "concluded"


def test_who_is_invited_before_the_turn_has_come_is_told_to_wait(world: Any) -> None:
    contract = draw_up(world)
    world.application.contracts.invite(COMPANY, contract)
    world.application.contracts.invite(COMPANY, contract, "signatory-2")
    known = links(world)
    david = world.signatory(known["david"], DAVID)
    greeting = david.hello()
    assert (greeting["state"], greeting["enrolment"]) == ("not_yet", None)
    world.signatory(known["mira"], MIRA).run()
    assert links(world)["david"] == known["david"], "no second invitation"
    assert any("an der Reihe" in world.post.text(number) for number in range(len(world.post.mails)))
    assert david.hello()["state"] == "waiting"
    david.run()
    assert state(world, contract) == "concluded"


def test_who_asks_to_sign_before_the_turn_is_refused(world: Any) -> None:
    contract = draw_up(world, level="simple")
    world.application.contracts.invite(COMPANY, contract)
    world.application.contracts.invite(COMPANY, contract, "signatory-2")
    david = world.signatory(links(world)["david"], DAVID)
    david.hello()
    with pytest.raises(ServerRefused) as refusal:
        david.open()
    assert refusal.value.code == "engine.invitation.not_yet"
    assert "attempt.opened" not in world.ledger(contract)


def test_in_a_free_order_all_are_invited_and_anybody_may_be_first(world: Any) -> None:
    contract = draw_up(world, signing_order="free")
    invited = world.application.contracts.invite(COMPANY, contract)
    assert [invited.party, *(each.party for each in invited.further)] == ["signatory-1", "signatory-2"]
    known = links(world)
    world.signatory(known["david"], DAVID).run()
    assert state(world, contract) == "partly_signed"
    final = world.signatory(known["mira"], MIRA).run()
    assert [s.field for s in read_signatures(final.document)][:2] == ["Signatory2", "Signatory1"]
    assert state(world, contract) == "concluded"


def test_when_one_signature_lands_the_others_attempt_is_superseded(world: Any) -> None:
    contract = draw_up(world, signing_order="free")
    world.application.contracts.invite(COMPANY, contract)
    known = links(world)
    mira = walk(world.signatory(known["mira"], MIRA), "document")
    world.signatory(known["david"], DAVID).run()
    with pytest.raises(ServerRefused) as refusal:
        mira.declare()
    assert refusal.value.code == "ceremony.intent.superseded"
    with world.application.contracts.household.store.reading() as tx:
        assert "seed" not in attempts.load(tx, mira.tau.hex()).contents.attempt
    for step in ("open", "document", "declare", "sign"):
        getattr(mira, step)()
    assert state(world, contract) == "concluded"
    assert world.ledger(contract).count("attempt.superseded") == 1


def test_a_signature_on_a_base_that_is_gone_is_refused(world: Any) -> None:
    contract = draw_up(world, signing_order="free")
    world.application.contracts.invite(COMPANY, contract)
    known = links(world)
    mira = walk(world.signatory(known["mira"], MIRA), "declare")
    world.signatory(known["david"], DAVID).run()
    with pytest.raises(ServerRefused) as refusal:
        mira.sign()
    assert refusal.value.code == "ceremony.signature.superseded"
    assert state(world, contract) == "partly_signed"


def test_two_customers_at_the_simple_level(world: Any) -> None:
    contract = draw_up(world, level="simple")
    world.application.contracts.invite(COMPANY, contract)
    world.signatory(links(world)["mira"]).run()
    final = world.signatory(links(world)["david"]).run()
    assert [s.field for s in read_signatures(final.document)][:2] == ["Signatory1", "Signatory2"]
    assert state(world, contract) == "concluded"


def test_the_companys_seal_follows_the_last_signatory_with_a_permission_from_the_ledger(world: Any) -> None:
    contract = draw_up(world, company_signature="seal")
    world.application.contracts.invite(COMPANY, contract)
    world.signatory(links(world)["mira"], MIRA).run()
    assert "permission.granted" not in world.ledger(contract)
    final = world.signatory(links(world)["david"], DAVID).run()
    signatures = read_signatures(final.document)
    assert [s.field for s in signatures][:3] == ["Signatory1", "Signatory2", "Company"]
    assert [s.kind for s in signatures][3:] == ["DocTimeStamp"]
    kinds = world.ledger(contract)
    assert kinds.count("permission.granted") == 1
    assert kinds.index("permission.granted") < kinds.index("contract.concluded")


def test_a_contract_with_one_customer_may_be_sealed_too(world: Any) -> None:
    contract, link = world.invite("mobile-plan", company_signature="seal")
    final = world.signatory(link).run()
    assert [s.field for s in read_signatures(final.document)][:2] == ["Signatory1", "Company"]
    assert state(world, contract) == "concluded"


def test_an_attacked_intermediate_file_fails_the_contract(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with write access puts another file in the place of the one with the first signature."""
    contract = draw_up(world)
    world.application.contracts.invite(COMPANY, contract)
    mira = world.signatory(links(world)["mira"], MIRA)
    attacked = mira.run().document.replace(b"%%EOF", b"%%EOF\n1 0 obj<<>>endobj", 1)
    household = type(world.application.contracts.household)
    monkeypatch.setattr(household, "current_file", lambda *_: attacked)
    david = world.signatory(links(world)["david"], DAVID)
    with pytest.raises((SignatoryRefused, ServerRefused)):
        david.run()
    assert state(world, contract) == "partly_signed"
    assert "contract.concluded" not in world.ledger(contract)


def test_the_representative_signs_for_whom_the_power_names(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, sample(REPRESENTED))
    invited = world.application.contracts.invite(COMPANY, contract)
    annika = world.signatory(invited.link, "annika-oesterreicher")
    assert annika.hello()["signatory"] == {
        "given_name": "Annika",
        "family_name": "Österreicher",
        "role": "Bevollmächtigte",
        "represents": "Karl-Heinz Österreicher",
    }
    final = annika.run()
    given = power_day(sample(REPRESENTED))
    assert f"in Vollmacht für Karl-Heinz Österreicher (Vollmacht vom {given})" in annika.declaration
    assert annika._attempt.claims["signatory"]["represents"] == "Karl-Heinz Österreicher"
    (own,) = PdfFileReader(io.BytesIO(final.document)).embedded_regular_signatures
    assert own.sig_field["/TU"].endswith("Willenserklärung im Rubbelfeld, in Vollmacht für Karl-Heinz Österreicher")
    assert "/Reason" not in own.sig_object
    assert state(world, contract) == "concluded"


def test_the_represented_person_cannot_sign_in_the_representatives_place(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, sample(REPRESENTED))
    invited = world.application.contracts.invite(COMPANY, contract)
    principal = world.signatory(invited.link, "karl-heinz-oesterreicher")
    principal.hello()
    with pytest.raises(ServerRefused) as refusal:
        principal.enrol()
    assert refusal.value.code == "identity.person.name_differs"


def person(**changes: Any) -> dict[str, Any]:
    return {**couple()["further_signatories"][0], **changes}


def test_the_company_may_put_another_person_in_a_partys_place_while_nobody_has_signed(world: Any) -> None:
    contract = draw_up(world)
    old = world.application.contracts.invite(COMPANY, contract)
    jana = person(given_name="Jana", family_name="Beispiel", birth_date="1987-03-14", email="jana.b@post.example")
    delegated = world.application.contracts.delegate(COMPANY, contract, "signatory-1", jana)
    assert delegated.contract_id != contract
    assert state(world, contract) == "cancelled"
    with pytest.raises(ServerRefused) as refusal:
        world.signatory(old.link, MIRA).hello()
    assert refusal.value.code == "ceremony.invitation.unknown"
    assert delegated.invited is not None
    mira = world.signatory(delegated.invited.link, MIRA)
    mira.hello()
    with pytest.raises(ServerRefused) as refusal:
        mira.enrol()
    assert refusal.value.code == "identity.person.name_differs", "only the new person's own identification counts"
    anew = world.application.contracts.resend(COMPANY, delegated.contract_id)
    world.signatory(anew.link, "jana-beispiel").run()
    assert state(world, delegated.contract_id) == "partly_signed"


def test_nobody_is_replaced_once_anybody_has_signed(world: Any) -> None:
    contract = draw_up(world)
    world.application.contracts.invite(COMPANY, contract)
    world.signatory(links(world)["mira"], MIRA).run()
    before = len(world.application.contracts.list(COMPANY))
    with pytest.raises(EsignError) as refusal:
        world.application.contracts.delegate(COMPANY, contract, "signatory-2", person(given_name="Erik"))
    assert refusal.value.code == "engine.invitation.signed"
    assert state(world, contract) == "partly_signed"
    assert len(world.application.contracts.list(COMPANY)) == before, "nothing new was drawn up"


def test_who_has_not_signed_is_reminded_once_for_each_configured_day(world: Any) -> None:
    contract = draw_up(world, signing_order="free")
    world.application.contracts.invite(COMPANY, contract)
    known = links(world)
    world.signatory(known["mira"], MIRA).run()
    counts = []
    for days in (1, 10.9, 11.1, 11.5, 13.1, 13.5):
        world.clock.offset = timedelta(days=days)
        counts.append((world.application.upkeep.remind_due(), world.application.upkeep.remind_due()))
    assert counts == [(0, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 0)]
    world.application.delivery.deliver_due()
    reminders = [n for n in range(len(world.post.mails)) if "Ihre Unterschrift fehlt noch" in world.post.text(n)]
    assert len(reminders) == 2
    assert all(b"To: david.sommerfeld@post.example" in world.post.mails[number] for number in reminders)


def test_a_party_that_lets_its_invitation_expire_ends_the_contract(world: Any) -> None:
    contract = draw_up(world, signing_order="free")
    world.application.contracts.invite(COMPANY, contract)
    known = links(world)
    world.signatory(known["mira"], MIRA).run()
    world.application.delivery.deliver_due()
    world.clock.offset = timedelta(days=14, minutes=1)
    assert world.application.upkeep.end_expired_contracts() == 1
    assert world.application.upkeep.end_expired_contracts() == 0
    assert state(world, contract) == "expired"
    assert world.application.delivery.deliver_due() == 1, "who has signed is told"
    with pytest.raises(ServerRefused) as refusal:
        world.signatory(known["david"], DAVID).hello()
    assert refusal.value.code == "engine.invitation.closed"
