"""Sealing in bulk on one machine: joins key, timestamps, journal, folders and processes.

What enters: an order (what is to be done, no secret) and documents. What leaves: results, in the order of documents.
What may be touched here: the folder of the sealed documents, with the journal in it, and what the order names. Like
``bootstrap`` and ``lookups`` this is a place that knows store, jobs and gateways. Clauses: docs/sealing.md.
"""

from esign.seal_works.folder_batch import FolderBatch
from esign.seal_works.order import SealHolder, SealOrder, look_at_key
from esign.seal_works.recipe import SealRecipe, invoices_policy

__all__ = ["FolderBatch", "SealHolder", "SealOrder", "SealRecipe", "invoices_policy", "look_at_key"]
