"""Which use case each operation of the description is; a test compares both lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from web.api import bulk_runs, cases, contracts, documents, events, files, keys, page_templates, webhooks
from web.api.calls import Handler

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "getKey": keys.own,
        "listContracts": contracts.page,
        "createContract": contracts.create,
        "getContract": contracts.get,
        "getContractData": contracts.data,
        "listParties": contracts.parties,
        "inviteParties": contracts.invite,
        "remindParty": contracts.remind,
        "resendInvitation": contracts.resend,
        "cancelContract": contracts.cancel,
        "correctAddress": contracts.correct_address,
        "delegateParty": contracts.delegate,
        "changeValidity": contracts.change_validity,
        "renewContract": contracts.renew,
        "listDeadlines": contracts.deadlines,
        "listBulkRuns": bulk_runs.page,
        "createBulkRun": bulk_runs.create,
        "getBulkRun": bulk_runs.get,
        "listBulkRows": bulk_runs.rows,
        "startBulkRun": bulk_runs.start,
        "cancelBulkRun": bulk_runs.cancel,
        "createJourneyLink": contracts.journey_link,
        "listDocuments": documents.all_of_contract,
        "getDocument": documents.get,
        "getDossier": documents.dossier,
        "uploadFile": files.upload,
        "getFile": files.get,
        "deleteFile": files.delete,
        "listTemplates": page_templates.all_templates,
        "getTemplate": page_templates.get,
        "createTemplate": page_templates.create,
        "createTemplateVersion": page_templates.add_version,
        "previewTemplate": page_templates.preview,
        "archiveTemplate": page_templates.archive,
        "restoreTemplate": page_templates.restore,
        "listForms": cases.forms,
        "getForm": cases.form,
        "createPrefillToken": cases.prefill_token,
        "createCase": cases.create,
        "listCases": cases.page,
        "getCase": cases.get,
        "getCaseCorrections": cases.corrections,
        "decideCase": cases.decide,
        "closeCase": cases.close,
        "listContractEvents": events.of_contract,
        "listEvents": events.all_events,
        "listWebhooks": webhooks.all_webhooks,
        "createWebhook": webhooks.create,
        "getWebhook": webhooks.get,
        "changeWebhook": webhooks.change,
        "deleteWebhook": webhooks.delete,
        "rotateWebhookSecret": webhooks.rotate,
        "testWebhook": webhooks.test,
        "listWebhookDeliveries": webhooks.deliveries,
        "redeliverWebhook": webhooks.redeliver,
        "listReturnAddresses": webhooks.return_addresses,
        "createReturnAddress": webhooks.create_return_address,
        "deleteReturnAddress": webhooks.delete_return_address,
    }
)
"""Operation to handler."""
