"""What the engine itself refuses, beside the refusals of the rooms."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class EngineError(EsignError):
    """The engine refused a use case."""

    code = "engine"


class ContractUnknown(EngineError):
    """There is no such contract."""

    code = "engine.contract.unknown"


class ContractStateRefused(EngineError):
    """The contract is not in a state in which this can be done."""

    code = "engine.contract.state"


class ContractDeclined(EngineError):
    """A party declined the contract; nothing can be signed any more."""

    code = "engine.contract.declined"


class ContractCancelled(EngineError):
    """The company cancelled the contract, or drew it up anew; nothing can be signed any more."""

    code = "engine.contract.cancelled"


class ContractExpired(EngineError):
    """The contract's time is over and it cannot go on: somebody had signed, or it is too long ago. Draw it up anew."""

    code = "engine.contract.expired"


class AlreadySigned(EngineError):
    """The party has signed: the contract cannot be declined, cancelled or corrected, the invitation not handed over."""

    code = "engine.invitation.signed"


class PartyUnknown(EngineError):
    """There is no such party of the contract, or it was not invited yet."""

    code = "engine.contract.party_unknown"


class NotYet(EngineError):
    """Somebody else has to sign first; the party is told when the turn has come."""

    code = "engine.invitation.not_yet"


class InvitationClosed(EngineError):
    """The invitation has ended; nothing can be signed with it any more."""

    code = "engine.invitation.closed"


class RemindedAlready(EngineError):
    """The party was reminded within the last day; nobody is pressed."""

    code = "engine.invitation.reminded"


class InvitationExpired(EngineError):
    """The invitation's time is over."""

    code = "engine.invitation.expired"


class MessageInProgress(EngineError):
    """The same message is being worked on; asking again in a moment gets the answer."""

    code = "engine.message.in_progress"


class TooManyMessages(EngineError):
    """More messages came for this invitation than any honest ceremony needs."""

    code = "engine.message.too_many"


class EnrolmentUnknown(EngineError):
    """There is no such enrolment for this device, or its time is over."""

    code = "engine.enrolment.unknown"


class EnrolmentUsed(EngineError):
    """The enrolment already led to a certificate."""

    code = "engine.enrolment.used"


class UserVerificationRequired(EngineError):
    """The policy demands a key behind a passkey, and there is none."""

    code = "engine.enrolment.user_verification_required"
    source = "policies/signature"


class CompanyDeviceRefused(EngineError):
    """No device of the company is admitted for this contract: sign on the person's own device."""

    code = "engine.in_person.company_device"
    source = "policies/signature; eIDAS Art. 26 (c)"


class CertificateUnknown(EngineError):
    """The certificate was not issued to this device for this invitation, or it has expired."""

    code = "engine.open.certificate_unknown"


class AttemptConcluding(EngineError):
    """The signature is made already; no new attempt can be started."""

    code = "engine.open.concluding"


class AttemptUnknown(EngineError):
    """There is no such attempt of this device."""

    code = "engine.attempt.unknown"


class ResultNotReady(EngineError):
    """There is no signed document yet."""

    code = "engine.result.not_ready"


class ClocksDisagree(EngineError):
    """The timestamp's time does not fit this server's clock or the certificate's validity; it is tried again later."""

    code = "engine.conclusion.clock"


class ReleaseRefused(EngineError):
    """The finished document did not pass the release check; nothing was released and the contract has failed."""

    code = "engine.conclusion.release_refused"


class ConclusionPostponed(EngineError):
    """The signature is kept, but a trust service did not answer; the conclusion is tried again."""

    code = "engine.conclusion.postponed"


class DeliveryAbandoned(EngineError):
    """No worker lived to finish a delivery, try after try; it is given up."""

    code = "engine.delivery.abandoned"


class LedgerClock(EngineError):
    """The ledger's head is not timestamped while the clocks of this server and of the authority disagree."""

    code = "engine.ledger.clock"


class LedgerEmpty(EngineError):
    """There is nothing in the ledger yet."""

    code = "engine.ledger.empty"


class DisputeKeyRefused(EngineError):
    """A dispute key cannot be used, or the two do not open the escrow."""

    code = "engine.dossier.dispute_key"
    source = "docs/ceremony-spec.md section 9"


class TwoPersonsNeeded(DisputeKeyRefused):
    """Only the dispute keys of two different persons together disclose a seed."""

    code = "engine.dossier.dispute_key.two_persons"


class AccountUnknown(EngineError):
    """There is no such account."""

    code = "engine.account.unknown"


class AccountExists(EngineError):
    """There is an account of this address already."""

    code = "engine.account.exists"


class AccountStateRefused(EngineError):
    """The account is not in a state in which this can be done."""

    code = "engine.account.state"


class LastAdministrator(EngineError):
    """Somebody has to administer the accounts: this is the last account that can."""

    code = "engine.account.last_administrator"


class LastWay(EngineError):
    """The only way to log in is not taken away; add another one first."""

    code = "engine.account.last_way"


class OwnAccount(EngineError):
    """Nobody does this to the own account; another administrator does."""

    code = "engine.account.own"


class RolesMissing(EngineError):
    """An account has at least one role, and only roles that exist."""

    code = "engine.account.roles"


class SessionUnknown(EngineError):
    """The account has no such login, or it has ended."""

    code = "engine.account.session_unknown"


class TenantUnknown(EngineError):
    """The installation serves no such company."""

    code = "engine.account.tenant"
