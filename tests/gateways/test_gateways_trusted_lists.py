"""Trusted lists over HTTP: from allowed hosts, within limits, never inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certs.trusted_lists import ListWorld
from certs.trusted_lists.serving import ListServer
from esign.gateways.allowed_hosts import AllowedHosts
from esign.gateways.errors import GatewayAddressPrivate, GatewayAddressRefused
from esign.gateways.trusted_lists import HttpListSource
from esign.lookups import fetched_lists
from esign.validation.trusted_lists import KeptList, ListAnchors, ListPolicy, ListTooLarge, ListUnavailable
from esign.validation.trusted_lists.xml import MAX_BYTES

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
TERRITORIES = ("DE", "AT")


@pytest.fixture(scope="module")
def server():
    with ListServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def world(server) -> ListWorld:
    return ListWorld.create(AT, host=f"http://{server.host}")


@pytest.fixture
def source(server) -> HttpListSource:
    return HttpListSource(AllowedHosts((server.host,), timeout=5))


@pytest.fixture
def keeper(server, world, tmp_path):
    server.serve(world.files)
    server.moved.clear()
    server.asked.clear()
    anchors = ListAnchors(location=world.lotl_location, signers=(world.eras[0].der,), journal=world.description.journal)
    return fetched_lists(anchors, cache=tmp_path, policy=ListPolicy(territories=TERRITORIES))


def statuses(server):
    return {path.rpartition("/")[2]: status for path, status in server.asked}


def usable(loaded):
    return [item.territory for item in loaded.lists]


@pytest.mark.network
def test_the_way_from_the_journal_over_http_and_a_second_time_only_what_changed(keeper, server, world):
    assert usable(keeper.update(AT)) == ["DE", "AT"]
    assert statuses(server) == {
        "SANDBOX-lotl.xml": 200,
        "SANDBOX-lotl-pivot-7.xml": 200,
        "SANDBOX-lotl-pivot-10.xml": 200,
        "SANDBOX-DE.xml": 200,
        "SANDBOX-AT.xml": 200,
    }
    server.asked.clear()
    german = world.description.lists[0]
    server.files["/SANDBOX-DE.xml"] = world.national(replace(german, sequence=41))
    loaded = keeper.update(AT)
    assert ([item.sequence for item in loaded.lists], loaded.problems) == ([41, 9], ())
    assert {name for name, status in statuses(server).items() if status == 200} == {"SANDBOX-DE.xml"}


@pytest.mark.network
def test_5_3_2_a_host_that_hands_out_an_earlier_list_is_not_followed(keeper, server, world):
    keeper.update(AT)
    german = world.description.lists[0]
    server.files["/SANDBOX-DE.xml"] = world.national(replace(german, sequence=39))
    loaded = keeper.update(AT)
    assert [(item.territory, item.sequence) for item in loaded.lists] == [("DE", 40), ("AT", 9)]
    assert [(item.territory, item.code) for item in loaded.problems] == [("DE", "validation.trusted_list.sequence")]


@pytest.mark.network
def test_a_redirect_is_not_followed_wherever_it_leads(keeper, server):
    server.moved["/SANDBOX-DE.xml"] = "http://169.254.169.254/latest/meta-data"
    loaded = keeper.update(AT)
    assert usable(loaded) == ["AT"]
    assert [(item.territory, item.code) for item in loaded.problems] == [("DE", "validation.trusted_list.unavailable")]


@pytest.mark.network
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" " * (MAX_BYTES + 1), "validation.trusted_list.too_large"),
        (b"<" * 2_000_001, "validation.trusted_list.too_large"),
        (b'<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><l>&b;</l>', "validation.trusted_list.malformed"),
        (b"<html>maintenance</html>", "validation.trusted_list.malformed"),
        (b"", "validation.trusted_list.malformed"),
    ],
)
def test_what_is_no_list_is_named_and_the_others_are_used(keeper, server, body, code):
    server.files["/SANDBOX-DE.xml"] = body
    loaded = keeper.update(AT)
    assert usable(loaded) == ["AT"]
    assert [(item.territory, item.code) for item in loaded.problems] == [("DE", code)]


@pytest.mark.network
def test_a_host_that_nobody_allowed_is_not_asked_although_the_list_of_the_lists_names_it(server, world, tmp_path):
    with ListServer() as other:
        elsewhere = ListWorld.create(AT, host=f"http://{other.host}")
        files = {address: data for address, data in elsewhere.files.items() if "lotl" in address}
        server.serve(files)
        other.serve(elsewhere.files)
        here = f"http://{server.host}/SANDBOX-lotl.xml"
        signers = (elsewhere.eras[-1].der,)
        refused = fetched_lists(ListAnchors(location=here, signers=signers), cache=tmp_path / "a")
        assert refused.update(AT).lists == ()
        assert other.asked == []
        allowed = fetched_lists(ListAnchors(location=here, signers=signers), cache=tmp_path / "b", hosts=(other.host,))
        assert usable(allowed.update(AT)) == ["DE", "AT"]


def test_a_host_that_does_not_answer():
    with ListServer() as gone:
        host = gone.host
    with pytest.raises(ListUnavailable):
        HttpListSource(AllowedHosts((host,), timeout=2)).fetch(f"http://{host}/a.xml")


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_an_allowed_name_that_leads_inside_is_refused(address):
    hosts = AllowedHosts(("lists.sandbox.test", "*"), resolver=lambda host, port: (address,))
    for name in ("lists.sandbox.test", "other.sandbox.test"):
        with pytest.raises(GatewayAddressPrivate):
            hosts.get(f"https://{name}/a.xml", limit=10)
    with pytest.raises(ListUnavailable):
        HttpListSource(hosts).fetch("https://lists.sandbox.test/a.xml")


@pytest.mark.parametrize(
    "address",
    [
        "http://lists.sandbox.test/a.xml",
        "https://lists.sandbox.test:8443/a.xml",
        "https://other.sandbox.test/a.xml",
        "https://lists.sandbox.test.evil.test/a.xml",
        "https://lists.sandbox.test@evil.test/a.xml",
        "ftp://lists.sandbox.test/a.xml",
        "file:///etc/passwd",
        "https://[::1/a.xml",
    ],
)
def test_what_was_not_allowed_is_not_resolved(address):
    def never(host, port):
        raise AssertionError(host)

    with pytest.raises(GatewayAddressRefused):
        AllowedHosts(("lists.sandbox.test",), resolver=never).get(address, limit=10)


def test_only_the_very_address_that_was_allowed_may_be_a_private_one():
    def inside(host, port):
        return (host.strip("[]"),)

    hosts = AllowedHosts(("127.0.0.1:8082",), resolver=inside)
    with pytest.raises(GatewayAddressRefused):
        hosts.get("http://127.0.0.1:8083/", limit=10)
    with pytest.raises(GatewayAddressRefused):
        hosts.get("http://127.0.0.2:8082/", limit=10)


@pytest.mark.network
def test_a_304_that_nobody_asked_for_is_no_list(server, source):
    server.serve({"http://x/a.xml": b"<a/>"})
    fetched = source.fetch(f"http://{server.host}/a.xml")
    kept = KeptList(data=b"<kept/>", sequence=1, content_digest=b"", accepted_at=AT, checked_at=AT, etag=fetched.etag)
    assert source.fetch(f"http://{server.host}/a.xml", kept).data == b"<kept/>"
    assert source.fetch(f"http://{server.host}/a.xml", replace(kept, etag="")).data == b"<a/>"


@pytest.mark.network
def test_more_than_is_read_is_not_read(server, source):
    server.serve({"http://x/a.xml": b" " * (MAX_BYTES + 1)})
    with pytest.raises(ListTooLarge):
        source.fetch(f"http://{server.host}/a.xml")
