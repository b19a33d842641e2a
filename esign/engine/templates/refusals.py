"""What the use cases of uploads and page templates refuse."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class UploadUnknown(EngineError):
    """There is no such upload: it was discarded, its time is over, or there never was one."""

    code = "engine.upload.unknown"


class TooManyUploads(EngineError):
    """The company has more uploads waiting than are kept at a time, or larger ones."""

    code = "engine.upload.too_many"


class TemplateUnknown(EngineError):
    """There is no such page template, or not in this version."""

    code = "engine.template.unknown"


class TemplateChanged(EngineError):
    """Somebody else gave the page template a new version meanwhile."""

    code = "engine.template.changed"


class TemplateArchived(EngineError):
    """The page template is archived: no new contract is made with it."""

    code = "engine.template.archived"
