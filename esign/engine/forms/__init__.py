"""From a form to a contract without an employee: drafts, prefill, recognition, decisions, cases.

What enters: answers. What leaves: a decision with its reasons, and where it is yes a contract and its invitations. What
may be touched here: drafts and cases (each under a key of its own), the ledger. The rules stand in ``esign.forms``.
"""
