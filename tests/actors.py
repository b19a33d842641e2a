"""Who acts in the tests: the first tenant's company, everywhere where nothing else is the point."""

from __future__ import annotations

from esign.access import system

COMPANY = system("default")
