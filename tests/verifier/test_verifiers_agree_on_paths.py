"""Both verifiers build the same certificate paths: seals below hierarchies of every kind, good and bad."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.evidence.helpers.case import Case
from tests.pades.small_world import NOW, Holder
from tests.verifier.helpers.both import Sample, differences, needs_node

pytestmark = needs_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A certificate and its key."""

    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def link(
    name: str,
    issuer: Link | None = None,
    *,
    authority: bool | None = True,
    depth: int | None = None,
    key: Any = None,
    digest: hashes.HashAlgorithm | None = None,
    salted: bool = False,
    days: tuple[float, float] = (-1, 100),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    serial: int | None = None,
) -> Link:
    """Return a certificate; ``authority`` None: without basic constraints; ``days``: validity around the instant."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=depth), True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    algorithm = digest or hashes.SHA256()
    signer = issuer.key if issuer else own
    more = {"rsa_padding": padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)} if salted else {}
    return Link(key=own, certificate=builder.sign(signer, algorithm, **more))


def leaf(issuer: Link, **options: Any) -> Link:
    return link("Leaf", issuer, **{"authority": False, **options})


Hierarchy = tuple[str, Link, tuple[Link, ...], Link]
"""What it is called, the seal, the certificates above it that are carried, the anchor."""

ROOT = link("Root")
ISSUING = link("Issuing", ROOT)


def anchors() -> Iterator[Hierarchy]:
    good = leaf(ISSUING)
    yield "whole", good, (ISSUING, ROOT), ROOT
    yield "without its root", good, (ISSUING,), ROOT
    yield "turned round", good, (ROOT, ISSUING), ROOT
    yield "without the issuer", good, (), ROOT
    yield "of somebody else's root", good, (ISSUING, ROOT), link("Root")
    yield "below an issuer that is trusted", good, (ISSUING, ROOT), ISSUING
    yield "trusted itself", good, (), good
    yield "with somebody else's certificate", good, (ISSUING, link("Other")), ROOT
    yield "with an issuer of the same name", good, (link("Issuing", ROOT), ISSUING), ROOT
    expired = link("Root", days=(-2, -1))
    below = link("Issuing", expired)
    yield "below an expired root", leaf(below), (below,), expired


def lives() -> Iterator[Hierarchy]:
    at = 2 / 1440  # the case's dossiers are stamped two minutes after noon
    lives = {"later": (1, 2), "over": (-2, -1), "to the second": (-1, at), "from the second": (at, 1)}
    for name, days in lives.items():
        yield f"life {name}", leaf(ISSUING, days=days), (ISSUING,), ROOT


def authorities() -> Iterator[Hierarchy]:
    for label, options in {
        "without constraints": {"authority": None},
        "that is none": {"authority": False},
        "that may not certify": {"extensions": [(usage("digital_signature"), True)]},
        "that may certify": {"extensions": [(usage("key_cert_sign"), True)]},
    }.items():
        issuing = link("Issuing", ROOT, **options)
        yield f"issuer {label}", leaf(issuing), (issuing,), ROOT
        root = link("Root", **options)
        issuing = link("Issuing", root)
        yield f"root {label}", leaf(issuing), (issuing,), root
    yield "a seal that is an authority", link("Leaf", ISSUING), (ISSUING,), ROOT
    yield "a seal without constraints", leaf(ISSUING, authority=None), (ISSUING,), ROOT
    for depth in (0, 1):
        root = link("Root", depth=depth)
        one = link("One", root)
        for name in ("Two", "One"):
            two = link(name, one)
            yield f"depth {depth}, {name} below", leaf(two), (two, one), root
        yield f"depth {depth}", leaf(one), (one,), root
    chain = [ROOT]
    for number in range(7):
        chain.append(link(f"CA {number}", chain[-1]))
    for depth in (6, 7):
        yield f"{depth} between", leaf(chain[depth]), tuple(reversed(chain[1 : depth + 1])), ROOT


def keys() -> Iterator[Hierarchy]:
    curves = {"P-384": ec.SECP384R1(), "P-521": ec.SECP521R1(), "k1": ec.SECP256K1(), "Brainpool": ec.BrainpoolP256R1()}
    for name, curve in curves.items():
        yield f"{name} seal", leaf(ISSUING, key=ec.generate_private_key(curve)), (ISSUING,), ROOT
        issuing = link("Issuing", ROOT, key=ec.generate_private_key(curve))
        yield f"{name} issuer", leaf(issuing), (issuing,), ROOT
    digests = (hashes.SHA224(), hashes.SHA384(), hashes.SHA512(), hashes.SHA3_256())
    for digest in digests:
        yield f"ECDSA with {digest.name}", leaf(ISSUING, digest=digest), (ISSUING,), ROOT
    for bits in (1024, 2048):
        key = rsa.generate_private_key(65537, bits)
        yield f"RSA {bits} seal", leaf(ISSUING, key=key), (ISSUING,), ROOT
        issuing = link("Issuing", ROOT, key=key)
        for digest in (hashes.SHA256(), *digests[:3]):
            for salted in (False, True)[: bits // 1024]:
                certificate = leaf(issuing, digest=digest, salted=salted)
                yield f"RSA {bits} issuer, {digest.name}, salted {salted}", certificate, (issuing,), ROOT
    root = link("Root", key=rsa.generate_private_key(65537, 2048))
    issuing = link("Issuing", root)
    yield "RSA root", leaf(issuing), (issuing, root), root


def extensions() -> Iterator[Hierarchy]:
    address = x509.UniformResourceIdentifier("http://a.example")
    kinds: tuple[x509.ExtensionType, ...] = (
        x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
        x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("1.2.3.4"), ["x"])]),
        x509.PolicyConstraints(0, 0),
        x509.InhibitAnyPolicy(0),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]),
        x509.SubjectAlternativeName([x509.DNSName("a.example")]),
        x509.IssuerAlternativeName([x509.DNSName("a.example")]),
        x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, address)]),
        x509.SubjectKeyIdentifier(b"1"),
        x509.AuthorityKeyIdentifier(b"1", None, None),
        x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)]),
        x509.OCSPNoCheck(),
    )
    for kind in kinds:
        for critical in (False, True):
            label = f"{type(kind).__name__}, critical {critical}"
            issuing = link("Issuing", ROOT, extensions=[(kind, critical)])
            yield f"issuer with {label}", leaf(issuing), (issuing,), ROOT
            yield f"seal with {label}", leaf(ISSUING, extensions=[(kind, critical)]), (ISSUING,), ROOT


def usage(word: str) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    all_names = (*names, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: name == word for name in all_names})


def sealed(case: Case, hierarchy: Hierarchy) -> Sample:
    label, seal, above, anchor = hierarchy
    holder = Holder(key=seal.key, certificate=seal.certificate, chain=tuple(each.der for each in above))
    return Sample(label=label, data=replace(case, seal=holder).build(), anchors=(*case.anchors, anchor.der))


@pytest.mark.parametrize("family", [anchors, lives, authorities, keys, extensions])
def test_both_find_the_same_paths(simple: Case, tmp_path: Path, family: Any) -> None:
    samples = [sealed(simple, hierarchy) for hierarchy in family()]
    found, answers = differences(samples, tmp_path / "asked")
    assert found == []
    assert {answer["first"] for answer in answers} == {None, "seal"}


def test_name_constraints_may_be_refused_or_evaluated(simple: Case, tmp_path: Path) -> None:
    """The specification leaves this open (section 3.3): no trust service that is at hand has any."""
    constraints = x509.NameConstraints(None, [x509.DNSName("a.example")])
    issuing = link("Issuing", ROOT, extensions=[(constraints, False)])
    samples = [sealed(simple, ("constrained", leaf(issuing), (issuing,), ROOT))]
    found, answers = differences(samples, tmp_path / "asked")
    assert [answer["first"] for answer in answers] == [None]
    assert len(found) == 1
    assert "JavaScript seal:" in found[0]
