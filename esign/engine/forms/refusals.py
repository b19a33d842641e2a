"""What the use cases of forms and cases refuse."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class FormNotOffered(EngineError):
    """The company offers no such form."""

    code = "engine.form.not_offered"


class DraftUnknown(EngineError):
    """There is no such draft: its time is over, it was discarded, or the link was used."""

    code = "engine.form.draft_unknown"


class DraftSent(EngineError):
    """The form was sent in already; it cannot be changed any more."""

    code = "engine.form.sent"


class TooManyLinks(EngineError):
    """As many links to other devices were made for this draft as there may be."""

    code = "engine.form.too_many_links"


class FormsBusy(EngineError):
    """More forms are being begun than this installation takes at a time; try again in a moment."""

    code = "engine.form.busy"


class MailAddressRefused(EngineError):
    """This is no e-mail address."""

    code = "engine.form.mail_address"


class PrefillTokenRefused(EngineError):
    """The prefill token is not genuine, is for another form, was used, or its time is over."""

    code = "engine.form.prefill_token"


class NotRecognised(EngineError):
    """The identity provider did not say who it is, or the visit there was another browser's, or too long ago."""

    code = "engine.form.not_recognised"


class PrefillNotConfigured(EngineError):
    """Nothing fills in this form by itself."""

    code = "engine.form.prefill_not_configured"


class CaseUnknown(EngineError):
    """There is no such case."""

    code = "engine.case.unknown"


class CaseStateRefused(EngineError):
    """The case is not in a state in which this can be done."""

    code = "engine.case.state"


class CaseNotComplete(EngineError):
    """The answers do not hold any more on this day, or some are missing: the case cannot be accepted as it is."""

    code = "engine.case.not_complete"


class CaseReasonMissing(EngineError):
    """Whoever refuses tells the customer why, in up to 1000 characters without control characters."""

    code = "engine.case.reason"
