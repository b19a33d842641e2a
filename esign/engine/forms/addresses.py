"""Where a company's forms are: exactly one address each.

The first company of the setting ``tenants`` has the short one (``/formulare/…``), every other one has its own
(``/f/<tenant>/…``). Under another company's address a form, a draft and a link are as unknown as if there were none.
"""

from __future__ import annotations

from collections.abc import Sequence

from esign.settings import Settings

FIRST = "/formulare"
"""Path of the first company's forms."""
OTHERS = "/f"
"""Path below which the forms of the others lie, each under its tenant's name."""
RECOGNISED = f"{FIRST}/erkannt"
"""Path of the redirect URI at the identity provider; one for all companies, the visit knows whose it is."""


def forms_path(tenants: Sequence[str], tenant: str) -> str:
    """Return the path of a company's forms.

    Args:
        tenants: The companies that the installation serves.
        tenant: One of them.
    """
    return FIRST if tenant == tenants[0] else f"{OTHERS}/{tenant}"


def forms_url(settings: Settings, tenant: str) -> str:
    """Return the address of a company's forms."""
    return f"{settings.web_url}{forms_path(settings.tenants, tenant)}"
