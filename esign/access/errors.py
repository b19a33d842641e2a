"""What the company's side refuses."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class AccessError(EsignError):
    """Somebody on the company's side may not do this."""

    code = "access"


class AccessDenied(AccessError):
    """The account or key has no permission for this."""

    code = "access.denied"


class ConfirmationNeeded(AccessError):
    """This is dangerous: whoever is logged in has to prove anew who it is."""

    code = "access.confirmation_needed"
    source = "NIST SP 800-63B section 7.2"


class LoginNeeded(AccessError):
    """Nobody is logged in, or the login's time is over."""

    code = "access.login_needed"


class LoginRefused(AccessError):
    """The login did not succeed; which part was wrong is not said, nor whether there is such an account."""

    code = "access.login_refused"


class LoginBlocked(AccessError):
    """Too many logins failed; nothing is checked for a while, whether or not there is such an account."""

    code = "access.login_blocked"
    source = "NIST SP 800-63B section 5.2.2"


class LoginExpired(AccessError):
    """The login took too long or was started in another browser; it has to be started again."""

    code = "access.login_expired"


class WayNotOffered(AccessError):
    """This installation does not offer this way to log in."""

    code = "access.way_not_offered"


class AccountLinkUnknown(AccessError):
    """The link was used, was replaced by another one, or its time is over."""

    code = "access.link_unknown"


class PasswordTooWeak(AccessError):
    """The password is too short, too long or too easy to guess."""

    code = "access.password_weak"
    source = "NIST SP 800-63B section 5.1.1"


class CodeWrong(AccessError):
    """The code of the authenticator app is not right, or was used before."""

    code = "access.code_wrong"
    source = "RFC 6238 section 5.2"


class PasskeyRejected(AccessError):
    """The passkey's answer does not hold: another challenge, another site, or nobody verified its user."""

    code = "access.passkey_rejected"
    source = "W3C WebAuthn Level 3 sections 7.1, 7.2"
