"""What can go wrong with the world outside. Facts name hosts, states and numbers; never paths, bodies or secrets."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class GatewayError(EsignError):
    """A service outside did not do what it was asked for."""

    code = "gateway"


class GatewayAddressRefused(GatewayError):
    """The address is not one that may be asked."""

    code = "gateway.address"


class GatewayAddressPrivate(GatewayAddressRefused):
    """The address leads into a private network, to this machine, or nowhere that may be called."""

    code = "gateway.address.private"


class GatewayTimeout(GatewayError):
    """The service did not answer in time; whether it acted is not known."""

    code = "gateway.timeout"


class GatewayRefused(GatewayError):
    """No connection could be made, or it broke."""

    code = "gateway.refused"


class GatewayStatus(GatewayError):
    """The service answered with a refusal or a fault."""

    code = "gateway.status"


class GatewayTooLarge(GatewayError):
    """The answer is larger than any honest one."""

    code = "gateway.too_large"


class GatewayContentType(GatewayError):
    """The answer is of another kind than was asked for."""

    code = "gateway.content_type"


class GatewayAnswerMalformed(GatewayError):
    """The answer cannot be read."""

    code = "gateway.malformed"


class IssuerDiffers(GatewayError):
    """The identity provider calls itself by another name than the one that is trusted."""

    code = "gateway.identity_provider.issuer"
    source = "OpenID Connect Discovery 1.0 section 4.3"


class CertificateNotReturned(GatewayError):
    """The certification authority did not return a certificate over the requested key."""

    code = "gateway.certification_authority.no_certificate"
    source = "RFC 7030 section 4.2.3"


class RevocationError(GatewayError):
    """Nothing reliable is known about the revocation of a certificate."""

    code = "gateway.revocation"


class CertificateRevoked(RevocationError):
    """A certificate of the chain is revoked."""

    code = "gateway.revocation.revoked"
    source = "RFC 5280 section 6.3"


class RevocationIssuerUnknown(RevocationError):
    """The issuer of a certificate is neither in the chain nor among the anchors."""

    code = "gateway.revocation.issuer_unknown"


class RevocationUnavailable(RevocationError):
    """For a certificate neither a CRL nor an OCSP response could be had that is good."""

    code = "gateway.revocation.unavailable"


class RevocationDataInvalid(RevocationError):
    """A CRL or OCSP response is not signed by the issuer, is not about the certificate, or cannot be read."""

    code = "gateway.revocation.invalid"


class RevocationDataStale(RevocationError):
    """A CRL or OCSP response is not of now."""

    code = "gateway.revocation.stale"


class MailError(GatewayError):
    """A mail could not be handed over."""

    code = "gateway.mail"


class MailMalformed(MailError):
    """An address or header would not survive as it is: control characters, or not an address."""

    code = "gateway.mail.malformed"
    source = "RFC 5322"


class MailRefused(MailError):
    """The mail server refused for good; sending the same again does not help."""

    code = "gateway.mail.refused"


class MailUnavailable(MailError):
    """The mail server could not be reached or asks to try later."""

    code = "gateway.mail.unavailable"


class MailInsecure(MailError):
    """The mail server does not offer the encryption or login that is configured; nothing was sent."""

    code = "gateway.mail.insecure"


class MailOutcomeUnknown(MailError):
    """The connection broke after the mail was handed over; it may have been accepted."""

    code = "gateway.mail.outcome_unknown"


class PrefillUnavailable(GatewayError):
    """The company's data about customers could not be asked, or did not answer as configured."""

    code = "gateway.prefill"


class PrefillFileMalformed(PrefillUnavailable):
    """The file with the company's data is not of the form that is configured."""

    code = "gateway.prefill.file"
