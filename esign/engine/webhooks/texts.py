"""The mail that tells a company's technicians that a webhook was disabled; in both languages, nobody's is known."""

from __future__ import annotations

_TEXT = """Guten Tag,

der Webhook {webhook} wurde abgeschaltet: Seit fünf Tagen ist keine Zustellung mehr gelungen, oder der Empfänger
hat geantwortet, dass es ihn nicht mehr gibt. Was inzwischen geschah, steht in der Liste der Ereignisse der
Schnittstelle. Wenn der Empfänger wieder erreichbar ist, schalten Sie den Webhook bitte wieder ein.

--

Hello,

the webhook {webhook} was disabled: no delivery has succeeded for five days, or the receiver answered that it is
gone. What happened meanwhile stands in the interface's list of events. Once the receiver can be reached again,
please make the webhook active again.
"""


def webhook_disabled(webhook_id: str, sandbox: bool) -> tuple[str, str]:
    """Return subject and text.

    Args:
        webhook_id: The webhook.
        sandbox: Whether trust is a sandbox, which the subject then says.
    """
    prefix = "[SANDBOX] " if sandbox else ""
    return f"{prefix}Webhook abgeschaltet / webhook disabled", _TEXT.format(webhook=webhook_id)
