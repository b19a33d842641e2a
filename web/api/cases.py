"""Forms and cases: answers sent in without a screen, what was decided, and what waits for an employee."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from esign.engine.forms.case_views import CaseDetail, CaseView, Corrections
from esign.engine.forms.settling import Submitted
from esign.engine.forms.views import FormView
from esign.forms import Finding
from esign.foundation.clock import rfc3339
from web.api.calls import Call, Reply
from web.api.shapes import instant


def forms(call: Call) -> Reply:
    """Return the forms that the company offers today."""
    return Reply(content={"items": [_form(view) for view in call.application.forms.offered(call.actor.tenant)]})


def form(call: Call) -> Reply:
    """Return a form with the JSON Schema of its answers."""
    definition = call.application.forms.definition(call.actor.tenant, call.path["form"])
    content = {
        "name": definition.name,
        "version": definition.version,
        "title": dict(definition.title),
        "template": definition.template,
        "schema": definition.answers_schema(call.query["lang"]),
    }
    return Reply(content=content)


def prefill_token(call: Call) -> Reply:
    """Make a token with which one customer finds one form filled in."""
    lives = timedelta(hours=call.body.get("hours", 168))
    made = call.application.prefill.token(call.actor, call.path["form"], call.body["customer"], lives=lives)
    return Reply(status=201, content={"token": made.token, "link": made.link, "expires_at": rfc3339(made.expires_at)})


def create(call: Call) -> Reply:
    """Send answers in."""
    body = call.body
    sent = call.application.cases.create(call.actor, body["form"], body["answers"], reference=body.get("reference", ""))
    if sent.case_id is None:
        return Reply(content=_submission(sent))
    location = f"{call.application.settings.web_url}/api/v1/cases/{sent.case_id}"
    return Reply(status=201, content=_submission(sent), headers=(("Location", location),))


def page(call: Call) -> Reply:
    """Return a page of cases."""
    query = call.query
    found = call.application.cases.list(
        call.actor,
        state=query.get("state"),
        form=query.get("form"),
        after=query.get("after"),
        limit=query["limit"],
    )
    return Reply(content={"items": [_case(view) for view in found.cases], "next": found.next})


def get(call: Call) -> Reply:
    """Return everything about a case."""
    return Reply(content=_detail(call.application.cases.detail(call.actor, call.path["case_id"])))


def corrections(call: Call) -> Reply:
    """Return what the customer corrected of what the company knew."""
    return Reply(content=_corrections(call.application.cases.corrections(call.actor, call.path["case_id"])))


def decide(call: Call) -> Reply:
    """Decide a case that waits for an employee."""
    body = call.body
    view = call.application.cases.decide(
        call.actor, call.path["case_id"], accept=body["accept"], reason=body.get("reason", "")
    )
    return Reply(content=_case(view))


def close(call: Call) -> Reply:
    """Close a case with which nobody goes on."""
    view = call.application.cases.close(call.actor, call.path["case_id"], call.body.get("reason", ""))
    return Reply(content=_case(view))


def _form(view: FormView) -> dict[str, Any]:
    return {"name": view.name, "title": dict(view.title), "company": view.company}


def _submission(sent: Submitted) -> dict[str, Any]:
    return {
        "outcome": sent.outcome,
        "case": sent.case_id,
        "contract": sent.contract_id,
        "message": dict(sent.message),
        "reasons": [{"text": dict(reason.text), "fields": list(reason.fields)} for reason in sent.reasons],
        "findings": [_finding(each) for each in sent.findings],
        "answer_by": sent.answer_by.isoformat() if sent.answer_by else None,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "field": found.field,
        "code": found.code,
        "severity": found.severity,
        "text": dict(found.text),
        "suggestions": list(found.suggestions),
    }


def _case(view: CaseView) -> dict[str, Any]:
    return {
        "id": view.id,
        "form": view.form,
        "version": view.version,
        "state": view.state,
        "created_at": rfc3339(view.created_at),
        "changed_at": rfc3339(view.changed_at),
        "expires_at": instant(view.expires_at),
        "contract": view.contract_id,
        "rules": list(view.rules),
        "corrected": view.corrected,
    }


def _detail(found: CaseDetail) -> dict[str, Any]:
    reasons = [
        {
            "rule": each.rule,
            "outcome": each.outcome,
            "source": each.source,
            "text": dict(each.text),
            "fields": list(each.fields),
        }
        for each in found.reasons
    ]
    return {
        **_case(found.view),
        "day": found.day,
        "answers": _texts(found.answers),
        "values": _texts(found.values),
        "left_over": _texts(found.left_over),
        "reasons": reasons,
        "words": found.words,
        "answer_by": found.answer_by.isoformat() if found.answer_by else None,
    }


def _corrections(found: Corrections) -> dict[str, Any]:
    items = [{"field": each.field, "old": each.old, "new": each.new} for each in found.corrections]
    return {"source": found.source or None, "customer": _texts(found.customer), "items": items}


def _texts(table: Mapping[str, str]) -> dict[str, str]:
    return dict(table)
