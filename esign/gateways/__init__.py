"""The doors to services outside: timestamps, certificates, identity providers, revocation data, mail.

What enters: the words of the rooms' ports. What leaves: checked values of those rooms, or an error; never a substitute
for what could not be had. What may be touched here: the network, through the HTTP client and the mail server that the
bootstrap hands in; every call has a deadline, a limit, a retry rule and a recorded outcome. Clauses: RFC 3161 section
3.4 (timestamps over HTTP), RFC 7030 (EST), OpenID Connect Discovery, RFC 5280 and RFC 6960 (revocation), RFC 5321.
"""

from esign.gateways.certification_authority import EstCertificationAuthority
from esign.gateways.errors import GatewayError
from esign.gateways.http import CallOutcome, HttpCaller, RetryRule
from esign.gateways.identity_provider import HttpIdentityProvider, ProviderConfiguration
from esign.gateways.mail import ComposedMail, MailServer, SmtpMailer
from esign.gateways.revocation import RevocationCollector
from esign.gateways.timestamp_authority import HttpTimestampAuthority

__all__ = [
    "CallOutcome",
    "ComposedMail",
    "EstCertificationAuthority",
    "GatewayError",
    "HttpCaller",
    "HttpIdentityProvider",
    "HttpTimestampAuthority",
    "MailServer",
    "ProviderConfiguration",
    "RetryRule",
    "RevocationCollector",
    "SmtpMailer",
]
