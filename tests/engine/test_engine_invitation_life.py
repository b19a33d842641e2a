"""The invitation's life: one device a token, hand-over, decline, resend, cancel, a wrong address put right."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import segno

from certs.signatory import SandboxSignatory, ServerRefused
from esign.contracts import ContractsError
from esign.engine.refusals import (
    AlreadySigned,
    ContractCancelled,
    ContractDeclined,
    ContractStateRefused,
    ContractUnknown,
    PartyUnknown,
)
from esign.engine.texts import mail_text, reason_text
from tests.actors import COMPANY

STEPS = ("hello", "enrol", "open", "document", "declare", "sign")


def refused(call: Any) -> tuple[int, str]:
    with pytest.raises(ServerRefused) as refusal:
        call()
    return refusal.value.status, refusal.value.code


def walked(signatory: SandboxSignatory, last: str) -> SandboxSignatory:
    for step in STEPS[: STEPS.index(last) + 1]:
        getattr(signatory, step)()
    return signatory


def state(world: Any, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def entries(world: Any, contract: str, kind: str) -> list[dict[str, Any]]:
    with world.application.contracts.household.store.reading() as tx:
        return [dict(entry.facts) for entry in tx.ledger.of_contract(contract) if entry.kind == kind]


def live_seeds(world: Any, contract: str) -> int:
    """Return how many attempts of a contract could still end with a signature."""
    with world.application.contracts.household.store.reading() as tx:
        invitations = tx.invitations.of_contract(contract)
        return sum(attempt.state.live for each in invitations for attempt in tx.ceremonies.attempts(each.id))


# One device a token -----------------------------------------------------------------------------------------------


def test_a_second_device_with_the_same_link_is_refused_and_the_first_goes_on(world: Any) -> None:
    contract, link = world.invite()
    first = walked(world.signatory(link), "open")
    second = world.signatory(link)
    assert refused(second.hello) == (409, "ceremony.invitation.bound")
    assert refused(lambda: second.wire.ask("open", {"client_nonce": "00" * 32, "certificate": "00" * 32})) == (
        403,
        "ceremony.message.unknown_device",
    )
    assert world.ledger(contract).count("device.bound") == 1
    assert first.hello()["state"] == "open"
    first.document()
    first.declare()
    first.sign()
    assert state(world, contract) == "concluded"


def test_two_devices_at_once_with_one_token_bind_one(world: Any) -> None:
    contract, link = world.invite()
    devices = [world.signatory(link) for _ in range(6)]

    def hello(device: SandboxSignatory) -> str:
        try:
            return str(device.hello()["state"])
        except ServerRefused as refusal:
            return refusal.code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(hello, devices))
    assert answers == ["ceremony.invitation.bound"] * 5 + ["waiting"]
    assert world.ledger(contract).count("device.bound") == 1


def test_whoever_holds_the_link_cannot_fill_the_ledger_with_new_devices(world: Any) -> None:
    contract, link = world.invite()
    walked(world.signatory(link), "hello")
    for _ in range(55):
        assert refused(world.signatory(link).hello) == (409, "ceremony.invitation.bound")
    assert world.ledger(contract).count("message.refused") == 50


# Hand-over --------------------------------------------------------------------------------------------------------


def test_the_ceremony_moves_to_another_device_and_is_signed_there(world: Any) -> None:
    contract, link = world.invite()
    desktop = walked(world.signatory(link), "document")
    given = desktop.handover()
    server = desktop.hello()["server_time"]
    assert abs(given["expires_at"] - server - 600) <= 2
    phone = world.signatory(given["link"])
    phone.run()
    assert state(world, contract) == "concluded"
    bound = entries(world, contract, "device.bound")
    offered = entries(world, contract, "handover.offered")
    assert [fact.get("handed_over_by") for fact in bound] == [None, offered[0]["device"]]
    assert offered[0]["device"] == bound[0]["device"]
    assert world.application.dossiers.create(COMPANY, contract)


def test_the_qr_code_is_the_links(world: Any) -> None:
    _, link = world.invite()
    given = walked(world.signatory(link), "hello").handover()
    rows = given["qr"]
    size = len(rows)
    assert (size - 17) % 4 == 0 and {len(row) for row in rows} == {size}
    eye = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert ["".join(map(str, row[left : left + 7])) for row in rows[top : top + 7]] == eye
    assert rows[6][8 : size - 8] == [1 - place % 2 for place in range(size - 16)], "the timing pattern"
    assert rows == [list(row) for row in segno.make(given["link"], error="m", micro=False, boost_error=False).matrix]


def test_a_hand_over_token_binds_one_device_and_works_for_no_other(world: Any) -> None:
    contract, link = world.invite()
    first = walked(world.signatory(link), "hello")
    token = first.handover()["link"]
    second = walked(world.signatory(token), "hello")
    before = world.ledger(contract)
    for stranger in (world.signatory(token), world.signatory(token)):
        assert refused(stranger.hello) == (409, "ceremony.handover.used")
    assert set(world.ledger(contract)[len(before) :]) == {"message.refused"}
    assert second.hello()["state"] == "waiting"
    assert first.hello()["state"] == "waiting", "the first device keeps its right"


def test_a_bound_device_keeps_to_its_own_token(world: Any) -> None:
    contract, link = world.invite()
    first = walked(world.signatory(link), "hello")
    other = world.signatory(first.handover()["link"])
    other.wire.device_key = first.wire.device_key
    assert refused(other.hello) == (409, "ceremony.handover.bound_device")
    assert refused(other.handover) == (403, "ceremony.message.unknown_device")
    assert world.ledger(contract).count("device.bound") == 1
    other = world.signatory(other.wire.invitation.origin + "/#" + other.wire.invitation.token)
    assert other.hello()["state"] == "waiting", "the token was not spent by that"
    assert refused(lambda: reused(world, link, other).hello()) == (409, "ceremony.handover.bound_device")


def reused(world: Any, link: str, device: SandboxSignatory) -> SandboxSignatory:
    """Return the same device key behind another link."""
    again: SandboxSignatory = world.signatory(link)
    again.wire.device_key = device.wire.device_key
    return again


def test_a_refused_greeting_with_another_token_does_not_spoil_the_evidence(world: Any) -> None:
    contract, link = world.invite()
    first = walked(world.signatory(link), "hello")
    second = world.signatory(first.handover()["link"])
    assert refused(reused(world, link, second).hello) == (409, "ceremony.invitation.bound")
    second.run()
    assert refused(reused(world, link, second).hello)[0] == 410
    from esign.evidence import verify_dossier

    data = world.application.dossiers.create(COMPANY, contract)
    report = verify_dossier(data, anchors=world.application.contracts.household.trust.certificates)
    assert [step.what for step in report.steps if step.outcome == "failed"] == []


def test_a_hand_over_token_binds_for_ten_minutes(world: Any) -> None:
    _, link = world.invite()
    first = walked(world.signatory(link), "hello")
    token = first.handover()["link"]
    world.clock.offset = timedelta(minutes=10, seconds=1)
    assert refused(world.signatory(token).hello) == (410, "ceremony.handover.expired")
    world.clock.offset = timedelta()
    walked(world.signatory(token), "hello")
    world.clock.offset = timedelta(minutes=20)
    assert first.hello()["state"] == "waiting"


def test_what_is_bound_by_a_hand_over_stays_bound_after_its_minutes(world: Any) -> None:
    contract, link = world.invite()
    second = walked(world.signatory(walked(world.signatory(link), "hello").handover()["link"]), "hello")
    world.clock.offset = timedelta(minutes=30)
    second.run()
    assert state(world, contract) == "concluded"


def test_a_new_hand_over_token_ends_the_one_before(world: Any) -> None:
    _, link = world.invite()
    first = walked(world.signatory(link), "hello")
    old, new = first.handover()["link"], first.handover()["link"]
    assert refused(world.signatory(old).hello) == (410, "ceremony.handover.expired")
    assert world.signatory(new).hello()["state"] == "waiting"


def test_after_the_signature_nothing_is_handed_over(world: Any) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "sign")
    before = world.ledger(contract)
    assert refused(signatory.handover) == (409, "engine.invitation.signed")
    assert world.ledger(contract)[len(before) :] == ["message.refused"]


def test_a_hand_over_token_made_before_the_signature_binds_nobody_after_it(world: Any) -> None:
    _, link = world.invite()
    signatory = walked(world.signatory(link), "declare")
    token = signatory.handover()["link"]
    signatory.sign()
    assert refused(world.signatory(token).hello) == (410, "engine.invitation.closed")


def test_tokens_are_kept_as_digests_only(world: Any) -> None:
    _, link = world.invite()
    token = walked(world.signatory(link), "hello").handover()["token"]
    for file in world.settings.state_dir.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert token.encode() not in content and link.partition("#")[2].encode() not in content, file.name


# Decline ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS[:5])
def test_a_party_declines_at_any_time_before_the_signature(world: Any, step: str) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), step)
    world.application.delivery.deliver_due()
    sent = len(world.post.mails)
    signatory.decline("Der Preis ist mir zu hoch.")
    assert state(world, contract) == "declined"
    assert live_seeds(world, contract) == 0
    assert world.ledger(contract).count("contract.declined") == 1
    assert "declined" in {item["cause"] for item in entries(world, contract, "attempt.superseded")} or step in STEPS[:2]
    assert signatory.hello()["state"] == "closed"
    assert world.application.delivery.deliver_due() == 2
    company, customer = world.post.message(sent), world.post.message(sent + 1)
    data = world.sample("electricity-supply")
    assert data["company"]["email"] in company["To"] and data["signatory"]["email"] in customer["To"]
    assert "Der Preis ist mir zu hoch." in world.post.text(sent)
    assert "Sie haben abgelehnt" in customer["Subject"]


def test_the_reason_is_sealed_and_may_be_empty(world: Any) -> None:
    contract, link = world.invite()
    reason = "Weil-das-niemand-sonst-lesen-soll"
    walked(world.signatory(link), "hello").decline(reason)
    for file in world.settings.state_dir.rglob("*"):
        assert not file.is_file() or reason.encode() not in file.read_bytes()
    contract, link = world.invite()
    walked(world.signatory(link), "hello").decline()
    assert state(world, contract) == "declined"


def test_after_a_decline_every_message_has_that_reason(world: Any) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "declare")
    signatory.decline()
    after = (signatory.sign, signatory.open, signatory.document, signatory.handover, signatory.declare)
    for again in (*after, lambda: signatory.decline("noch einmal"), signatory.result):
        assert refused(again) == (410, "engine.contract.declined")
    assert "signature.received" not in world.ledger(contract)
    assert refused(world.signatory(link).hello) == (410, "engine.invitation.closed")


def test_after_the_signature_nobody_declines(world: Any) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "sign")
    assert refused(signatory.decline) == (409, "engine.invitation.signed")
    assert state(world, contract) == "concluded"
    assert "contract.declined" not in world.ledger(contract)


def test_a_reason_that_is_too_long_is_refused(world: Any) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "hello")
    assert refused(lambda: signatory.decline("x" * 501)) == (400, "ceremony.message.malformed")
    assert state(world, contract) == "invited"


# The company: resend, cancel, correct -----------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS[:5])
def test_sent_anew_the_old_token_and_its_devices_have_no_right(world: Any, step: str) -> None:
    contract, link = world.invite()
    old = walked(world.signatory(link), step)
    handed = old.handover()["link"]
    world.application.delivery.deliver_due()
    invited = world.application.contracts.resend(COMPANY, contract, "signatory-1")
    assert world.application.delivery.deliver_due() == 1
    assert world.link() == invited.link != link
    for dead in (old, world.signatory(link), world.signatory(handed)):
        assert refused(dead.hello) == (404, "ceremony.invitation.unknown")
    assert refused(old.handover) == (404, "ceremony.invitation.unknown")
    assert live_seeds(world, contract) == 0
    revoked = entries(world, contract, "invitation.revoked")
    made = entries(world, contract, "invitation.made")
    assert [item["cause"] for item in revoked] == ["sent_anew"]
    assert made[1]["replaces"] == revoked[0]["invitation"] == made[0]["invitation"]
    world.signatory(invited.link).run()
    assert state(world, contract) == "concluded"
    assert world.application.dossiers.create(COMPANY, contract)


def test_an_invitation_that_was_replaced_before_it_was_mailed_is_not_mailed(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    world.application.contracts.invite(COMPANY, contract)
    second = world.application.contracts.resend(COMPANY, contract)
    assert world.application.delivery.deliver_due() == 1
    assert world.link() == second.link
    assert [item["code"] for item in entries(world, contract, "delivery.failed")] == ["engine.invitation.closed"]


def test_an_expired_invitation_can_be_sent_anew(world: Any) -> None:
    contract, link = world.invite()
    world.clock.offset = timedelta(days=world.settings.invitation_days)
    assert refused(world.signatory(link).hello) == (410, "engine.invitation.closed")
    world.signatory(world.application.contracts.resend(COMPANY, contract).link).run()
    assert state(world, contract) == "concluded"


def test_who_has_signed_gets_no_new_invitation(world: Any) -> None:
    contract, link = world.invite()
    walked(world.signatory(link), "sign")
    before = world.ledger(contract)
    with pytest.raises(ContractStateRefused):
        world.application.contracts.resend(COMPANY, contract)
    assert world.ledger(contract) == before


def test_resend_refuses_what_it_does_not_know(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    with pytest.raises(ContractStateRefused):
        world.application.contracts.resend(COMPANY, contract)
    world.application.contracts.invite(COMPANY, contract)
    with pytest.raises(PartyUnknown):
        world.application.contracts.resend(COMPANY, contract, "signatory-7")
    with pytest.raises(ContractUnknown):
        world.application.contracts.resend(COMPANY, "nothing")
    world.application.contracts.cancel(COMPANY, contract)
    with pytest.raises(ContractCancelled):
        world.application.contracts.resend(COMPANY, contract)


@pytest.mark.parametrize("step", STEPS[:5])
def test_cancelled_during_a_ceremony_nothing_is_signed_any_more(world: Any, step: str) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), step)
    world.application.delivery.deliver_due()
    world.application.contracts.cancel(COMPANY, contract, "Das Angebot gilt nicht mehr.")
    assert state(world, contract) == "cancelled"
    assert live_seeds(world, contract) == 0
    following = STEPS[STEPS.index(step) + 1]
    assert refused(getattr(signatory, following)) == (410, "engine.contract.cancelled")
    kinds = world.ledger(contract)
    assert kinds.count("contract.cancelled") == 1
    assert "signature.received" not in kinds and "contract.concluded" not in kinds
    assert signatory.hello()["state"] == "closed"
    assert world.application.delivery.deliver_due() == 1
    assert "Das Angebot gilt nicht mehr." in world.post.text()
    assert "Einladung zurückgenommen" in world.post.subject()


def test_a_signature_that_is_being_concluded_is_not_cancelled(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from esign.gateways.errors import GatewayTimeout

    contract, link = world.invite()
    signatory = walked(world.signatory(link), "declare")

    def silent(*_: object) -> None:
        raise GatewayTimeout

    with monkeypatch.context() as patched:
        patched.setattr("esign.gateways.timestamp_authority.HttpTimestampAuthority.stamp", silent)
        assert refused(signatory.sign) == (503, "engine.conclusion.postponed")
    before = world.ledger(contract)
    desk = world.application.contracts
    for call in (
        lambda: desk.cancel(COMPANY, contract),
        lambda: desk.resend(COMPANY, contract),
        lambda: desk.correct_address(COMPANY, contract, "signatory-1", "other@example.org"),
    ):
        with pytest.raises(AlreadySigned):
            call()
    assert refused(signatory.decline) == (409, "engine.invitation.signed")
    assert [kind for kind in world.ledger(contract)[len(before) :] if kind != "message.refused"] == []
    assert len(desk.list(COMPANY)) == 1, "no contract was drawn up anew"
    signatory.take_signed(signatory.wire.again("signature"))
    assert state(world, contract) == "concluded"


def test_a_contract_is_cancelled_once_and_never_after_its_end(world: Any) -> None:
    desk = world.application.contracts
    contract, link = world.invite()
    walked(world.signatory(link), "sign")
    with pytest.raises(ContractStateRefused):
        desk.cancel(COMPANY, contract)
    contract, link = world.invite()
    desk.cancel(COMPANY, contract)
    with pytest.raises(ContractCancelled):
        desk.cancel(COMPANY, contract)
    contract, link = world.invite()
    walked(world.signatory(link), "hello").decline()
    with pytest.raises(ContractDeclined):
        desk.cancel(COMPANY, contract)
    assert state(world, contract) == "declined"


def test_cancelled_before_the_mail_went_out_the_link_is_not_sent(world: Any) -> None:
    desk = world.application.contracts
    contract = desk.draw_up(COMPANY, world.sample("electricity-supply"))
    desk.invite(COMPANY, contract)
    desk.cancel(COMPANY, contract)
    assert world.application.delivery.deliver_due() == 1
    assert "Einladung zurückgenommen" in world.post.subject()


@pytest.mark.parametrize("step", [None, *STEPS[:5]])
def test_a_corrected_address_leaves_no_live_token(world: Any, step: str | None) -> None:
    desk = world.application.contracts
    contract, link = world.invite()
    wrong = world.signatory(link)
    handed = None
    if step is not None:
        handed = walked(wrong, step).handover()["link"]
    world.application.delivery.deliver_due()
    sent = len(world.post.mails)
    corrected = desk.correct_address(COMPANY, contract, "signatory-1", "jana.richtig@example.org")
    assert corrected.contract_id != contract and corrected.invited is not None
    assert (state(world, contract), state(world, corrected.contract_id)) == ("cancelled", "invited")
    for dead in (wrong, world.signatory(link), *([world.signatory(handed)] if handed else [])):
        assert refused(dead.hello) == (404, "ceremony.invitation.unknown")
    assert live_seeds(world, contract) == 0
    assert world.application.delivery.deliver_due() == 1, "one mail, to the right address"
    assert "jana.richtig@example.org" in world.post.message(sent)["To"]
    assert entries(world, contract, "contract.cancelled") == [
        {
            "by": "system:system",
            "cause": "address_corrected",
            "replaced_by": corrected.contract_id,
            "tenant": "default",
        }
    ]
    assert entries(world, corrected.contract_id, "contract.drawn_up")[0]["replaces"] == contract
    world.signatory(world.link()).run()
    assert state(world, corrected.contract_id) == "concluded"
    with desk.household.store.reading() as tx:
        record = tx.contracts.get(corrected.contract_id)
        data = json.loads(desk.household.contract_contents(tx, record).data)
    assert data["signatory"]["email"] == "jana.richtig@example.org"


def test_an_address_is_corrected_before_anybody_is_invited(world: Any) -> None:
    desk = world.application.contracts
    contract = desk.draw_up(COMPANY, world.sample("electricity-supply"))
    corrected = desk.correct_address(COMPANY, contract, "signatory-1", "jana.richtig@example.org")
    assert corrected.invited is None
    assert state(world, corrected.contract_id) == "drawn_up"


def test_a_wrong_correction_changes_nothing(world: Any) -> None:
    desk = world.application.contracts
    contract, link = world.invite()
    before = world.ledger(contract)
    with pytest.raises(PartyUnknown):
        desk.correct_address(COMPANY, contract, "signatory-2", "a@example.org")
    with pytest.raises(ContractsError):
        desk.correct_address(COMPANY, contract, "signatory-1", "no address")
    with pytest.raises(ContractUnknown):
        desk.correct_address(COMPANY, "nothing", "signatory-1", "a@example.org")
    assert world.ledger(contract) == before and len(desk.list(COMPANY)) == 1
    walked(world.signatory(link), "sign")
    with pytest.raises(AlreadySigned):
        desk.correct_address(COMPANY, contract, "signatory-1", "a@example.org")
    assert len(desk.list(COMPANY)) == 1


# Notices ----------------------------------------------------------------------------------------------------------


def test_every_certificate_in_a_name_is_told_to_the_person(world: Any) -> None:
    contract, link = world.invite()
    signatory = walked(world.signatory(link), "enrol")
    signatory.wire.again("enrol")
    signatory.hello()
    signatory.enrol()
    assert world.ledger(contract).count("enrolment.granted") == 2
    assert world.application.delivery.deliver_due() == 2, "one for each certificate, none for a repeated message"
    data = world.sample("electricity-supply")
    assert data["signatory"]["email"] in world.post.message()["To"]
    assert "Sie waren das nicht?" in world.post.text()
    assert data["company"]["phone"] in world.post.text()


def test_a_refused_enrolment_is_no_certificate_and_no_notice(world: Any) -> None:
    _, link = world.invite()
    thief = walked(world.signatory(link, "mehmet-yilmaz-gross"), "hello")
    assert refused(thief.enrol) == (403, "identity.person.name_differs")
    assert world.application.delivery.deliver_due() == 0


WORDS = {
    "withdraw": "",
    "name": "Jana Beispiel",
    "title": "Liefervertrag",
    "company": "Lichtwerk",
    "contact": "hilfe@example.org, 0000",
    "reference": "LW-1",
    "link": "https://sign.example/#token",
    "until": "01.12.2026, 12:00",
    "level": "…",
    "reason": "",
}


@pytest.mark.parametrize("kind", ["certificate_notice", "cancellation", "decline_notice", "decline_receipt"])
def test_every_notice_is_written_in_german_and_english(kind: str) -> None:
    texts = {lang: mail_text(kind, lang, WORDS) for lang in ("de", "en")}
    assert texts["de"] != texts["en"]
    for lang, (subject, text) in texts.items():
        assert "Liefervertrag (LW-1)" in subject and "\n" not in subject
        assert all(len(line) <= 120 for line in text.splitlines())
        assert WORDS["link"] not in text, "a notice carries no right"
        assert "SANDBOX" in mail_text(kind, lang, {**WORDS, "sandbox": "yes"})[1]
    reasons = [mail_text(kind, lang, {**WORDS, "reason": reason_text(lang, "{weil} %s")})[1] for lang in texts]
    assert all(("{weil} %s" in text) is (kind in ("cancellation", "decline_notice")) for text in reasons)
