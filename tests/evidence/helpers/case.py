"""A whole concluded contract in memory: real keys, a real ceremony, a real B-LTA document, a real ledger."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.signatory.requests import certificate_request, key_binding
from esign.ceremony import (
    AttachedFile,
    Revision,
    Transcript,
    TranscriptDeclaration,
    TranscriptDocument,
    TranscriptOrder,
    TranscriptPolicy,
    TranscriptSignatory,
    TranscriptStatement,
    UserVerificationStatement,
    code_commitment,
    derive_secrets,
)
from esign.ceremony.capsule import (
    proof_of_intent,
    proof_of_opening,
    seal_capsule,
    user_verification_challenge,
)
from esign.evidence.dossier import PreparedDossier, build_dossier
from esign.evidence.dossier_manifest import SEAL, SEAL_TYPE, write_manifest
from esign.evidence.dossier_parts import Dossier, EnrolmentEvidence, PasskeyEvidence
from esign.evidence.dossier_seal import seal_attributes
from esign.evidence.dossier_verify import verify_dossier
from esign.evidence.head import StampedHead
from esign.evidence.ledger_extract import LedgerExtract
from esign.foundation.canonical import canonical
from esign.foundation.clock import FixedClock, seconds
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.foundation.identifiers import Oid
from esign.pades import (
    CeremonyEvidence,
    Statement,
    add_document_security_store,
    embed,
    prepare,
    prepare_document_timestamp,
    raw_to_der,
    signed_attributes,
    signed_data,
)
from esign.proof.timestamps import TimestampToken, verify_token
from esign.store.contract_keys import SqlContractKeys
from esign.store.database import Database
from esign.store.ledger import SqlLedger
from esign.store.vault import SealingKey
from tests.pades.small_world import BOX, NOW, Holder, World, draft, picture
from tests.quick import migrated

ORIGIN = "https://sign.example"
ISSUER = "https://id.sandbox.example"
AUDIENCE = "esign"
POLICY = b"id: test\nlevel: advanced\n"
POLICY_OID = f"{Oid.SIGNATURE_POLICY}.1"
CONTRACT_ID = "contract-1"
CONTRACT_DATA = b'{"a":1}'
"""What the draft of the small world has attached as contract.json."""
ISSUED: dict[str, dict] = {
    "issued for another binding": {
        "binding": key_binding(capsule_key=b"1", device_key=b"2", passkey=b"3"),
    },
    "issued with a critical binding": {"critical": True},
    "issued without a binding": {"binding": None},
    "issued to another given name": {"given": "Erik"},
    "issued to another family name": {"family": "Musterfrau"},
    "issued later": {"minutes": (1, 56)},
    "issued long before": {"minutes": (-61, -1)},
    "issued for long": {"minutes": (-5, 57)},
    "issued for another usage": {"usage": 0},
    "issued to an authority": {"authority_itself": True},
    "issued for no documents": {"purposes": ("1.3.6.1.5.5.7.3.4",)},
    "issued for no mail": {"purposes": ("1.3.6.1.5.5.7.3.36",)},
    "issued with two holders": {
        "policies": (
            *(Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.HELD_BY_COMPANY),
            *(Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX),
        )
    },
    "issued to somebody unidentified": {"policies": (Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.SANDBOX)},
    "issued without the word": {"called": ""},
}
"""What a certification authority that goes with the company may have issued instead."""
ASSERTED: dict[str, dict] = {
    "twice": {"twice": True},
    "word of a registration": {"type": "webauthn.create"},
    "word in a frame": {"crossOrigin": True},
    "word below another page": {"topOrigin": "https://other.example"},
    "word for another origin": {"origin": "https://other.example"},
    "word for another site": {"site": "other.example"},
    "word without presence": {"flags": 0x04},
    "word without verification": {"flags": 0x01},
}
"""What a passkey may have said instead."""
CONTRACTS = {
    "further": b'{"a":1,"further_signatories":[{}]}',
    "unsealed": b'{"a":1,"company_signature":"seal"}',
}
"""What a company may have given out as contract data instead."""
MANIFEST = b'{"agent":"test"}'
MAIL = b"From: a\r\n\r\nb\r\n"
INVITATION = hashlib.sha256(b"invitation").hexdigest()


def spki(key) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def p256():
    return ec.generate_private_key(ec.SECP256R1())


def raw_signature(key, data: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def jws(key, header: dict, payload: dict) -> bytes:
    parts = b64url(canonical(header)) + "." + b64url(canonical(payload))
    return (parts + "." + b64url(raw_signature(key, parts.encode()))).encode()


class Compressed:
    """A key of which somebody writes the public half in the shorter one of the two encodings."""

    def __init__(self, key) -> None:
        self._key, self.sign = key, key.sign

    def public_key(self):
        return self

    def public_bytes(self, *_) -> bytes:
        numbers = self._key.public_key().public_numbers()
        point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32, "big")
        return bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point


@dataclass(kw_only=True)
class Keys:
    signature: object = field(default_factory=p256)
    capsule: object = field(default_factory=p256)
    device: object = field(default_factory=p256)
    passkey: object | None = field(default_factory=p256)
    provider: object = field(default_factory=p256)


@dataclass(kw_only=True, repr=False)
class Case:
    """A dossier, and the world that it comes from."""

    world: World
    seal: Holder
    keys: Keys
    dossier: Dossier
    at: datetime

    def __repr__(self) -> str:
        return f"Case({self.dossier.certificate[-4:].hex()})"

    @property
    def anchors(self) -> tuple[bytes, ...]:
        return (self.world.root.der,)

    def build(self, dossier: Dossier | None = None, **changes) -> bytes:
        """Return the container, sealed by the company whatever was changed before."""
        return build_dossier(
            replace(dossier or self.dossier, **changes),
            sealer=WorldSealer(self.seal),
            timestamps=WorldTimestamps(self.world, self.at),
            at=self.at,
        )

    def build_parts(self, parts: dict[str, bytes]) -> bytes:
        """Return the container of any parts, sealed and timestamped by the company."""
        manifest = write_manifest(parts, signature=SEAL, kind=SEAL_TYPE)
        attributes = seal_attributes(manifest, certificate=self.seal.der, at=self.at)
        prepared = PreparedDossier(parts=parts, manifest=manifest, certificate=self.seal.der, attributes=attributes)
        sealed = prepared.sealed(self.seal.sign(attributes), self.seal.chain)
        return sealed.finished(self.world.stamp(sealed.digest, at=self.at))

    def verify(self, data: bytes):
        return verify_dossier(data, anchors=self.anchors)


class WorldSealer:
    def __init__(self, holder: Holder) -> None:
        self.certificate, self.chain, self.sign = holder.der, holder.chain, holder.sign


class WorldTimestamps:
    def __init__(self, world: World, at: datetime) -> None:
        self.world, self.at = world, at

    def stamp(self, digest: bytes) -> TimestampToken:
        return verify_token(self.world.stamp(digest, at=self.at), digest, anchors=(self.world.root.der,))


def certify(
    world: World,
    public_key,
    *,
    given: str,
    family: str,
    binding: bytes | None,
    policies,
    critical: bool = False,
    minutes: tuple[int, int] = (-5, 55),
    usage: int = 1,
    authority_itself: bool = False,
    purposes: tuple[str, ...] = ("1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"),
    called: str = " SANDBOX",
) -> Holder:
    """Return a certificate; its key still has to be put in.

    Args:
        world: Whose authority issues it.
        public_key: What it certifies.
        given: Given name.
        family: Family name.
        binding: Key binding, if there is one.
        policies: What the authority says about key, person and itself.
        critical: Whether the binding has to be understood.
        minutes: Its life around now.
        usage: Which bit of the key usage is set; 1 is nonRepudiation.
        authority_itself: Whether it may issue others.
        purposes: documentSigning and emailProtection, as a signatory's certificate has them.
        called: What stands behind the name in the common name.
    """
    authority = world.authority
    name = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
        x509.NameAttribute(NameOID.GIVEN_NAME, given),
        x509.NameAttribute(NameOID.SURNAME, family),
        x509.NameAttribute(NameOID.COMMON_NAME, f"{given} {family}{called}"),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(name))
        .issuer_name(authority.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(world.now + timedelta(minutes=minutes[0]))
        .not_valid_after(world.now + timedelta(minutes=minutes[1]))
        .add_extension(x509.BasicConstraints(ca=authority_itself, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(*(bit == usage for bit in range(9))), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([x509.ObjectIdentifier(purpose) for purpose in purposes]),
            critical=False,
        )
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies]),
            critical=False,
        )
    )
    if binding is not None:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(Oid.KEY_BINDING), binding)
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(authority.key, hashes.SHA256())
    return Holder(key=None, certificate=certificate, chain=(authority.der, *authority.chain))


def make_case(
    folder: Path,
    *,
    level: str = "advanced",
    passkey: bool = True,
    identified: bytes | None = None,
    swapped: str | None = None,
    company: frozenset[str] = frozenset(),
) -> Case:
    """Walk the whole way.

    Args:
        folder: Where the ledger lies meanwhile.
        level: ``advanced`` or ``simple``.
        passkey: Whether the device has one.
        identified: The request that the person was identified over, if another one.
        swapped: What is another one in the transcript than was certified or signed: the key ``capsule``, ``device`` or
            ``passkey``, the ``document``, the ``provider``, the ``time``, an earlier ``revision``, the certificate
            ``named``; the ``certificate``, the ``statement`` or the ``policy`` in the attributes; the ``holder`` in the
            certificate; the ``trust`` in transcript and attributes; the transcript of the passkey's ``word``; or what
            the ``ledger …`` says. Or what is wrong although all fits together: the policy makes a ``demand`` that was
            not met; the signature is over another ``digest``, or ``unstamped``; the certificate is ``issued …``;
            the passkey's word is there ``unasked``, missing (``unverified``), says something ``twice``, or its key has
            another ``encoding``; the contract names a ``further`` signatory, or asks for a seal (``unsealed``); the
            transcript is about another ``contract``; the ledger is one of ``release 0.1``; at the simple level the seal
            is a ``seal holder``'s or a ``seal of a stranger``, has a ``seal binding`` or a ``seal key`` that nobody
            knows.
        company: Where it is stated that the device is the company's: ``request``, ``certificate``, ``transcript``,
            ``hello``, ``ledger``, and ``login`` for a login of its own at the provider; in all of them or in none.
    """
    advanced = level == "advanced"
    passkey = passkey and advanced and not company
    world = World()
    keys = Keys(passkey=p256() if passkey else None)
    contract = CONTRACTS.get(swapped or "", CONTRACT_DATA)
    policy = POLICY + b"user_verification: required\n" if swapped == "demand" else POLICY
    if swapped == "encoding":
        keys.passkey = Compressed(keys.passkey)
    seal = world._certify(
        "Muster GmbH SANDBOX",
        world.authority,
        purposes=[x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION],
        policies=(Oid.HELD_BY_COMPANY, Oid.SANDBOX),
    )
    held = Oid.HELD_BY_SIGNATORY if swapped == "holder" else None
    held = Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE if "certificate" in company else held
    if advanced:
        enrolment, signer = _enrol(world, keys, identified, held, swapped or "", company)
    else:
        enrolment, signer = None, _signing_seal(world, keys, swapped) or seal
    if swapped in ("capsule", "device", "passkey"):
        setattr(keys, swapped, p256())
    held_by = "company" if not advanced else "signatory-passkey" if passkey else "signatory"
    held_by = "signatory-company-device" if "transcript" in company else held_by
    provider = "email-address" if not advanced else "https://other.example" if swapped == "provider" else ISSUER
    trust = "configured" if swapped == "trust" else "sandbox"
    begun = seconds(NOW) + (3600 if swapped == "time" else -60)
    prepared = prepare(
        draft(),
        field="Signatory",
        page=2,
        box=BOX,
        appearance=picture(),
        name="Erika Mustermann",
        reason="Zustimmung",
        claimed_at=NOW,
    )
    declaration = "Ich bestelle zahlungspflichtig.\n"
    summary = canonical({"lang": "de", "title": "Möbel", "lines": [{"label": "Preis", "value": "100 EUR"}]})
    seed = sha256(b"seed" + level.encode())
    secrets = derive_secrets(seed)
    nonce = sha256(b"client nonce")
    transcript = Transcript(
        ceremony="invitation-1",
        contract="contract-9" if swapped == "contract" else CONTRACT_ID,
        attempt=1,
        audience=ORIGIN,
        agent=sha256(MANIFEST),
        document=TranscriptDocument(
            sha256=sha256(b"another") if swapped == "document" else prepared.digest,
            byte_range=prepared.byte_range,
            length=len(prepared.data),
            name="vertrag.pdf",
            revisions=(
                Revision(
                    kind="draft",
                    length=len(draft()),
                    sha256=sha256(b"another" if swapped == "revision" else draft()),
                ),
            ),
            attachments=(AttachedFile(name="contract.json", sha256=sha256(contract)),),
        ),
        declaration=TranscriptDeclaration(lang="de", sha256=sha256(declaration.encode())),
        order=TranscriptOrder(label="zahlungspflichtig bestellen", summary=sha256(summary)),
        signatory=TranscriptSignatory(
            name="Erika Mustermann",
            role="Kundin",
            certificate=_named(signer.der, advanced=advanced, another=swapped == "named"),
            capsule_key=sha256(spki(keys.capsule)),
            device_key=sha256(spki(keys.device)),
            passkey=sha256(spki(keys.passkey)) if keys.passkey else None,
        ),
        statement=TranscriptStatement(
            level=level,
            held_by=held_by,
            identified_by=provider,
            trust=trust,
        ),
        policy=TranscriptPolicy(oid=POLICY_OID, sha256=sha256(policy)),
        code_commitment=code_commitment(sha256(b"other") if swapped == "committed" else secrets.nonce, secrets.code),
        user_verification="passkey" if passkey else "none",
        issued_at=begun,
        expires_at=begun + 1800,
        client_nonce=nonce,
        server_nonce=sha256(b"server nonce"),
    )
    tau = transcript.tau
    sealed_for = sha256(b"another transcript") if swapped == "sealed" else tau
    capsule = seal_capsule(secrets, capsule_key=spki(keys.capsule), tau=sealed_for)
    about = sha256(b"another transcript") if swapped == "word" else tau
    verification = _assertion(keys.passkey or p256(), about, **ASSERTED.get(swapped or "", {})) if passkey else None
    if swapped in ("unasked", "unverified"):
        verification = _assertion(p256(), tau) if swapped == "unasked" else None
    evidence = CeremonyEvidence(
        transcript=tau,
        capsule=capsule.digest,
        proof=proof_of_intent(secrets.nonce, tau, "000000" if swapped == "proved" else secrets.code),
        statement=Statement(
            level=1 if advanced else 0,
            held_by=held_by,
            identified_by="somebody" if swapped == "statement" else transcript.statement.identified_by,
            trust=trust,
        ),
        user_verification=verification.digest if verification else None,
    )
    attributes = signed_attributes(
        document_digest=sha256(b"another") if swapped == "digest" else prepared.digest,
        certificate=seal.der if swapped == "certificate" else signer.der,
        policy_oid=f"{Oid.SIGNATURE_POLICY}.2" if swapped == "policy" else POLICY_OID,
        policy_digest=sha256(policy),
        evidence=evidence,
    )
    raw = raw_signature(signer.key, attributes)
    signature = raw_to_der(raw)
    document = _finish(world, prepared, signer, attributes, signature, stamped=swapped != "unstamped")
    messages = _messages(
        keys,
        enrolment,
        transcript,
        signer,
        {
            "have": proof_of_opening(secrets.nonce, tau).hex(),
            "proof": evidence.proof.hex(),
            "order": {"label": transcript.order.label, "summary": sha256(summary).hex()},
        },
        verification,
        raw if advanced else None,
        greeting={"device": "company"} if "hello" in company else {},
    )
    extract, openings = _ledger(
        world,
        folder,
        enrolment,
        transcript,
        capsule,
        evidence,
        messages,
        attributes,
        document,
        declaration,
        summary,
        swapped=swapped or "",
        contract=contract,
        handed_over="ledger" in company,
    )
    dossier = Dossier(
        document=document,
        transcript=transcript.canonical(),
        declaration=declaration,
        summary=summary,
        policy=policy,
        capsule=capsule,
        certificate=signer.der,
        chain=signer.chain,
        enrolment=enrolment,
        messages=messages,
        user_verification=verification,
        agent_manifest=MANIFEST,
        contract=contract,
        ledger=extract,
        openings=openings,
        mails=(MAIL,),
        seed=seed,
    )
    return Case(world=world, seal=seal, keys=keys, dossier=dossier, at=NOW + timedelta(minutes=2))


def _signing_seal(world: World, keys: Keys, swapped: str | None) -> Holder | None:
    """Return the certificate that carries a declaration of the simple level, where it is not the company's seal."""
    if swapped not in ("seal holder", "seal binding", "seal key", "seal of a stranger"):
        return None
    key = ec.generate_private_key(ec.BrainpoolP256R1()) if swapped == "seal key" else p256()
    binding = key_binding(capsule_key=spki(keys.capsule), device_key=spki(keys.device), passkey=None)
    signer = certify(
        World() if swapped == "seal of a stranger" else world,
        key.public_key(),
        given="Muster",
        family="GmbH",
        binding=binding if swapped == "seal binding" else None,
        policies=(Oid.HELD_BY_SIGNATORY if swapped == "seal holder" else Oid.HELD_BY_COMPANY, Oid.SANDBOX),
    )
    signer.key = key
    return signer


def _named(signer: bytes, *, advanced: bool, another: bool) -> bytes | None:
    """Return the certificate's digest in the transcript; at the simple level there is none, in another there is."""
    if another:
        return sha256(b"another")
    return sha256(signer) if advanced else None


def _enrol(
    world: World, keys: Keys, identified: bytes | None, held: str | None, swapped: str, company: frozenset[str]
) -> tuple[EnrolmentEvidence, Holder]:
    binding = key_binding(
        capsule_key=spki(keys.capsule),
        device_key=spki(keys.device),
        passkey=spki(keys.passkey) if keys.passkey else None,
        company_device="request" in company,
    )
    request = certificate_request(keys.signature, binding=binding, nonce=sha256(b"enrolment nonce"))
    held = held or (Oid.HELD_BY_SIGNATORY_PASSKEY if keys.passkey else Oid.HELD_BY_SIGNATORY)
    signing = p256() if swapped == "issued key" else keys.signature
    asked = {
        "given": "Erika",
        "family": "Mustermann",
        "binding": binding,
        "policies": (held, Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX),
    }
    issuing = World() if swapped == "issued by a stranger" else world
    signer = certify(issuing, signing.public_key(), **(asked | ISSUED.get(swapped, {})))
    signer.key = signing
    login = {"auth_time": seconds(NOW) - 130} if "login" in company else {}
    token, jwks = identify(world, keys, identified or request, **login)
    passkey = None
    if keys.passkey:
        passkey = PasskeyEvidence(credential_id=b"cred", public_key=spki(keys.passkey), algorithm=-7, prf=True)
    enrolment = EnrolmentEvidence(
        request=request,
        capsule_key=spki(keys.capsule),
        device_key=spki(keys.device),
        passkey=passkey,
        id_token=token,
        issuer=ISSUER,
        jwks=jwks,
        audience=AUDIENCE,
    )
    return enrolment, signer


def identify(world: World, keys: Keys, request: bytes, key=None, **claims) -> tuple[str, str]:
    """Return an ID token over a request, and the provider's key set."""
    numbers = keys.provider.public_key().public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "kid": "idp-1",
        "use": "sig",
        "x": b64url(numbers.x.to_bytes(32, "big")),
        "y": b64url(numbers.y.to_bytes(32, "big")),
    }
    jwk["x5c"] = [base64.b64encode(der).decode() for der in _provider_chain(world, keys)]
    now = seconds(NOW) - 120
    payload = {
        "iss": ISSUER,
        "sub": "person-1",
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "nonce": b64url(sha256(request)),
        "given_name": "Erika",
        "family_name": "Mustermann",
    } | claims
    token = jws(key or keys.provider, {"alg": "ES256", "kid": "idp-1", "typ": "JWT"}, payload)
    return token.decode(), json.dumps({"keys": [jwk]}, sort_keys=True)


def _provider_chain(world: World, keys: Keys) -> tuple[bytes, ...]:
    holder = certify(
        world, keys.provider.public_key(), given="SANDBOX", family="IdP", binding=None, policies=(Oid.SANDBOX,)
    )
    return (holder.der, *holder.chain)


def _assertion(
    passkey, tau: bytes, *, twice: bool = False, site: str = "sign.example", flags: int = 0x05, **said
) -> UserVerificationStatement:
    challenge = b64url(user_verification_challenge(tau))
    client = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN} | said).encode()
    if twice:
        client = b'{"origin": "https://other.example", ' + client[1:]
    data = sha256(site.encode()) + bytes([flags]) + bytes(4)
    signature = passkey.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
    return UserVerificationStatement(authenticator_data=data, client_data=client, signature=signature)


def _finish(
    world: World, prepared, signer: Holder, attributes: bytes, signature: bytes, *, stamped: bool = True
) -> bytes:
    cms = signed_data(
        attributes=attributes,
        signature=signature,
        certificate=signer.der,
        chain=signer.chain,
        signature_timestamp=world.stamp(sha256(signature)) if stamped else None,
    )
    stored = add_document_security_store(
        embed(prepared, cms),
        certificates=tuple(dict.fromkeys((signer.der, *signer.chain, world.tsa.der, world.root.der))),
        crls=[world.crl(world.root), world.crl(world.authority)],
        ocsp_responses=(),
    )
    last = prepare_document_timestamp(stored)
    return embed(last, world.stamp(last.digest, at=NOW + timedelta(seconds=1)))


def message(keys: Keys, number: int, kind: str, members: dict, key=None) -> bytes:
    """Return a message of the device."""
    key = key or keys.device
    payload = {
        "v": "esign/1",
        "type": kind,
        "aud": ORIGIN,
        "iat": seconds(NOW),
        "jti": f"{number:032x}",
        "invitation": INVITATION,
        **members,
    }
    return jws(key, {"alg": "ES256", "kid": sha256(spki(key)).hex(), "typ": "esign+jws"}, payload)


def _messages(keys, enrolment, transcript, signer, intent, verification, raw, *, greeting) -> tuple[bytes, ...]:
    tau = transcript.tau.hex()
    sent = [message(keys, 1, "hello", {"device_key": b64url(spki(keys.device)), "lang": "de", **greeting})]
    opened = {"client_nonce": transcript.client_nonce.hex()}
    if enrolment is not None:
        members = {
            "enrolment": "e1",
            "csr": b64url(enrolment.request),
            "capsule_key": b64url(enrolment.capsule_key),
            "id_token": enrolment.id_token,
        }
        if enrolment.passkey is not None:
            members["passkey"] = {
                "credential_id": b64url(enrolment.passkey.credential_id),
                "public_key": b64url(enrolment.passkey.public_key),
                "algorithm": enrolment.passkey.algorithm,
                "prf": enrolment.passkey.prf,
                "attestation_object": "",
                "client_data": "",
            }
        sent.append(message(keys, 2, "enrol", members))
        opened["certificate"] = sha256(signer.der).hex()
    else:
        opened["capsule_key"] = b64url(spki(keys.capsule))
    sent.append(message(keys, 3, "open", opened))
    sent.append(message(keys, 4, "document", {"transcript": tau}))
    telemetry = {"mode": "mouse", "coverage": 80, "typos": 0, "pages": 3}
    intent = {"transcript": tau, "telemetry": telemetry, "clock_skew": 0, **intent}
    sent.append(message(keys, 5, "intent", intent | {"proof": "00" * 32}))
    if verification is not None:
        intent["user_verification"] = {
            "authenticator_data": b64url(verification.authenticator_data),
            "client_data": b64url(verification.client_data),
            "signature": b64url(verification.signature),
        }
    sent.append(message(keys, 6, "intent", intent))
    if raw is not None:
        sent.append(message(keys, 7, "signature", {"transcript": tau, "signature": b64url(raw)}))
    return tuple(sent)


def _ledger(
    world,
    folder,
    enrolment,
    transcript,
    capsule,
    evidence,
    messages,
    attributes,
    document,
    declaration,
    summary,
    *,
    swapped: str = "",
    contract: bytes = CONTRACT_DATA,
    handed_over: bool = False,
):
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'ledger.db'}"
    migrated(url)
    database = Database(url)
    tau = transcript.tau.hex()
    about = {"tau": tau, "attempt": 1}
    digests = [sha256(item).hex() for item in messages]

    def said(name: str, true: bytes) -> bytes:
        return sha256(b"another") if swapped == f"ledger {name}" else true

    with database.transaction() as connection:
        keys = SqlContractKeys(connection, SealingKey(bytes(32)))
        ledger = SqlLedger(connection, keys, FixedClock(at=NOW))
        keys.new_key(CONTRACT_ID, ("company", "signatory"))
        for _ in range(3):
            ledger.append("contract.drawn_up", "another-contract", {})
        contents = {
            "contract": said("contract", contract),
            "declaration": said("declaration", declaration.encode()),
            "summary": said("summary", summary),
            "draft": said("draft", sha256(draft())),
        }
        ledger.append("contract.drawn_up", CONTRACT_ID, {"level": transcript.statement.level}, contents)
        ledger.append("invitation.made", CONTRACT_ID, {})
        if handed_over:
            bound = {"device": transcript.signatory.device_key.hex(), "handed_over_by": "company-device"}
            ledger.append("device.bound", CONTRACT_ID, bound)
        if enrolment is not None:
            facts = {"request": sha256(enrolment.request).hex()}
            identification = {
                "id_token": said("token", enrolment.id_token.encode()),
                "provider_keys": said("keys", sha256(enrolment.jwks.encode())),
            }
            if swapped == "release 0.1":
                del identification["provider_keys"]
            ledger.append("enrolment.requested", CONTRACT_ID, facts, identification)
        ledger.append(
            "attempt.opened",
            CONTRACT_ID,
            {
                **about,
                "capsule": said("capsule", capsule.digest).hex(),
                "message": said("message", bytes.fromhex(digests[1])).hex(),
            },
            {"transcript": said("transcript", transcript.canonical())},
        )
        ledger.append("contract.drawn_up", "another-contract", {})
        steps: list[tuple[str, dict, dict]] = [
            (
                "intent.declared",
                {**about, "proof": said("proof", evidence.proof).hex()},
                {"attributes": said("attributes", attributes)},
            ),
            ("signature.embedded", about, {"document": said("document", sha256(document))}),
        ]
        if swapped == "ledger order":
            steps.reverse()
        if swapped == "ledger twice":
            steps.append(steps[-1])
        for kind, facts, committed in steps:
            ledger.append(kind, CONTRACT_ID, facts, committed)
        ledger.append("contract.concluded", CONTRACT_ID, about)
        ledger.append("delivery.done", CONTRACT_ID, {"kind": "signed_copy"}, {"mail": sha256(MAIL)})
        ledger.append("contract.drawn_up", "another-contract", {})
        head = ledger.head(NOW)
        ledger.add_head(StampedHead(head=head.canonical(), token=world.stamp(head.digest)))
        extract = LedgerExtract.collect(ledger, CONTRACT_ID)
    database.close()
    return extract
