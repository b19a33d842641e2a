"""Migrations of the database, oldest first in ``versions``. Written by ``python -m esign.store.migrations``."""
