"""The same request twice has one effect and one answer, whatever happens in between."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from esign.access import Permission

KEY = {"Idempotency-Key": "order-4711"}


def count(backend) -> int:
    return len(backend.get("/contracts").json()["items"])


def test_the_same_request_gets_the_same_answer_and_is_done_once(api, backend):
    body = {"data": api.world.sample("electricity-supply"), "invite": True}
    first, second = (backend.post("/contracts", body, headers=KEY) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count(backend) == 1


def test_it_is_the_same_after_a_restart(api, backend):
    body = {"data": api.world.sample("electricity-supply")}
    first = backend.post("/contracts", body, headers=KEY)
    api.world.start()
    assert backend.post("/contracts", body, headers=KEY).content == first.content
    assert count(backend) == 1


def test_another_request_with_the_key_is_refused(api, backend, contract):
    assert backend.post(f"/contracts/{contract}/invite", {}, headers=KEY).status_code == 200
    for path, body in (
        (f"/contracts/{contract}/invite", {"party": "signatory-1"}),
        (f"/contracts/{contract}/cancel", {}),
    ):
        before = api.entries()
        refused = backend.post(path, body, headers=KEY)
        assert (refused.status_code, refused.json()["code"]) == (422, "api.idempotency.reused")
        assert api.entries() == before


@pytest.mark.parametrize(
    "field",
    [
        {"Content-Type": "application/json; charset=utf-8"},
        {"Accept-Language": "de"},
        {"Accept": "application/json"},
        {"Prefer": "return=minimal"},
    ],
)
def test_another_form_or_language_is_another_request(api, backend, field):
    body = {"data": api.world.sample("electricity-supply")}
    first = backend.post("/contracts", body, headers=KEY)
    before = api.entries()
    refused = backend.post("/contracts", body, headers={**KEY, **field})
    assert (refused.status_code, refused.json()["code"]) == (422, "api.idempotency.reused")
    assert (api.entries(), count(backend)) == (before, 1)
    assert backend.post("/contracts", body, headers={**KEY, "User-Agent": "another"}).content == first.content


def test_a_fingerprint_is_of_exactly_one_request_and_one_asker():
    """No two requests that differ in anything that matters share one, however their parts are cut."""
    import itertools
    from dataclasses import replace
    from types import SimpleNamespace

    from flask import Flask

    from esign.access import system
    from web.api.calls import Call
    from web.api.door import _fingerprint

    app, seen = Flask(__name__), set()
    actors = (
        system("default"),
        system("other"),
        replace(system("default"), id="k"),
        replace(system("de"), id="faultsystem"),
    )
    requests = itertools.product(
        actors,
        ("POST", "PUT"),
        ("/a", "/a/b", "/a?b=c", "/a?b=c&d=e", "/a%3Fb=c"),
        (b"", b"x", b"\0"),
        ({}, {"File-Name": "a"}, {"File-Name": "b"}),
    )
    made = 0
    for actor, method, path, data, named in requests:
        with app.test_request_context(path, method=method):
            call = Call(application=None, actor=actor, path={}, query={}, headers=named, body=None)
            seen.add(_fingerprint(SimpleNamespace(method=method), call, data))
            made += 1
    assert len(seen) == made
    with app.test_request_context("/a", method="POST"):  # the name of the request is no part of the request
        asked = [
            _fingerprint(
                SimpleNamespace(method="POST"),
                Call(application=None, actor=actors[0], path={}, query={}, headers={"Idempotency-Key": key}, body=None),
                b"x",
            )
            for key in ("one", "two")
        ]
    assert asked[0] == asked[1]


def test_a_key_is_everybody_s_own(api, backend):
    other = api.backend()
    body = {"data": api.world.sample("electricity-supply")}
    assert backend.post("/contracts", body, headers=KEY).status_code == 201
    made = other.post("/contracts", body, headers=KEY)
    assert made.status_code == 201
    assert "Idempotency-Replayed" not in made.headers
    assert count(backend) == 2


def test_after_a_day_the_key_is_free(api, backend):
    body = {"data": api.world.sample("electricity-supply")}
    backend.post("/contracts", body, headers=KEY)
    api.world.clock.offset += timedelta(hours=25)
    assert "Idempotency-Replayed" not in backend.post("/contracts", body, headers=KEY).headers
    assert count(backend) == 2
    api.world.clock.offset += timedelta(hours=25)
    assert api.world.application.idempotency.forget_due() == 1


def test_a_refusal_keeps_nothing(api, backend):
    data = api.world.sample("electricity-supply")
    wrong = {**data, "price": {**data["price"], "total_cents": 1}}
    assert backend.post("/contracts", {"data": wrong}, headers=KEY).status_code == 422
    assert backend.post("/contracts", {"data": data}, headers=KEY).status_code == 201


def test_a_crash_between_effect_and_answer_leaves_neither(api, backend, monkeypatch):
    """The answer cannot be kept: then nothing has happened, and the repetition does it."""
    from esign.store.api_keys import SqlAnswers

    body = {"data": api.world.sample("electricity-supply"), "invite": True}
    before = api.entries()
    with monkeypatch.context() as patch:

        def crash(*args):
            raise RuntimeError("crash")

        patch.setattr(SqlAnswers, "put", crash)
        assert backend.post("/contracts", body, headers=KEY).status_code == 500
    assert (api.entries(), count(backend)) == (before, 0)
    assert backend.post("/contracts", body, headers=KEY).status_code == 201
    assert count(backend) == 1


def test_two_at_once_have_one_effect(api, backend, monkeypatch):
    body = {"data": api.world.sample("electricity-supply")}
    barrier = threading.Barrier(2, timeout=30)
    desk = type(api.world.application.contracts)
    real = desk._draw

    def together(self, *arguments):
        drawn = real(self, *arguments)
        barrier.wait()
        return drawn

    monkeypatch.setattr(desk, "_draw", together)
    answers = []

    def ask() -> None:
        answers.append(backend.post("/contracts", body, headers=KEY))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.sort(key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "api.idempotency.in_progress"
    assert answers[1].headers["Retry-After"] == "1"
    assert count(backend) == 1


def test_answers_are_sealed_where_they_are_kept(api, backend):
    made = backend.post("/webhooks", {"url": "https://hooks.example/x"}, headers=KEY)
    secret = made.json()["secret"]
    for file in api.world.settings.state_dir.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes()


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a b"])
def test_a_key_that_is_none_is_refused(api, backend, key):
    refused = backend.post("/contracts", {"data": {}}, headers={"Idempotency-Key": key})
    assert (refused.status_code, refused.json()["code"]) == (422, "api.request")


def test_every_post_takes_an_idempotency_key():
    from web.api.specification import operations

    for operation in operations():
        named = any(parameter.name == "Idempotency-Key" for parameter in operation.parameters)
        keeps_nothing = operation.id in ("previewTemplate", "sealDocument")  # the answer is the document itself
        changes = operation.method == "POST" and not keeps_nothing
        assert named is changes, operation.id


def test_a_key_that_lost_a_scope_gets_no_kept_answer(api):
    backend = api.backend(Permission.CONTRACTS_WRITE)
    assert backend.post("/webhooks", {"url": "https://hooks.example/"}, headers=KEY).status_code == 403
