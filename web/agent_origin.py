"""The browser agent's own origin: the files of one built agent, its configuration, strict headers, nothing else.

What enters: GET requests. What leaves: files that the manifest names, unchanged. What may be touched here: the folder
of the built agent, once, at start. Clauses: docs/ceremony-spec.md sections 4 and 5 (``aud``, ``agent``).

The files are read and compared with the manifest when the application is made; afterwards the folder is not looked at
again, so what is served is what the digest in every transcript stands for. The page asks for its parts by their digest
(``agent.js?v=…``): such an answer may be kept for good, and coming back from the identity provider loads nothing twice.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from esign.foundation.canonical import CanonicalJsonError, canonical, parse_canonical
from esign.foundation.errors import EsignError
from esign.settings import Settings

MANIFEST = "manifest.json"
MANIFEST_VERSION = "esign-agent/1"
CONFIGURATION = "config.json"
FOR_GOOD = "public, max-age=31536000, immutable"
"""What is asked for by its digest never changes (RFC 8246)."""
TRUSTED_TYPES = "esign-pdf"
"""The one Trusted Types policy: the document viewer and its worker."""

_HELD = {".mjs", ".js", ".css", ".json"}
"""What the page asks for with an integrity value; the manifest and the configuration are never packed by the build."""
_REFUSED = re.compile(r";\s*q=0(\.0*)?\s*$")
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css", ".html": "text/html"}

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class AgentOriginError(EsignError):
    """The built agent cannot be served."""

    code = "agent_origin"


class AgentNotBuilt(AgentOriginError):
    """There is no built agent in the folder; ``npm run build`` makes it."""

    code = "agent_origin.not_built"


class AgentAltered(AgentOriginError):
    """The files in the folder are not the ones that its manifest names."""

    code = "agent_origin.altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFile:
    """One file of the origin: bytes, the same packed (smallest first; none where that saves little), type, digest."""

    body: bytes
    packed: tuple[tuple[str, bytes], ...]
    media_type: str
    digest: str

    def entity(self, accepted: str) -> tuple[bytes, str, list[tuple[str, str]]]:
        """Return bytes, entity tag and headers for a client that accepts these encodings."""
        if not self.packed:
            return self.body, f'"{self.digest}"', []
        taken = {each.partition(";")[0].strip().lower() for each in accepted.split(",") if not _REFUSED.search(each)}
        for coding, body in self.packed:
            if coding in taken:
                return body, f'"{self.digest}-{coding}"', [("Vary", "Accept-Encoding"), ("Content-Encoding", coding)]
        return self.body, f'"{self.digest}"', [("Vary", "Accept-Encoding")]


def manifest_digest(dist: Path) -> str:
    """Return the hexadecimal SHA-256 of the agent's manifest, as it stands in transcripts.

    Raises:
        AgentNotBuilt: There is no manifest in the folder.
    """
    return hashlib.sha256(_manifest_bytes(dist)).hexdigest()


def create_app(settings: Settings) -> AgentOrigin:
    """Return the agent's origin of an installation.

    Raises:
        AgentNotBuilt: The settings name no built agent.
        AgentAltered: The built agent is not the one that its manifest names.
    """
    if settings.agent_dist is None:
        raise AgentNotBuilt("the settings name no built agent", setting="agent_dist")
    return create_agent_origin(settings.agent_dist, api=settings.web_url, idp=settings.idp_issuer)


def create_agent_origin(dist: Path, *, api: str, idp: str) -> AgentOrigin:
    """Return the WSGI application of the agent's origin.

    Args:
        dist: Folder with the built agent (``web/agent/dist``).
        api: Origin of the ceremony API, without a trailing slash.
        idp: Issuer of the identity provider; empty where no contract needs one.

    Raises:
        AgentNotBuilt: The folder holds no manifest.
        AgentAltered: A file is missing, differs from the manifest, or the manifest is not of this form.
    """
    files = _read(dist)
    configuration = canonical({"api": api.rstrip("/"), "idp": idp})
    files[CONFIGURATION] = _served(CONFIGURATION, configuration)
    return AgentOrigin(files=MappingProxyType(files), headers=_headers(api, idp))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOrigin:
    """The WSGI application: a fixed table of files and a fixed set of headers."""

    files: Mapping[str, ServedFile]
    headers: tuple[tuple[str, str], ...]

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; everything that is not a file of the manifest does not exist."""
        method = str(environ.get("REQUEST_METHOD", "GET"))
        name = str(environ.get("PATH_INFO", "/")).removeprefix("/") or "index.html"
        served = self.files.get(name)
        if method not in ("GET", "HEAD"):
            return self._end(start_response, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        if served is None:
            return self._end(start_response, "404 Not Found", [])
        body, tag, encoding = served.entity(str(environ.get("HTTP_ACCEPT_ENCODING", "")))
        named = environ.get("QUERY_STRING") == f"v={served.digest}"
        headers = [("Cache-Control", FOR_GOOD if named else "no-cache"), ("ETag", tag), *encoding]
        if tag in str(environ.get("HTTP_IF_NONE_MATCH", "")):
            return self._end(start_response, "304 Not Modified", headers, length=None)
        headers += [("Content-Type", served.media_type), ("Content-Length", str(len(body)))]
        start_response("200 OK", [*headers, *self.headers])
        return [b""] if method == "HEAD" else [body]

    def _end(
        self, start_response: StartResponse, status: str, headers: list[tuple[str, str]], *, length: int | None = 0
    ) -> Iterable[bytes]:
        sized = [] if length is None else [("Content-Length", str(length)), ("Cache-Control", "no-store")]
        start_response(status, [*headers, *sized, *self.headers])
        return [b""]


def _manifest_bytes(dist: Path) -> bytes:
    try:
        return (dist / MANIFEST).read_bytes()
    except OSError as error:
        raise AgentNotBuilt("there is no built agent; run `npm run build` in web/agent") from error


def _read(dist: Path) -> dict[str, ServedFile]:
    written = _manifest_bytes(dist)
    try:
        manifest = parse_canonical(written)
    except CanonicalJsonError as error:
        raise AgentAltered("the manifest is not canonical JSON") from error
    named = manifest.get("files")
    if set(manifest) != {"v", "files"} or manifest["v"] != MANIFEST_VERSION or not isinstance(named, dict):
        raise AgentAltered("the manifest is of another version")
    files = {MANIFEST: _served(MANIFEST, written)}
    for name, digest in named.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or name in (MANIFEST, CONFIGURATION):
            raise AgentAltered("the manifest names a file that is none of the agent's", file=name)
        try:
            body = (dist / path).read_bytes()
        except OSError as error:
            raise AgentAltered("a file of the manifest is missing", file=name) from error
        if hashlib.sha256(body).hexdigest() != digest:
            raise AgentAltered("a file differs from the manifest", file=name)
        files[name] = _served(name, body, _brotli(dist / f"{name}.br"))
    if "index.html" not in files:
        raise AgentAltered("the manifest names no page")
    return files


def _brotli(path: Path) -> bytes | None:
    """Return what the build packed beside a file, if it did.

    Nothing here unpacks it: the browser holds what comes out against the integrity value that it asks with, and refuses
    anything else. The page and the manifest, which have none, are never packed in this way.
    """
    try:
        return path.read_bytes()
    except OSError:
        return None


def _served(name: str, body: bytes, brotli: bytes | None = None) -> ServedFile:
    suffix = PurePosixPath(name).suffix
    media_type = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if media_type.startswith("text/") or media_type in ("application/json", "image/svg+xml"):
        media_type += "; charset=utf-8"
    zipped = gzip.compress(body, 9, mtime=0)
    known = [("br", brotli if PurePosixPath(name).suffix in _HELD else None), ("gzip", zipped)]
    return ServedFile(
        body=body,
        packed=tuple((coding, small) for coding, small in known if small and len(small) < 0.9 * len(body)),
        media_type=media_type,
        digest=hashlib.sha256(body).hexdigest(),
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(mark in parts.netloc for mark in " ;,'\""):
        raise AgentOriginError("not an HTTP origin", url=url)
    return f"{parts.scheme}://{parts.netloc}"


def _headers(api: str, idp: str) -> tuple[tuple[str, str], ...]:
    reached = " ".join(dict.fromkeys(["'self'", _origin(api), *([_origin(idp)] if idp else [])]))
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "blob:",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": reached,
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": TRUSTED_TYPES,
    }
    refused = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb")
    permissions = {
        "publickey-credentials-create": "(self)",
        "publickey-credentials-get": "(self)",
        **dict.fromkeys(refused, "()"),
    }
    return (
        ("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items())),
        ("Permissions-Policy", ", ".join(f"{name}={value}" for name, value in permissions.items())),
        ("Integrity-Policy", "blocked-destinations=(script)"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
        ("X-Robots-Tag", "noindex, nofollow"),
    )
