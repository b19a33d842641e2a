"""3,000 services cost no more than three: what is counted is comparisons, not time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esign.validation.trusted_lists import KeyAndName, Service, ServiceIndex
from esign.validation.trusted_lists.digital_identity import DigitalIdentity


def other(number):
    return KeyAndName(key=b"key %d" % number, name=(((("2.5.4.3"), f"sandbox {number}"),),))


@pytest.fixture(scope="module")
def granted(list_world, services):
    wanted = KeyAndName.of(list_world.issuers["granted"].der)
    return wanted, services.index.find(wanted).services[0]


def many(service, count):
    period = service.periods[0]
    return [
        replace(service, periods=(replace(period, identity=DigitalIdentity(certificates=(other(n),))),))
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 2, 2999])
def test_the_number_of_services_does_not_change_the_number_of_comparisons(granted, count):
    wanted, service = granted
    index = ServiceIndex([*many(service, count), service])
    found = index.find(wanted)
    assert (index.size, found.services, found.compared) == (count + 1, (service,), 1)


def test_an_unknown_issuer_among_3000_is_compared_with_none(granted):
    _, service = granted
    assert ServiceIndex(many(service, 3000)).find(other(-1)).compared == 0


def test_key_and_name_must_both_be_equal(granted):
    wanted, service = granted
    index = ServiceIndex([service])
    assert index.find(KeyAndName(key=wanted.key, name=other(1).name)).services == ()
    assert index.find(KeyAndName(key=other(1).key, name=wanted.name)).services == ()


def test_a_service_without_certificate_is_found_by_the_identifier_of_the_key(granted):
    wanted, service = granted
    bare = DigitalIdentity(key_identifiers=(wanted.key_identifier,))
    listed = Service(territory="DE", provider="SANDBOX", periods=(replace(service.periods[0], identity=bare),))
    assert ServiceIndex([listed]).find(wanted).services == (listed,)
