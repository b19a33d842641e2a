"""Who a person is, and which keys are theirs: from a request and an identification to a checked certificate.

What enters: a certificate signing request, an ID token, public keys, a passkey's registration or use, an issued
certificate; all of them bytes from strangers. What leaves: values of which everything stated has been checked, or an
error of its own for each rule. What may be touched here: nothing; providers and authorities are reached through this
room's ports. Clauses: RFC 2986 (PKCS #10), RFC 5280 (certificates), OpenID Connect Core section 3.1.3.7 (ID tokens),
WebAuthn sections 7.1 (registration) and 7.2 (use), Regulation (EU) 910/2014 Art. 26 (a), (b); docs/ceremony-spec.md
sections 3 and 4.
"""

from esign.identity.certificate import CertificateFacts, check_issued_certificate
from esign.identity.enrolment import Enrolment, review_enrolment
from esign.identity.errors import IdentityError
from esign.identity.id_token import ProviderKeys, verify_id_token
from esign.identity.key_binding import KeyBinding
from esign.identity.known_passkey import PasskeyUse, verify_passkey_use
from esign.identity.passkey import PasskeyRegistration, RegisteredPasskey, verify_passkey_registration
from esign.identity.person import AssuranceLevel, ExpectedPerson, IdentifiedPerson, check_person, same_name
from esign.identity.provider_chain import provider_chain, verify_provider_chain
from esign.identity.public_keys import key_id, parse_p256
from esign.identity.request import CertificateRequest

__all__ = [
    "AssuranceLevel",
    "CertificateFacts",
    "CertificateRequest",
    "Enrolment",
    "ExpectedPerson",
    "IdentifiedPerson",
    "IdentityError",
    "KeyBinding",
    "PasskeyRegistration",
    "PasskeyUse",
    "ProviderKeys",
    "RegisteredPasskey",
    "check_issued_certificate",
    "check_person",
    "key_id",
    "parse_p256",
    "provider_chain",
    "review_enrolment",
    "same_name",
    "verify_id_token",
    "verify_passkey_registration",
    "verify_passkey_use",
    "verify_provider_chain",
]
