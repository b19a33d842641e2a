"""The check of an e-invoice: read, compared, run through schema and rules, judged by the operator's policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Self

from lxml import etree

from esign.sealing.invoices.compare import compare
from esign.sealing.invoices.errors import InvoiceAmbiguous, InvoiceRejected, InvoiceUnreadable
from esign.sealing.invoices.findings import FindingKind, InvoiceReport, RuleFinding, RuleSet
from esign.sealing.invoices.invoice import Invoice, read_invoice
from esign.sealing.invoices.policy import InvoicePolicy
from esign.sealing.invoices.profiles import Profile, Syntax
from esign.sealing.invoices.rule_sets import FILES, Folder, HandedRules, Rules, describe, rules_for, schema_path
from esign.sealing.invoices.schema import place, schema
from esign.sealing.invoices.schematron import Failed, HelperGone, RulesRunner, Schematron
from esign.sealing.invoices.xml import as_utf8

_MOST = 60
"""Most findings of one report."""


class InvoiceRules:
    """The schemas and rules that invoices are checked against, and the helper process that runs them.

    Cheap to make: rules are read, and the helper started, when the first invoice needs them. One for each process; a
    copy that a fork made starts a helper of its own.

    Args:
        folder: The operator's folder of further rules, with a list of their digests; or what was found in it.
        seconds: How long the rules may take for one invoice.
        runner: Runs the rules, in place of a helper of its own.

    Raises:
        RulesFolderUnusable: The folder cannot be used.
    """

    def __init__(
        self,
        folder: Path | HandedRules | None = None,
        *,
        seconds: float | None = None,
        runner: RulesRunner | None = None,
    ) -> None:
        self._folder = Folder(folder) if isinstance(folder, Path) else folder
        self._schematron = runner or (Schematron() if seconds is None else Schematron(seconds=seconds))

    @staticmethod
    def installed() -> bool:
        """Tell whether schemas and the processor of the rules are there (the extra ``einvoice``)."""
        return find_spec("facturx") is not None and Schematron.available()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the helper process."""
        self._schematron.close()
        if self._folder is not None:
            self._folder.close()

    def sets(self) -> dict[str, Rules]:
        """Return every set of rules that is there, by name."""
        every = (rules_for(syntax, profile, self._folder) for syntax in Syntax for profile in Profile)
        return {rules.name: rules for rules in chain.from_iterable(every) if rules.path}

    def handed(self) -> HandedRules:
        """Return what was found in the operator's folder, for another process; it holds as long as this object."""
        found = {name: self._folder.find(name) if self._folder is not None else None for name in FILES}
        return HandedRules({name: path for name, path in found.items() if path is not None})

    def run(self, names: Sequence[str], invoice: bytes) -> Mapping[str, tuple[Failed, ...] | None]:
        """Run sets of rules over an invoice for another process; like the helper's own answer.

        Args:
            names: Of sets that are there.
            invoice: As UTF-8.

        Raises:
            HelperGone: There is no answer: nothing was checked.
        """
        sets = self.sets()
        return self._schematron.run([sets[name] for name in names], invoice)

    def check(self, invoice: Invoice) -> tuple[tuple[RuleFinding, ...], tuple[RuleSet, ...]]:
        """Return what an invoice breaks and against what it was checked; what could not be checked is a finding too.

        1. The XML schema of its profile. Rules are only run over what holds it.
        2. The business rules of its profile, and of its country where they are there.
        """
        path = schema_path(invoice.syntax, invoice.profile)
        if path is None:
            return (_absent("extra"),), ()
        try:
            used = [describe(path.name, path)]
            compiled = schema(path)
            faults = compiled.check(invoice.root)
        except (etree.LxmlError, OSError, MemoryError):
            return (_absent("schema"),), ()
        if faults:
            return faults[:_MOST], tuple(used)
        findings, run = self._rules(invoice, compiled.words)
        return findings[:_MOST], (*used, *run)

    def _rules(self, invoice: Invoice, words: frozenset[str]) -> tuple[tuple[RuleFinding, ...], tuple[RuleSet, ...]]:
        wanted = tuple(rules_for(invoice.syntax, invoice.profile, self._folder))
        missing = [
            _absent(f"{rules.name}.{rules.missing}", national=rules.national) for rules in wanted if not rules.path
        ]
        there = [rules for rules in wanted if rules.path]
        if there and not self._schematron.available():
            return (*missing, _absent("extra")), ()
        if not there:
            return tuple(missing), ()
        try:
            answers = self._schematron.run(there, as_utf8(invoice.root))
        except HelperGone as error:
            return (*missing, *(_absent(f"{rules.name}.{error}", national=rules.national) for rules in there)), ()
        found: dict[tuple[str, FindingKind], list[str]] = {}
        used = []
        for rules in there:
            failed = answers[rules.name]
            if failed is None or rules.path is None:
                missing.append(_absent(f"{rules.name}.broken", national=rules.national))
                continue
            used.append(describe(rules.name, rules.path))
            for rule, fatal, path in failed:
                if _of_the_identifier(rule, path):
                    continue
                kind = FindingKind.RULE_FATAL if fatal else FindingKind.RULE_WARNING
                found.setdefault((rule, kind), []).append(place(path, words))
        broken = sorted(
            (
                RuleFinding(kind=kind, rule_id=rule, location=places[0], count=len(places))
                for (rule, kind), places in found.items()
            ),
            key=lambda finding: finding.kind,
        )
        return (*missing, *broken), tuple(used)


def check_invoice(document: bytes, policy: InvoicePolicy, rules: InvoiceRules) -> InvoiceReport:
    """Return what was found about the e-invoice of a document that may be sealed; its findings are those to be noted.

    Args:
        document: A PDF.
        policy: What the operator decided.
        rules: Schemas and rules, and the process that runs them.

    Raises:
        InvoiceRejected: The document is to be set aside; the class says why, the facts name the rules.
    """
    try:
        invoice = read_invoice(document)
    except InvoiceUnreadable as error:
        return _without(policy, FindingKind.UNREADABLE, error)
    except InvoiceAmbiguous as error:
        return _without(policy, FindingKind.SEVERAL_INVOICES, error)
    if invoice is None:
        return _without(policy, FindingKind.NO_INVOICE, None)
    return judge_invoice(invoice, policy, rules)


def judge_invoice(invoice: Invoice, policy: InvoicePolicy, rules: InvoiceRules) -> InvoiceReport:
    """Return what was found about an e-invoice that was read already; like :func:`check_invoice`.

    Raises:
        InvoiceRejected: It is to be set aside.
    """
    findings = list(_about(invoice))
    sampled = policy.in_sample(invoice.digest)
    used: tuple[RuleSet, ...] = ()
    if sampled:
        broken, used = rules.check(invoice)
        findings.extend(broken)
    noted = policy.judge(findings, invoice.profile)
    return InvoiceReport(syntax=invoice.syntax, profile=invoice.profile, findings=noted, rules=used, sampled=sampled)


def _about(invoice: Invoice) -> Iterator[RuleFinding]:
    if invoice.profile is Profile.UNKNOWN:
        yield RuleFinding(kind=FindingKind.PROFILE_UNKNOWN, rule_id="profile_unknown")
    yield from compare(invoice)


def _without(policy: InvoicePolicy, kind: FindingKind, error: InvoiceRejected | None) -> InvoiceReport:
    reason = error.facts.get("reason") if error is not None else None
    finding = RuleFinding(kind=kind, rule_id=f"{kind}.{reason}" if reason else kind.value)
    noted: Sequence[RuleFinding] = policy.judge([finding], None)
    return InvoiceReport(syntax=None, profile=None, findings=tuple(noted), sampled=False)


def _absent(what: str, *, national: bool = False) -> RuleFinding:
    kind = FindingKind.NATIONAL_RULES_NOT_AVAILABLE if national else FindingKind.RULES_NOT_AVAILABLE
    return RuleFinding(kind=kind, rule_id=f"rules_not_available.{what}")


def _of_the_identifier(rule: str, path: str) -> bool:
    """Tell whether a rule of Factur-X is about BT-24 being one of the newest identifiers; ours is the wider table."""
    return (
        rule.startswith("FX-SCH-") and path.endswith("ID[1]") and "GuidelineSpecifiedDocumentContextParameter" in path
    )
