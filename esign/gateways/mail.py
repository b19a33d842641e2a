"""Mail over SMTP: composed once, archived as the exact bytes that were handed over."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Literal

from esign.foundation.clock import Clock
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id
from esign.gateways.errors import (
    MailInsecure,
    MailMalformed,
    MailOutcomeUnknown,
    MailRefused,
    MailUnavailable,
)

if TYPE_CHECKING:
    from esign.engine.ports import Mail

Security = Literal["none", "starttls", "tls"]
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")
_MAX_SUBJECT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over. ``user`` and ``password`` are used only over an encrypted connection."""

    host: str
    port: int
    security: Security = "none"
    user: str = ""
    password: str = ""
    timeout: float = 10.0

    def __repr__(self) -> str:
        return f"MailServer(host={self.host!r}, port={self.port}, security={self.security!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedMail:
    """A mail as it goes over the wire: envelope, Message-ID and exact bytes."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


class SmtpMailer:
    """A :class:`~esign.engine.ports.Mailer` over SMTP.

    Args:
        server: Where mail is handed over.
        sender: ``Name <address>`` or an address.
        clock: The ``Date`` of a mail.
        identifier: Returns a fresh random name for the ``Message-ID``.
        context: TLS settings; None: the system's, with verification.
    """

    def __init__(
        self,
        server: MailServer,
        *,
        sender: str,
        clock: Clock,
        identifier: Callable[[], str] = new_id,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = _address(sender)
        self._clock = clock
        self._identifier = identifier
        self._context = context

    def send(self, mail: Mail) -> bytes:
        """Hand a mail over and return the exact bytes.

        Raises:
            MailError: One subclass for each way in which it can fail.
        """
        composed = self.compose(mail)
        self.hand_over(composed)
        return composed.data

    def compose(self, mail: Mail) -> ComposedMail:
        """Return a mail as it will be sent, so that a second try can send the very same.

        Raises:
            MailMalformed: An address, the subject or a file name holds what does not belong there.
        """
        recipient = _address(mail.to)
        message_id = f"<{mail.identifier or self._identifier()}@{self._sender.domain}>"
        try:
            message = self._message(mail, recipient, message_id, self._clock.now())
            data = message.as_bytes(policy=SMTP)
        except (ValueError, TypeError, LookupError, MessageError) as error:
            raise MailMalformed from error
        return ComposedMail(
            sender=self._sender.addr_spec, recipient=recipient.addr_spec, message_id=message_id, data=data
        )

    def hand_over(self, mail: ComposedMail) -> None:
        """Hand a composed mail to the server.

        Raises:
            MailError: One subclass for each way in which it can fail.
        """
        with self._connected() as connection:
            self._transfer(connection, mail)

    def greet(self) -> None:
        """Connect, secure the connection, log in and say goodbye: whether mail could be handed over now.

        Raises:
            MailError: One subclass for each way in which it can fail.
        """
        with self._connected():
            pass

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        try:
            connection = self._connect()
            try:
                self._secure(connection)
                yield connection
            finally:
                _leave(connection)
        except EsignError:
            raise
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, server.host) from error
        except ssl.SSLError as error:
            raise MailInsecure(host=server.host) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(host=server.host) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        name = self._sender.domain
        if server.security == "tls":
            return smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=name, timeout=server.timeout, context=self._tls()
            )
        return smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout)

    def _secure(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            if not connection.has_extn("starttls"):
                raise MailInsecure("the server does not offer STARTTLS", host=server.host)
            connection.starttls(context=self._tls())
            connection.ehlo()
        if server.user:
            if server.security == "none":
                raise MailInsecure("a password is never sent over an open connection", host=server.host)
            if not connection.has_extn("auth"):
                raise MailInsecure("the server does not offer a login", host=server.host)
            try:
                connection.login(server.user, server.password)
            except (smtplib.SMTPException, ConnectionError) as error:  # some servers refuse by hanging up
                raise MailInsecure("login was refused", host=server.host) from error

    def _transfer(self, connection: smtplib.SMTP, mail: ComposedMail) -> None:
        host = self._server.host
        if not mail.recipient.isascii() and not connection.has_extn("smtputf8"):
            raise MailRefused("the server does not take addresses beyond ASCII", host=host)
        options = () if mail.recipient.isascii() else ("SMTPUTF8",)
        for step, answer in (
            ("sender", connection.mail(mail.sender, options)),
            ("recipient", connection.rcpt(mail.recipient)),
        ):
            if answer[0] not in (250, 251):
                raise _refusal(answer[0], host, step=step)
        try:
            code, _ = connection.data(mail.data)
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, host, step="data") from error
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise MailOutcomeUnknown(host=host) from error
        if code != 250:
            raise _refusal(code, host, step="data")

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _message(self, mail: Mail, recipient: Address, message_id: str, now: datetime) -> EmailMessage:
        if _CONTROL.search(mail.subject) or not 0 < len(mail.subject) <= _MAX_SUBJECT:
            raise MailMalformed("the subject holds control characters, is empty or too long")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(now)
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        message.set_content(mail.text, cte="quoted-printable")
        for name, media_type, content in mail.attachments:
            kind = media_type.lower()
            if _CONTROL.search(name) or not name or "/" in name or not _MEDIA_TYPE.match(kind):
                raise MailMalformed("the name or media type of an attachment cannot stand in a header")
            maintype, _, subtype = kind.partition("/")
            message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name, cte="base64")
        return message


def _address(text: str) -> Address:
    """Return one mail address, its domain in ASCII (RFC 5891).

    Raises:
        MailMalformed: Not exactly one address, or with control characters.
    """
    if _CONTROL.search(text) or len(text) > 320:
        raise MailMalformed("control characters in an address, or too long")
    name, spec = parseaddr(text)
    local, _, domain = spec.rpartition("@")
    if not local or not domain or (spec != text and not text.endswith(f"<{spec}>")):
        raise MailMalformed("not a mail address")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        return Address(display_name=name, addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError, HeaderParseError) as error:
        raise MailMalformed("not a mail address") from error


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; whatever the server makes of it, a mail that it accepted is accepted."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def _refusal(code: int, host: str, *, step: str = "connection") -> EsignError:
    kind = MailRefused if 500 <= code < 600 else MailUnavailable
    return kind(host=host, status=code, step=step)
