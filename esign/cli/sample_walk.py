"""``esign demo --sample``: the walk without a browser; writes what every party receives.

1. A sandbox and an installation are made in a folder that is deleted afterwards (or in ``--state-dir``).
2. Each sample contract is drawn up and its party invited by mail. SMTP is real, on a free loopback port.
3. A sandbox signatory takes the link out of the mail, identifies itself, reads, scratches, types the code and signs
   with keys of its own, over the same HTTP messages as the browser agent; no sockets are needed for those. Where
   several sign, each does so when the invitation arrives.
4. The signed PDF, the dossier, the mails and the sandbox's root certificate are written.
"""

from __future__ import annotations

import email
import email.policy
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esign.access import system
from esign.cli.demo_world import Layout, furnish
from esign.cli.errors import FileUnwritable, SampleNotSigned
from esign.cli.samples import SampleContract, refused_samples, sample_contracts
from esign.contracts.form_errors import FormError

if TYPE_CHECKING:
    import httpx

    from certs.sandbox import Sandbox
    from esign.foundation.clock import Clock
    from esign.settings import Settings

COMPANY = system("default")
"""Who draws the samples up."""

_ACCEPTANCE = ("Annahme-", "Acceptance-")
"""How the file's name begins that accepts an order."""

Walk = Callable[["httpx.Client", str, str, "Sandbox", str], bytes | None]
"""HTTP client, link, API origin, sandbox, person's name → finished PDF, or None while others have yet to sign."""


def write_samples(folder: Path, *, state_dir: Path | None, open_sandbox: Callable[..., Sandbox], walk: Walk) -> None:
    """Sign every sample contract and write what every party receives.

    Raises:
        FileUnwritable: The folder cannot be written.
        SampleNotSigned: A signatory stopped.
        EsignError: A refusal of the engine, with its own code.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnwritable("the folder cannot be made", folder=str(folder)) from error
    with ExitStack() as stack:
        state = state_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="esign-sample-")))
        layout = Layout(state_dir=state.resolve())
        sandbox, settings = furnish(layout, open_sandbox)
        settings = settings.with_changes(smtp_port=sandbox.mailbox.start())
        stack.callback(sandbox.mailbox.stop)
        application, http = stack.enter_context(installation(settings, sandbox))
        sandbox.write_trust(folder / "trust")
        click.echo("SANDBOX: all trust services are simulated; these files prove nothing to anybody")
        for sample in refused_samples():
            click.echo(refusal(application, sample))
        for sample in sample_contracts():
            contract_id = sign(application, http, settings, sandbox, sample, walk)
            _write(application, folder, sample, contract_id, settings.agent_url)


def refusal(application: Any, sample: SampleContract) -> str:
    """Try to draw up a contract of which the law asks more than is offered; return what is said about it.

    Raises:
        SampleNotSigned: It was drawn up all the same.
    """
    try:
        application.contracts.draw_up(COMPANY, sample.data)
    except FormError as error:
        told = error.facts
        why = f"{told['clause']}, {told['consequence_de']} / {told['consequence']}"
        return f"{sample.name}: refused: {error.code}, {why}"
    raise SampleNotSigned("a contract was drawn up that cannot be signed here", sample=sample.name)


@contextmanager
def installation(
    settings: Settings, sandbox: Sandbox, clock: Clock | None = None
) -> Iterator[tuple[Any, httpx.Client]]:
    """Build the installation, every HTTP call of which stays in this process.

    Args:
        settings: Its settings.
        sandbox: The outside world.
        clock: Where time comes from; None: the machine's clock.
    """
    import httpx

    from esign.bootstrap import build, install
    from esign.cli.serve import agent_origin
    from web import create_app

    apps: dict[str, Any] = {_origin(settings.idp_issuer): sandbox.wsgi()}

    def transport(origin: str) -> httpx.WSGITransport:
        return httpx.WSGITransport(app=lambda environ, start: apps[origin](environ, start))

    origins = (settings.web_url, settings.agent_url, _origin(settings.idp_issuer))
    with httpx.Client(mounts={origin: transport(origin) for origin in origins}, trust_env=False) as http:
        install(settings)
        application = build(settings, http=http, clock=clock)
        apps[settings.web_url] = create_app(application, agent_origin=settings.agent_url, sandbox_url=None)
        apps[settings.agent_url] = agent_origin(settings)
        yield application, http


def sign(
    application: Any, http: httpx.Client, settings: Settings, sandbox: Sandbox, sample: SampleContract, walk: Walk
) -> str:
    """Draw a contract up and let everybody sign it who is invited, whenever an invitation arrives."""
    contract_id: str = application.contracts.draw_up(COMPANY, sample.data)
    application.contracts.invite(COMPANY, contract_id)
    opened: set[str] = set()
    received: list[bytes | None] = []
    while True:
        application.delivery.deliver_due()
        letters = [_Letter.read(mail, settings.agent_url) for mail in application.contracts.mails(COMPANY, contract_id)]
        waiting = [letter for letter in letters if letter.link and letter.link not in opened]
        if not waiting and application.contracts.view(COMPANY, contract_id).state == "ordered":
            application.acceptances.accept(COMPANY, contract_id)  # the clerk's part
            continue
        if not waiting:
            break
        for letter in waiting:
            opened.add(letter.link)
            person = sample.person_at(letter.recipient)
            received.append(walk(http, letter.link, settings.web_url, sandbox, person))
    if len(received) < len(sample.persons):
        raise SampleNotSigned("not everybody could be invited", sample=sample.name)
    application.ledger.stamp_due()
    if received[-1] != application.contracts.signed_document(COMPANY, contract_id):
        raise SampleNotSigned("the signatory received another document than the company", sample=sample.name)
    return contract_id


def _write(application: Any, folder: Path, sample: SampleContract, contract_id: str, agent_url: str) -> None:
    mails = application.contracts.mails(COMPANY, contract_id)
    kinds = [_Letter.read(mail, agent_url).kind for mail in mails]
    files = {
        f"{sample.name}.pdf": application.contracts.signed_document(COMPANY, contract_id),
        f"{sample.name}.dossier": application.dossiers.create(COMPANY, contract_id),
        **{f"{sample.name}-{n}-{kind}.eml": mail for n, (kind, mail) in enumerate(zip(kinds, mails, strict=True), 1)},
    }
    try:
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise FileUnwritable("a file cannot be written", folder=str(folder)) from error
    click.echo(f"{sample.name}: {sample.level}, signed by {sample.person} -> {', '.join(files)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A mail as its recipient reads it."""

    recipient: str
    link: str
    """The invitation's link; empty where the mail is none."""
    copy: bool
    """Whether the signed document is enclosed."""

    @property
    def kind(self) -> str:
        """``invitation``, ``signed-copy`` or ``notice``: how the mail's file is named."""
        return "invitation" if self.link else "signed-copy" if self.copy else "notice"

    @classmethod
    def read(cls, mail: bytes, agent_url: str) -> _Letter:
        message = email.message_from_bytes(mail, policy=email.policy.default)
        body = message.get_body(("plain",))
        found = re.search(re.escape(agent_url) + r"/#[A-Za-z0-9_-]{43}", body.get_content() if body else "")
        return cls(
            recipient=message["To"].addresses[0].addr_spec,
            link=found.group() if found else "",
            copy=any(
                part.get_content_type() == "application/pdf" and not str(part.get_filename()).startswith(_ACCEPTANCE)
                for part in message.iter_attachments()
            ),
        )


def _origin(url: str) -> str:
    import httpx

    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode('ascii')}"
