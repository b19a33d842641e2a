"""Reports: a verdict for people, for programs and for other validators.

What enters: a verdict, the file that it is about, who makes the report. What leaves: words and pictures that
``esign.documents.report`` draws as a PDF, JSON, and XML by ETSI TS 119 102-2. What may be touched here: helper
processes for pictures (``esign.documents.compare``). Clauses: ETSI TS 119 102-2; eIDAS Art. 32, 33 (what a report of
ours is not).
"""

from esign.validation.reports.as_json import json_report
from esign.validation.reports.etsi import etsi_report
from esign.validation.reports.making import Picture, Reports, make_reports
from esign.validation.reports.subject import Maker, Subject, this_program

__all__ = [
    "Maker",
    "Picture",
    "Reports",
    "Subject",
    "etsi_report",
    "json_report",
    "make_reports",
    "this_program",
]
