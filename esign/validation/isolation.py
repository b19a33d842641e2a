"""Verdicts on foreign files in helper processes with limits: a hostile file can spoil a helper, not who asks.

A helper is used for many files. One that runs away, breaks down or grows is ended and replaced, and the file that did
it is told: ``limit_exceeded`` or ``format_failure``. What a helper answers is read with an allow-list of types.
"""

from __future__ import annotations

import base64
import io
import json
import pickle  # read with an allow-list only
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from esign.foundation.helper_process import HelperProcess
from esign.validation.certificates import TrustAnchors
from esign.validation.isolation_types import ALLOWED
from esign.validation.isolation_worker import READY, SIZE, SIZES
from esign.validation.process import Material
from esign.validation.qualification import TrustedServices
from esign.validation.verdict import FileVerdict, FormatFailure, LimitExceeded

WORKER = Path(__file__).with_name("isolation_worker.py")
SECONDS = 9.5
"""How long one file may take by the clock on the wall."""
STARTING = 30.0
"""How long a helper may take to begin."""
MAX_BYTES = 52_428_800
"""Larger files are not looked into: 50 MiB."""
_LONGEST_ANSWER = 64 << 20


class Isolation:
    """Gives verdicts on foreign files; one object serves many threads, each with a helper of its own.

    Args:
        trust: Trust anchors.
        material: Validation data beside the files.
        lists: Trusted lists.
        places: Gives a place to work, such as ``esign.documents.helpers.BENCH.place``, so that helpers of all kinds
            together do not take all of a server; by default whoever asks has one.
        seconds: How long one file may take by the clock on the wall.
    """

    def __init__(
        self,
        *,
        trust: TrustAnchors,
        material: Material,
        lists: TrustedServices | None = None,
        places: Callable[[], AbstractContextManager[object]] = nullcontext,
        seconds: float = SECONDS,
    ) -> None:
        self._setup = pickle.dumps((trust, material, lists), protocol=5)
        self._places = places
        self._seconds = seconds
        self._idle: list[_Helper] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def verify(
        self,
        data: bytes,
        *,
        at: datetime,
        name: str = "",
        material: Material | None = None,
        record: bytes | None = None,
    ) -> FileVerdict:
        """Return the verdict on a file, whatever becomes of the helper.

        Args:
            data: The file.
            at: The instant of the validation.
            name: The file's name, for the answer.
            material: Validation data beside this file, in place of those for all; its positions are not used.
            record: The file's evidence record (RFC 4998, DER).

        Raises:
            HelpersBusy: ``places`` gives none.
        """
        if len(data) > MAX_BYTES:
            error = LimitExceeded(f"the file is longer than {MAX_BYTES >> 20} MiB")
            return FileVerdict.unreadable(name, error, at=at, limit=True)
        with self._places():
            helper = self._take()
            head = {"name": name, "at": at.isoformat(), "material": _encoded(material), "record": _text(record)}
            verdict = helper.ask(data, head, at, name, self._seconds)
            if helper.alive:
                with self._lock:
                    self._idle.append(helper)
            return verdict

    def close(self) -> None:
        """End the helpers."""
        with self._lock:
            helpers, self._idle = self._idle, []
        for helper in helpers:
            helper.end()

    def _take(self) -> _Helper:
        with self._lock:
            while self._idle:
                helper = self._idle.pop()
                if helper.running:
                    return helper
                helper.end()  # it was ended between two files: none of them did it
        return _Helper(self._setup)


class _Helper(HelperProcess):
    """One helper process."""

    def __init__(self, setup: bytes) -> None:
        super().__init__(WORKER)
        self._setup = setup
        self._began = False

    def ask(self, data: bytes, question: Mapping[str, object], at: datetime, name: str, seconds: float) -> FileVerdict:
        """Return the verdict on a file; the helper may be gone afterwards."""
        head = json.dumps(question).encode()
        try:
            if not self._began:
                with self.within(STARTING):
                    self._begin()
            with self.within(seconds):
                self._tell(SIZES.pack(len(head), len(data)) + head, data)
                answer, leaves = self._answer()
                verdict = _read(answer)
            self.alive = not (leaves or self.late)
        except (OSError, EOFError, ValueError):
            verdict = self._broken(at, name)
        finally:
            if not self.alive:
                self.end()
        return verdict

    def _begin(self) -> None:
        """Hand over what to trust and wait until the helper has shut itself in."""
        self._tell(SIZE.pack(len(self._setup)), self._setup)
        if self.answers.read(1) != READY:
            raise EOFError
        self._began = True

    def _tell(self, *parts: bytes) -> None:
        pipe = self.source
        for part in parts:
            pipe.write(part)
        pipe.flush()

    def _answer(self) -> tuple[bytes, bool]:
        pipe = self.answers
        head = pipe.read(SIZE.size + 1)
        if len(head) <= SIZE.size:
            raise EOFError
        size = SIZE.unpack(head[:-1])[0]
        if size > _LONGEST_ANSWER:
            raise ValueError("an answer too long")
        answer = pipe.read(size)
        if len(answer) < size:
            raise EOFError
        return answer, bool(head[-1])

    def _broken(self, at: datetime, name: str) -> FileVerdict:
        if self.break_off():
            return FileVerdict.unreadable(name, LimitExceeded("verifying it takes too long"), at=at, limit=True)
        what = "the helper broke down on it" if self._began else "no helper could begin; the file was not looked into"
        return FileVerdict.unreadable(name, FormatFailure(what), at=at)


class _Reader(pickle.Unpickler):
    """Reads nothing but verdicts: no other type, no function is ever looked up."""

    def find_class(self, module: str, name: str) -> Any:
        found = ALLOWED.get((module, name))
        if found is None:
            raise pickle.UnpicklingError("a type that stands in no verdict")
        return found


def _text(record: bytes | None) -> str | None:
    return None if record is None else base64.b64encode(record).decode()


def _encoded(material: Material | None) -> dict[str, list[str]] | None:
    if material is None:
        return None
    parts = {
        "certificates": material.certificates,
        "crls": material.crls,
        "ocsp_responses": material.ocsp_responses,
    }
    return {name: [base64.b64encode(der).decode() for der in values] for name, values in parts.items()}


def _read(answer: bytes) -> FileVerdict:
    try:
        verdict = _Reader(io.BytesIO(answer)).load()
    except Exception as error:  # what a spoiled helper sends is not one kind of wrong
        raise ValueError("not a verdict") from error
    if not isinstance(verdict, FileVerdict):
        raise ValueError("not a verdict")
    return verdict
