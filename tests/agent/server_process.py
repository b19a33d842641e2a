"""The server as a process of its own, on an installation that is there: what a killed and restarted server is."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

from esign import bootstrap
from web import create_app


class NoMail:
    """The mail is the test's business."""

    def send(self, mail: Any) -> bytes:
        return b""


def main(settings_file: str, port: str, sandbox_url: str) -> None:
    from tests.agent.stack import Quiet, make_server

    settings = pickle.loads(Path(settings_file).read_bytes())
    application = bootstrap.build(settings, mailer=NoMail())
    app = create_app(application, agent_origin=settings.agent_url, sandbox_url=sandbox_url)
    make_server("127.0.0.1", int(port), app, threaded=True, request_handler=Quiet).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
