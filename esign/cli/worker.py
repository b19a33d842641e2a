"""``esign worker``: does in the background what is due."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from esign.cli.configuration import config_option, load


@click.command()
@config_option
@click.option("--once", is_flag=True, help="Do what is due and end.")
def worker(config: Path | None, once: bool) -> None:
    """Deliver mails, stamp the ledger's head and finish what was interrupted, until Ctrl-C or SIGTERM.

    Any number of workers may run at the same time, on any number of machines.
    """
    from esign.cli.supervisor import follow_parent

    follow_parent()
    from esign.bootstrap import build, seal_worker, webhook_worker
    from esign.bootstrap import worker as make_worker
    from esign.cli.logs import configure

    configure()
    application = build(load(config))
    running = make_worker(application)
    others = {"webhooks": webhook_worker(application), "sealing": seal_worker(application)}
    if once:
        running.step()
        for other in others.values():
            other.step()
        return

    def end(number: int, frame: FrameType | None) -> None:
        running.stop()
        for other in others.values():
            other.stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    beside = [threading.Thread(target=other.run, name=name) for name, other in others.items()]
    for thread in beside:
        thread.start()
    try:
        running.run()
    finally:
        for other in others.values():
            other.stop()
        for thread in beside:
            thread.join()
