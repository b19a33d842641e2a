"""What is refused around tasks and calendars."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class TaskError(EngineError):
    """Something about a task cannot be done."""

    code = "engine.task"


class TaskUnknown(TaskError):
    """There is no such task."""

    code = "engine.task.unknown"


class TaskRefused(TaskError):
    """The task is done already, or what was written down is no task: it needs a title and a day."""

    code = "engine.task.refused"


class CalendarUnknown(EngineError):
    """There is no calendar at this address, or its link was revoked."""

    code = "engine.calendar.unknown"
