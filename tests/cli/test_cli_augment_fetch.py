"""``esign augment --fetch``: an issuer and a response that only an allowed host has go into the file."""

from __future__ import annotations

from typing import Any

import pytest

from certs.trusted_lists.serving import ListServer
from esign.pades import read_security_store
from tests.cli.test_cli_augment import _small_world, loopback, run, without_helpers, world
from tests.cli.test_cli_verify_fetch import response, signatory

__all__ = ["loopback", "without_helpers", "world"]
"""Fixtures."""


@pytest.fixture(scope="module")
def host():
    with ListServer() as server:
        yield server


@pytest.fixture
def bare(world, host, tmp_path) -> Any:
    small = _small_world()
    there = small.World(now=world.clock.now().replace(microsecond=0))
    signer = signatory(small, there, host.host)
    host.files = {
        "/issuing.p7c": there.authority.certificate.public_bytes(small.serialization.Encoding.DER),
        "/ocsp": response(there, signer),
    }
    pdf, root, crl = tmp_path / "bare.pdf", tmp_path / "root.pem", tmp_path / "root.crl"
    pdf.write_bytes(small.walk(there, signer=signer, signature_timestamp=False).signed)
    small.write_pem(root, there.root.der)
    crl.write_bytes(there.crl(there.root))
    return pdf, ("--trust", str(root), "--crl", str(crl)), there


@pytest.mark.network
def test_what_an_allowed_host_has_goes_into_the_file(world, host, bare):
    pdf, given, there = bare
    host.asked.clear()
    before = pdf.read_bytes()
    status, said = run(world, pdf, "--level", "B-LTA", *given)
    assert (status, said["error"]["code"], host.asked) == (1, "preservation.not_valid.untrusted", [])
    assert pdf.read_bytes() == before
    status, said = run(world, pdf, "--level", "B-LTA", *given, "--fetch", host.host)
    assert (status, said["signatures"][0]["level_after"]) == (0, "PAdES-BASELINE-LTA")
    assert [path for path, _ in host.asked] == ["/issuing.p7c", "/ocsp"]
    certificates, _, responses = read_security_store(pdf.read_bytes())
    assert there.authority.der in certificates
    assert host.files["/ocsp"] in responses
