"""Logging in: what proves who somebody is, what does not, and what is told about it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from esign.access import ConfirmationNeeded, Permission, system
from esign.access.errors import (
    CodeWrong,
    LoginBlocked,
    LoginExpired,
    LoginNeeded,
    LoginRefused,
    PasskeyRejected,
    PasswordTooWeak,
    WayNotOffered,
)
from esign.engine.accounts.own_account import holder_of
from esign.engine.accounts.setting_up import Holder
from esign.engine.refusals import LastWay, SessionUnknown
from tests.company.authenticator import Authenticator
from tests.company.people import PASSWORD, colleague, invited, seed_of, token_of, with_password


def refusals(world: Any) -> int:
    trail = world.application.accounts.audit(system("default"), limit=200)
    return [entry.kind for entry in trail].count("account.login_refused")


# Passkeys


def test_a_passkey_logs_in_without_a_name(world: Any) -> None:
    person = colleague(world, "clerk")
    first = person.token
    login = world.application.sessions.find(person.log_in().token)
    assert person.token != first
    assert (login.account.id, login.method, login.actor.tenant) == (person.id, "passkey", "default")
    assert login.actor.may(Permission.CONTRACTS_WRITE) and not login.actor.may(Permission.ACCOUNTS_MANAGE)


def test_options_ask_for_a_discoverable_key_behind_a_verified_user(world: Any) -> None:
    linked = invited(world, "clerk", send=False)
    desk = world.application.own_account
    making = desk.begin_passkey(Holder(account_id=linked.account_id, link=token_of(linked.link))).options
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert making["authenticatorSelection"]["userVerification"] == "required"
    assert making["rp"]["id"] == "localhost"
    using = world.application.logins.begin_passkey().options
    assert (using["userVerification"], using["allowCredentials"], using["rpId"]) == ("required", [], "localhost")


def other_challenge(person: Any, options: dict[str, Any]) -> str:
    return str(person.device.use({**options, "challenge": "A" * 43}))


def other_origin(person: Any, options: dict[str, Any]) -> str:
    return str(person.device.use(options, origin="http://localhost:8081"))


def inside_a_frame(person: Any, options: dict[str, Any]) -> str:
    return str(person.device.use(options, crossOrigin=True))


def other_site(person: Any, options: dict[str, Any]) -> str:
    return str(person.device.use({**options, "rpId": "evil.example"}))


def unverified(person: Any, options: dict[str, Any]) -> str:
    person.device.verified = False
    return str(person.device.use(options))


def other_key(person: Any, options: dict[str, Any]) -> str:
    stranger = Authenticator()
    stranger.make({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": "AA"})
    stranger.credentials[0].id = person.device.credentials[0].id
    stranger.credentials[0].user = person.device.credentials[0].user
    return stranger.use(options)


def other_user(person: Any, options: dict[str, Any]) -> str:
    person.device.credentials[0].user = b"somebody-else"
    return str(person.device.use(options))


def counter_back(person: Any, options: dict[str, Any]) -> str:
    person.device.credentials[0].counter = 0
    return str(person.device.use(options))


def registration(person: Any, options: dict[str, Any]) -> str:
    return Authenticator().make({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": options["challenge"]})


ANSWERS = [
    other_challenge,
    other_origin,
    inside_a_frame,
    other_site,
    unverified,
    other_key,
    other_user,
    counter_back,
    registration,
    *(lambda person, options, text=text: text for text in ("", "{}", "[]", "null", "x" * 20_000, '{"id":"AA"}')),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_that_does_not_hold_logs_nobody_in(world: Any, answer: Any) -> None:
    person = colleague(world, "clerk")
    person.log_in()
    challenge = world.application.logins.begin_passkey()
    with pytest.raises(LoginRefused) as refused:
        world.application.logins.finish_passkey(challenge.token, answer(person, dict(challenge.options)))
    assert refused.value.facts == {}


def test_a_challenge_is_answered_once_in_its_time_and_for_its_purpose(world: Any) -> None:
    person = colleague(world, "clerk")
    logins = world.application.logins
    challenge = logins.begin_passkey()
    answer = person.device.use(dict(challenge.options))
    logins.finish_passkey(challenge.token, answer)
    with pytest.raises(LoginExpired):
        logins.finish_passkey(challenge.token, answer)
    wrong = logins.begin_passkey()
    with pytest.raises(LoginRefused):
        logins.finish_passkey(wrong.token, "{}")
    with pytest.raises(LoginExpired):
        logins.finish_passkey(wrong.token, person.device.use(dict(wrong.options)))
    late = logins.begin_passkey()
    world.clock.offset += timedelta(minutes=11)
    with pytest.raises(LoginExpired):
        logins.finish_passkey(late.token, person.device.use(dict(late.options)))
    person.log_in()
    confirmation = logins.begin_confirmation(person.actor)
    with pytest.raises(LoginExpired):
        logins.finish_passkey(confirmation.token, person.device.use(dict(confirmation.options)))
    for token in ("", "A" * 43, "\ud800"):
        with pytest.raises(LoginExpired):
            logins.finish_passkey(token, "{}")


def test_a_passkey_that_does_not_hold_is_not_kept(world: Any) -> None:
    linked = invited(world, "clerk", send=False)
    desk = world.application.own_account
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    for bad in ({"origin": "http://evil.example"}, {"type": "webauthn.get"}, {"challenge": "AAAA"}):
        challenge = desk.begin_passkey(holder)
        with pytest.raises(PasskeyRejected):
            desk.add_passkey(holder, challenge.token, Authenticator().make(dict(challenge.options), **bad), "x")
    challenge = desk.begin_passkey(holder)
    with pytest.raises(PasskeyRejected):
        desk.add_passkey(holder, challenge.token, Authenticator(verified=False).make(dict(challenge.options)), "x")
    assert world.application.accounts.view(system("default"), linked.account_id).state == "invited"


# Password and app


def test_password_and_code_together_log_in(world: Any) -> None:
    person = with_password(world, "legal")
    world.clock.offset += timedelta(seconds=30)
    opened = world.application.logins.password("default", "P.Person@example.org ", PASSWORD, person.code())
    assert world.application.sessions.find(opened.token).method == "password"


def test_which_part_is_wrong_is_not_told_nor_whether_there_is_an_account(world: Any) -> None:
    person = with_password(world, "legal")
    world.clock.offset += timedelta(seconds=30)
    code = person.code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    seen = set()
    for email, password, typed in (
        (person.email, PASSWORD, wrong),
        (person.email, "wrong", wrong),
        ("nobody@example.org", PASSWORD, code),
        ("", "", ""),
    ):
        with pytest.raises(LoginRefused) as refused:
            world.application.logins.password("default", email, password, typed)
        seen.add((refused.value.code, refused.value.detail, tuple(refused.value.facts.items())))
    assert len(seen) == 1
    assert refusals(world) == 4


def test_a_code_counts_once_even_beside_a_wrong_password(world: Any) -> None:
    person = with_password(world, "legal")
    world.clock.offset += timedelta(seconds=60)
    code = person.code()
    with pytest.raises(LoginRefused):
        world.application.logins.password("default", person.email, "wrong", code)
    with pytest.raises(LoginRefused):
        world.application.logins.password("default", person.email, PASSWORD, code)
    world.clock.offset += timedelta(seconds=30)
    world.application.logins.password("default", person.email, PASSWORD, person.code())


@pytest.mark.parametrize("known", [True, False])
def test_failures_slow_down_whether_or_not_there_is_an_account(world: Any, known: bool) -> None:
    person = with_password(world, "legal")
    email = person.email if known else "nobody@example.org"
    logins = world.application.logins
    for _ in range(5):
        with pytest.raises(LoginRefused):
            logins.password("default", email, "wrong", "000000")
    with pytest.raises(LoginBlocked) as blocked:
        logins.password("default", email, PASSWORD, person.code())
    assert 25 <= blocked.value.facts["seconds"] <= 30
    assert refusals(world) == 5, "while nothing is looked at, nothing is recorded"
    world.clock.offset += timedelta(seconds=31)
    if known:
        assert logins.password("default", email, PASSWORD, person.code())
        return
    with pytest.raises(LoginRefused):
        logins.password("default", email, PASSWORD, person.code())
    with pytest.raises(LoginBlocked) as blocked:
        logins.password("default", email, PASSWORD, person.code())
    assert 50 <= blocked.value.facts["seconds"] <= 60


def test_a_blocked_password_does_not_lock_the_passkey_out(world: Any) -> None:
    person = colleague(world, "clerk")
    for _ in range(5):
        with pytest.raises(LoginRefused):
            world.application.logins.password("default", person.email, "x", "1")
    assert person.log_in().actor.id == person.id


def test_all_addresses_together_have_a_limit_too(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esign.engine.accounts.throttle.ALL_TOGETHER", 3)
    for number in range(3):
        with pytest.raises(LoginRefused):
            world.application.logins.password("default", f"n{number}@example.org", "x", "1")
    with pytest.raises(LoginBlocked):
        world.application.logins.password("default", "n4@example.org", "x", "1")
    world.clock.offset += timedelta(seconds=61)
    with pytest.raises(LoginRefused):
        world.application.logins.password("default", "n4@example.org", "x", "1")


def test_a_password_is_set_only_with_the_code_of_its_app(world: Any) -> None:
    linked = invited(world, "clerk", send=False)
    desk = world.application.own_account
    holder = Holder(account_id=linked.account_id, link=token_of(linked.link))
    offer = desk.begin_password(holder)
    with pytest.raises(CodeWrong):
        desk.add_password(holder, offer.token, PASSWORD, "000000")
    with pytest.raises(LoginExpired):
        desk.add_password(holder, offer.token, PASSWORD, "000000")
    with pytest.raises(PasswordTooWeak):
        desk.add_password(holder, desk.begin_password(holder).token, "kurz", "000000")
    assert seed_of(offer) != seed_of(desk.begin_password(holder))
    assert world.application.accounts.view(system("default"), linked.account_id).ways == ()


# What this installation offers


def test_a_way_that_is_not_offered_is_refused(world: Any) -> None:
    person = with_password(world, "clerk")
    world.settings = world.settings.with_changes(company_login=("passkey",))
    world.start()
    assert world.application.logins.ways() == ("passkey",)
    with pytest.raises(WayNotOffered):
        world.application.logins.password("default", person.email, PASSWORD, person.code())
    with pytest.raises(WayNotOffered):
        world.application.own_account.begin_password(person.holder)
    world.settings = world.settings.with_changes(company_login=("password",))
    world.start()
    with pytest.raises(WayNotOffered):
        world.application.logins.begin_passkey()


# Sessions


def test_a_login_ends_by_idleness_and_by_time(world: Any) -> None:
    person = colleague(world, "clerk")
    find = world.application.sessions.find
    for _ in range(29):
        world.clock.offset += timedelta(minutes=20)
        assert find(person.token) is not None
    world.clock.offset += timedelta(minutes=20)
    assert find(person.token) is None, "ten hours"
    person.log_in()
    world.clock.offset += timedelta(minutes=30)
    assert find(person.token) is None, "half an hour without a request"


def test_logging_out_ends_it_and_others_go_on(world: Any) -> None:
    person = colleague(world, "clerk")
    first = person.token
    person.log_in()
    world.application.sessions.end(first)
    world.application.sessions.end("nothing")
    assert world.application.sessions.find(first) is None
    assert [item.this for item in world.application.sessions.list(person.actor)] == [True]


def test_one_ends_ones_own_logins_and_nobody_elses(world: Any) -> None:
    person, other = colleague(world, "clerk"), colleague(world, "clerk", email="o@example.org")
    first = person.token
    person.log_in()
    theirs = other.actor.session
    with pytest.raises(SessionUnknown):
        world.application.sessions.end_one(person.actor, theirs)
    assert other.actor.session == theirs
    (mine,) = [item for item in world.application.sessions.list(person.actor) if not item.this]
    world.application.sessions.end_one(person.actor, mine.id)
    assert world.application.sessions.find(first) is None
    third = person.token
    person.log_in()
    assert world.application.sessions.end_others(person.actor) == 1
    assert world.application.sessions.find(third) is None


def test_old_rows_are_forgotten(world: Any) -> None:
    person = colleague(world, "clerk")
    world.application.logins.begin_passkey()
    invited(world, "clerk", email="never@example.org", send=False)
    with pytest.raises(LoginRefused):
        world.application.logins.password("default", "x@example.org", "x", "1")
    assert world.application.sessions.forget_old() == 0
    world.clock.offset += timedelta(days=4)
    assert world.application.sessions.forget_old() == 5
    assert person.log_in().actor.id == person.id


# Proving it again


def test_a_fresh_proof_gives_the_login_another_token(world: Any) -> None:
    person = colleague(world, "administrator")
    world.clock.offset += timedelta(minutes=11)
    with pytest.raises(ConfirmationNeeded):
        holder_of(person.actor, world.clock.now())
    logins = world.application.logins
    challenge = logins.begin_confirmation(person.actor)
    old, session = person.token, person.actor.session
    person.token = logins.confirm_by_passkey(old, challenge.token, person.device.use(dict(challenge.options))).token
    assert person.token != old and world.application.sessions.find(old) is None
    assert person.actor.session == session
    assert holder_of(person.actor, world.clock.now()).account_id == person.id


def test_somebody_elses_passkey_confirms_nothing(world: Any) -> None:
    person, other = colleague(world, "administrator"), colleague(world, "clerk", email="o@example.org")
    world.clock.offset += timedelta(minutes=11)
    logins = world.application.logins
    challenge = logins.begin_confirmation(person.actor)
    with pytest.raises(LoginRefused):
        logins.confirm_by_passkey(person.token, challenge.token, other.device.use(dict(challenge.options)))
    foreign = logins.begin_confirmation(other.actor)
    with pytest.raises(LoginRefused):
        logins.confirm_by_passkey(person.token, foreign.token, person.device.use(dict(foreign.options)))
    with pytest.raises(ConfirmationNeeded):
        holder_of(person.actor, world.clock.now())
    with pytest.raises(LoginNeeded):
        again = logins.begin_confirmation(person.actor)
        logins.confirm_by_passkey("nobody", again.token, person.device.use(dict(again.options)))


def test_password_and_code_confirm_too_and_are_counted_like_logins(world: Any) -> None:
    person = with_password(world, "administrator")
    world.clock.offset += timedelta(minutes=11)
    logins = world.application.logins
    for _ in range(4):
        with pytest.raises(LoginRefused):
            logins.confirm_by_password(person.token, "wrong", "000000")
    person.token = logins.confirm_by_password(person.token, PASSWORD, person.code()).token
    assert holder_of(person.actor, world.clock.now())
    for _ in range(5):
        with pytest.raises(LoginRefused):
            logins.confirm_by_password(person.token, "wrong", "000000")
    with pytest.raises(LoginBlocked):
        logins.confirm_by_password(person.token, PASSWORD, person.code())


# The own account


def test_a_second_way_is_added_and_the_last_one_stays(world: Any) -> None:
    person = colleague(world, "clerk")
    desk = world.application.own_account
    (only,) = desk.passkeys(person.actor)
    assert only.label == "Telefon"
    with pytest.raises(LastWay):
        desk.remove_way(person.actor, "passkey", only.id)
    challenge = desk.begin_passkey(person.holder)
    tablet = Authenticator()
    assert len(challenge.options["excludeCredentials"]) == 1
    assert desk.add_passkey(person.holder, challenge.token, tablet.make(dict(challenge.options)), "Tablet") is None
    elsewhere = person.token
    person.log_in()
    desk.remove_way(person.actor, "passkey", only.id)
    assert world.application.sessions.find(elsewhere) is None, "other logins end"
    with pytest.raises(LoginRefused):
        person.log_in()
    person.device = tablet
    assert person.log_in().actor.id == person.id


def test_somebody_elses_passkey_is_not_removed(world: Any) -> None:
    person, other = colleague(world, "clerk"), colleague(world, "clerk", email="o@example.org")
    desk = world.application.own_account
    (theirs,) = desk.passkeys(other.actor)
    for way, name in (("passkey", theirs.id), ("password", ""), ("provider", ""), ("nonsense", "")):
        with pytest.raises(WayNotOffered):
            desk.remove_way(person.actor, way, name)
    assert other.log_in().actor.id == other.id


def test_a_challenge_for_one_account_adds_nothing_to_another(world: Any) -> None:
    person, other = colleague(world, "clerk"), colleague(world, "clerk", email="o@example.org")
    desk = world.application.own_account
    challenge = desk.begin_passkey(other.holder)
    with pytest.raises(PasskeyRejected):
        desk.add_passkey(person.holder, challenge.token, Authenticator().make(dict(challenge.options)), "x")
    assert len(desk.passkeys(person.actor)) == len(desk.passkeys(other.actor)) == 1


def test_the_language_is_the_owners(world: Any) -> None:
    person = colleague(world, "clerk")
    world.application.own_account.change_language(person.actor, "en")
    assert world.application.sessions.find(person.token).account.language == "en"


def test_answers_are_json_that_no_browser_of_ours_would_send_otherwise() -> None:
    device = Authenticator()
    made = json.loads(device.make({"rp": {"id": "localhost"}, "user": {"id": "AA"}, "challenge": "AA"}))
    assert set(made) == {"id", "rawId", "type", "response", "clientExtensionResults", "authenticatorAttachment"}


def test_a_way_is_added_only_by_who_proved_just_now_who_it_is(world: Any) -> None:
    person = colleague(world, "clerk")
    desk = world.application.own_account
    holder = person.holder
    challenge, offer = desk.begin_passkey(holder), desk.begin_password(holder)
    answer, code = Authenticator().make(dict(challenge.options)), ""
    world.clock.offset += timedelta(minutes=9, seconds=50)
    world.clock.offset += timedelta(seconds=15)
    with pytest.raises((ConfirmationNeeded, LoginExpired)):
        desk.add_passkey(holder, challenge.token, answer, "x")
    with pytest.raises((ConfirmationNeeded, LoginExpired)):
        desk.add_password(holder, offer.token, PASSWORD, code)
    for begin in (desk.begin_passkey, desk.begin_password):
        with pytest.raises(ConfirmationNeeded):
            begin(holder)
    assert world.application.accounts.view(system("default"), person.id).ways == ("passkey",)
