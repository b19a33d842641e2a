"""What can go wrong when a person is connected with a key. Every rule has an error of its own."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class IdentityError(EsignError):
    """A person could not be connected with a key."""

    code = "identity"


class PublicKeyRefused(IdentityError):
    """A public key is not P-256 in its one canonical encoding."""

    code = "identity.public_key"
    source = "docs/ceremony-spec.md section 2"


class KeyBindingMalformed(IdentityError):
    """Bytes are not the canonical encoding of a ``KeyBinding``."""

    code = "identity.key_binding.malformed"
    source = "docs/ceremony-spec.md section 3"


class RequestError(IdentityError):
    """A certificate signing request is not the one that the protocol asks for."""

    code = "identity.request"
    source = "RFC 2986; docs/ceremony-spec.md section 4"


class RequestMalformed(RequestError):
    """Bytes are not a certificate signing request in its one canonical encoding."""

    code = "identity.request.malformed"


class RequestSubjectNotEmpty(RequestError):
    """The request names somebody; the name comes from the identity provider alone."""

    code = "identity.request.subject_not_empty"


class RequestKeyRefused(RequestError):
    """The requested key is not on P-256."""

    code = "identity.request.key"


class RequestAlgorithmRefused(RequestError):
    """The request is not signed with ecdsa-with-SHA256."""

    code = "identity.request.algorithm"


class RequestAttributesRefused(RequestError):
    """The request does not carry exactly the key binding and the enrolment nonce."""

    code = "identity.request.attributes"


class RequestSignatureInvalid(RequestError):
    """The requester did not show possession of the key."""

    code = "identity.request.signature"


class TokenError(IdentityError):
    """An ID token cannot be relied on."""

    code = "identity.token"
    source = "OpenID Connect Core 1.0 section 3.1.3.7"


class TokenMalformed(TokenError):
    """Not a signed token in compact form with JSON inside."""

    code = "identity.token.malformed"


class TokenAlgorithmRefused(TokenError):
    """The token is not signed with ES256, RS256 or PS256."""

    code = "identity.token.algorithm"


class TokenKeyUnknown(TokenError):
    """The provider publishes no such key, or not exactly one."""

    code = "identity.token.key_unknown"


class TokenKeyUnsuitable(TokenError):
    """The provider's key is not one for such signatures."""

    code = "identity.token.key_unsuitable"


class TokenSignatureInvalid(TokenError):
    """The provider's signature does not hold."""

    code = "identity.token.signature"


class TokenIssuerDiffers(TokenError):
    """Another provider issued the token."""

    code = "identity.token.issuer"


class TokenAudienceDiffers(TokenError):
    """The token was issued for somebody else."""

    code = "identity.token.audience"


class TokenExpired(TokenError):
    """The token is no longer valid."""

    code = "identity.token.expired"


class TokenNotYetValid(TokenError):
    """The token was issued in the future: one of the clocks is wrong."""

    code = "identity.token.not_yet_valid"


class TokenTooOld(TokenError):
    """The identification was too long ago."""

    code = "identity.token.too_old"


class TokenNonceDiffers(TokenError):
    """The token does not confirm the name over this very key."""

    code = "identity.token.nonce"
    source = "docs/ceremony-spec.md section 4: nonce = H(CSR)"


class TokenNameMissing(TokenError):
    """The token does not say who the person is."""

    code = "identity.token.name_missing"


class TokenBirthDateMalformed(TokenError):
    """The token's date of birth is not a date."""

    code = "identity.token.birth_date"


class ProviderChainMissing(TokenError):
    """The provider publishes no certificate for the key that signed the token."""

    code = "identity.token.chain_missing"


class ProviderChainDiffers(TokenError):
    """The published certificate does not certify the key that signed the token."""

    code = "identity.token.chain_differs"
    source = "RFC 7517 section 4.7"


class ProviderUntrusted(TokenError):
    """The provider's certificate does not lead to a trusted anchor."""

    code = "identity.token.provider_untrusted"


class PersonError(IdentityError):
    """The identified person is not the contract's party."""

    code = "identity.person"


class NameDiffers(PersonError):
    """The identified person has another name than the contract's party."""

    code = "identity.person.name_differs"


class BirthDateDiffers(PersonError):
    """The identified person was born on another day than the contract's party."""

    code = "identity.person.birth_date_differs"


class BirthDateMissing(PersonError):
    """The contract names a date of birth, and the identity provider does not confirm any."""

    code = "identity.person.birth_date_missing"


class EnrolmentError(IdentityError):
    """An enrolment is refused; no certificate is requested."""

    code = "identity.enrolment"
    source = "docs/ceremony-spec.md section 4: enrol"


class EnrolmentExpired(EnrolmentError):
    """The enrolment's time is over."""

    code = "identity.enrolment.expired"


class EnrolmentNonceDiffers(EnrolmentError):
    """The request belongs to another enrolment."""

    code = "identity.enrolment.nonce"


class EnrolmentDeviceDiffers(EnrolmentError):
    """The enrolment belongs to another device."""

    code = "identity.enrolment.device"


class EnrolmentKeyRefused(EnrolmentError):
    """A key of the enrolment is not on P-256 or not in canonical encoding."""

    code = "identity.enrolment.key"


class EnrolmentKeysNotDistinct(EnrolmentError):
    """One key is used for two purposes."""

    code = "identity.enrolment.keys_not_distinct"


class EnrolmentBindingDiffers(EnrolmentError):
    """The request binds other keys than those that were given."""

    code = "identity.enrolment.binding"


class EnrolmentPasskeyDiffers(EnrolmentError):
    """The request binds another passkey than the one that was registered, or one of the two is missing."""

    code = "identity.enrolment.passkey"


class EnrolmentDeviceOwnerDiffers(EnrolmentError):
    """The request says that the device belongs to the company and the link was for no such device, or the reverse."""

    code = "identity.enrolment.device_owner"


class IdentificationNotFresh(EnrolmentError):
    """On a device of the company the person has to log in at the identity provider anew, behind the hand-over."""

    code = "identity.enrolment.not_fresh"
    source = "OpenID Connect Core 1.0 section 2 (auth_time)"


class EnrolmentIdentificationDiffers(EnrolmentError):
    """The person was identified over another request."""

    code = "identity.enrolment.identification"


class PasskeyError(IdentityError):
    """A passkey's registration, or its use again, cannot be accepted."""

    code = "identity.passkey"
    source = "WebAuthn Level 3 sections 7.1 and 7.2"


class PasskeyMalformed(PasskeyError):
    """The registration cannot be read."""

    code = "identity.passkey.malformed"


class PasskeyChallengeDiffers(PasskeyError):
    """The registration answers another challenge."""

    code = "identity.passkey.challenge"


class PasskeyOriginDiffers(PasskeyError):
    """The registration was made on another site."""

    code = "identity.passkey.origin"


class PasskeyRelyingPartyDiffers(PasskeyError):
    """The passkey belongs to another relying party."""

    code = "identity.passkey.relying_party"


class PasskeyUserNotVerified(PasskeyError):
    """The authenticator did not verify its user."""

    code = "identity.passkey.user_not_verified"


class PasskeyAttestationRefused(PasskeyError):
    """The registration carries an attestation, although none was asked for: it would identify the device."""

    code = "identity.passkey.attestation"


class PasskeyAlgorithmRefused(PasskeyError):
    """The passkey is neither ES256 nor RS256."""

    code = "identity.passkey.algorithm"


class PasskeyKeyDiffers(PasskeyError):
    """The authenticator made or used another key, or another credential, than the one that was given."""

    code = "identity.passkey.key"


class PasskeyRefused(PasskeyError):
    """The registration does not hold for another reason."""

    code = "identity.passkey.refused"


class CertificateError(IdentityError):
    """An issued certificate is not the one that was asked for."""

    code = "identity.certificate"


class CertificateUnreadable(CertificateError):
    """Bytes are not a certificate."""

    code = "identity.certificate.malformed"


class CertificateKeyDiffers(CertificateError):
    """The certificate certifies another key."""

    code = "identity.certificate.key"


class CertificateBindingDiffers(CertificateError):
    """The certificate binds other keys, or marks the binding critical."""

    code = "identity.certificate.binding"


class CertificateNameDiffers(CertificateError):
    """The certificate names somebody else than the identity provider did."""

    code = "identity.certificate.name"


class CertificateNotValidNow(CertificateError):
    """The certificate is not valid at this instant."""

    code = "identity.certificate.validity"


class CertificateLifeTooLong(CertificateError):
    """The certificate outlives the ceremony."""

    code = "identity.certificate.life"


class CertificateUsageDiffers(CertificateError):
    """The certificate is not one for signatures of a person."""

    code = "identity.certificate.usage"


class CertificatePoliciesDiffer(CertificateError):
    """The certificate does not state who holds the key and that a provider identified the person."""

    code = "identity.certificate.policies"


class CertificateSandboxDiffers(CertificateError):
    """A sandbox certificate where none is allowed, or one that does not say so everywhere."""

    code = "identity.certificate.sandbox"


class CertificateUntrustedHere(CertificateError):
    """The certificate does not lead to a trusted anchor."""

    code = "identity.certificate.untrusted"
