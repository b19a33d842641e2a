"""Steps about the person: request, identification, certificate, and the passkey's word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key

from esign.ceremony import verify_user
from esign.evidence.dossier_chain import chain_above, check_carried, check_order
from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_json import read_json
from esign.evidence.dossier_report import present, require
from esign.foundation.digests import sha256
from esign.foundation.encoding import from_b64url
from esign.foundation.identifiers import Oid
from esign.identity import (
    CertificateFacts,
    CertificateRequest,
    ProviderKeys,
    check_issued_certificate,
    provider_chain,
    same_name,
    verify_id_token,
    verify_provider_chain,
)
from esign.identity.id_token import find_key, token_header
from esign.identity.public_keys import encode_public_key
from esign.proof.certificate_path import verify_path

ENROLMENT = "enrolment.json"
SIGNER = "certificates/signer.der"
MAX_AGE = timedelta(hours=2)
"""How long before the signature the identification may lie: a certificate lives an hour, an enrolment a quarter."""

_HEADER = {"alg", "kid", "typ", "cty", "x5t", "x5t#S256"}
LOGIN_AGE = timedelta(minutes=15)
"""On a device of the company: how long before the identification the person may have logged in; an enrolment's life."""

_HELD_BY_SIGNATORY = (
    Oid.HELD_BY_SIGNATORY_PASSKEY,
    Oid.HELD_BY_SIGNATORY,
    Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE,
)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?\Z")


def request_shows_possession(found: Findings) -> str:
    """The request is made by the key, and binds exactly the keys that the transcript names."""
    enrolment = present(found.dossier.enrolment, "it is missing", ENROLMENT)
    signatory = found.transcript.signatory
    found.request = CertificateRequest.parse(enrolment.request)
    binding = found.request.key_binding
    passkey = None if enrolment.passkey is None else sha256(enrolment.passkey.public_key)
    given = (sha256(enrolment.capsule_key), sha256(enrolment.device_key), passkey)
    bound = (binding.capsule_key, binding.device_key, binding.passkey)
    named = (signatory.capsule_key, signatory.device_key, signatory.passkey)
    require(given == bound, "the request binds other keys than those given", ENROLMENT)
    require(bound == named, "the request binds other keys than the transcript names", "transcript.json")
    same = binding.company_device == found.company_device
    require(same, "request and transcript differ about whose device it was", "transcript.json")
    return "the request is signed by the signature key and binds capsule, device and passkey key"


def person_is_identified(found: Findings) -> str:
    """The identity provider confirmed the name over exactly this request."""
    enrolment = present(found.dossier.enrolment, "it is missing", ENROLMENT)
    header, claims = (read_json(from_b64url(part).decode("utf-8")) for part in enrolment.id_token.split(".")[:2])
    known = header.keys() <= _HEADER and all(isinstance(value, str) for value in header.values())
    require(known, "the token's header holds something else than its algorithm and its key", ENROLMENT)
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    found.provider = ProviderKeys(issuer=enrolment.issuer, jwks=read_json(enrolment.jwks), fetched_at=issued)
    require(_in_one_form(find_key(found.provider, header)), "the provider's key is not in its one form", ENROLMENT)
    found.person = verify_id_token(
        enrolment.id_token,
        found.provider,
        audience=enrolment.audience,
        nonce=found.request.id_token_nonce,
        now=issued,
        max_age=None,
    )
    said = found.transcript.statement.identified_by
    require(found.person.issuer == said, "another provider identified than the signature states", ENROLMENT)
    name = f"{found.person.given_name} {found.person.family_name}"
    require(same_name(name, found.transcript.signatory.name), "the provider confirmed another name", ENROLMENT)
    age = found.proven_at - issued
    require(-timedelta(minutes=5) <= age <= MAX_AGE, "the identification is not from shortly before", ENROLMENT)
    if not found.company_device:
        return "the provider confirmed the signatory's name over exactly this key"
    login = present(found.person.authenticated_at, "it does not say when the person logged in", ENROLMENT)
    fresh = -timedelta(minutes=5) <= issued - login <= LOGIN_AGE
    require(fresh, "the person had logged in long before, perhaps somebody else on the same device", ENROLMENT)
    return "the provider confirmed the signatory's name over exactly this key, after a login of its own"


def provider_is_trusted(found: Findings) -> str:
    """The provider's key is certified up to an anchor, where the provider publishes certificates for it."""
    published = find_key(found.provider, token_header(found.person.token))
    if "x5c" not in published:
        return "the provider publishes no certificates: that the keys are its own rests on this dossier's seal"
    canonical = isinstance(published["x5c"], list) and all(_is_base64(text) for text in published["x5c"])
    require(canonical, "the provider's certificates cannot be read", ENROLMENT)
    chain = provider_chain(found.provider, found.person.token)
    check_order(chain)
    check_carried(chain[0], chain[1:], anchors=found.anchors)
    verify_provider_chain(chain, anchors=found.anchors, at=found.provider.fetched_at)
    return "the provider's key leads to an anchor"


def certificate_is_the_signatorys(found: Findings) -> str:
    """The certificate is the one that the request asked for, for the person identified, valid when it signed."""
    if found.transcript.statement.level == "simple":
        facts = CertificateFacts.read(found.dossier.certificate)
        _chain_is_the_path(found)
        held = any(policy in _HELD_BY_SIGNATORY for policy in facts.policies)
        require(facts.key_binding is None and not held, "it is no seal's certificate", SIGNER)
        named_sandbox(found, facts)
        return "the declaration carries the company's seal, whose certificate leads to an anchor"
    facts = check_issued_certificate(
        found.dossier.certificate,
        found.dossier.chain,
        request=found.request,
        person=found.person,
        anchors=found.anchors,
        now=found.proven_at,
    )
    _chain_is_the_path(found)
    # Cannot fail where the steps before passed: request, transcript and certificate name the same keys, and the holder
    # follows from them. It stands here because the statement is what people read.
    require(facts.held_by == found.transcript.statement.held_by, "it states another holder of the key", SIGNER)
    named_sandbox(found, facts)
    said = "the certificate is the signatory's, binds all keys, was valid at the proven time and leads to an anchor"
    return f"{said}; the key was made on a device of the company" if found.company_device else said


def _chain_is_the_path(found: Findings) -> None:
    """Require that the chain's parts are, in order, the path from the certificate towards an anchor, and nothing else.

    The document's signature carries the same certificates.
    """
    own, chain = found.dossier.certificate, found.dossier.chain
    verify_path(own, intermediates=chain, anchors=found.anchors, at=found.proven_at)
    above = chain_above(own, chain)
    for place, certificate in enumerate(chain, 1):
        on_path = place <= len(above) and above[place - 1] == certificate
        require(on_path, "it is not the next certificate of the path", f"certificates/chain-{place:02}.der")
    carried = set(found.cms.certificates) == {own, *chain}
    require(carried, "the signature carries other certificates than those here", SIGNER)


def named_sandbox(found: Findings, facts: CertificateFacts) -> None:
    """Require that a sandbox certificate never goes with a statement of configured trust.

    Raises:
        StepFailed: It does.
    """
    found.sandbox = found.sandbox or facts.sandbox
    trust = found.transcript.statement.trust
    require(facts.sandbox == (trust == "sandbox"), "certificate and statement differ about the sandbox", SIGNER)


def user_was_verified(found: Findings) -> str:
    """The passkey that the certificate binds signed this transcript, with its user verified."""
    asked = found.transcript.user_verification != "none"
    require(asked, "it is here although the transcript asks for none", "user-verification.json")
    what = "it is missing although the transcript asks for it"
    statement = present(found.dossier.user_verification, what, "user-verification.json")
    # A transcript that asks for a passkey names one, and step request found it in the enrolment: both are there.
    enrolment = present(found.dossier.enrolment, "it is missing", ENROLMENT)
    passkey = present(enrolment.passkey, "the passkey's key is missing", ENROLMENT)
    require(_is_one_encoding(passkey.public_key), "the passkey's key is not in its one form", ENROLMENT)
    read_json(statement.client_data.decode("utf-8"))
    verify_user(statement, tau=found.tau, audience=found.transcript.audience, passkey=passkey.public_key)
    return "the passkey verified its user for exactly this transcript"


def _in_one_form(key: Mapping[str, Any]) -> bool:
    """Tell whether the numbers of a JWK are written as RFC 7518 section 6 says: whole, or without leading zeros."""
    if key.get("kty") == "EC":
        return all(len(from_b64url(key[name])) == 32 for name in ("x", "y"))
    return all(from_b64url(key[name])[:1] not in (b"", b"\x00") for name in ("n", "e"))


def _is_base64(text: object) -> bool:
    return isinstance(text, str) and _BASE64.match(text) is not None


def _is_one_encoding(spki: bytes) -> bool:
    return encode_public_key(load_der_public_key(spki)) == spki
