"""Servers of the tests' own on the loopback interface: brokers that can be killed, an object storage in memory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
        return True
    return False


@dataclass
class Redis:
    """A redis-server that keeps nothing on disk."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            ["redis-server", *words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while not answers(self.port):
            assert time.monotonic() < until, "redis-server does not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def redis() -> Iterator[Redis]:
    """Start a broker; None is to be had where redis-server is not installed (the caller skips)."""
    with tempfile.TemporaryDirectory(prefix="esign-redis-") as folder:
        found = Redis(Path(folder))
        found.start()
        try:
            yield found
        finally:
            found.kill()


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""The program itself: the one on the path of Debian wants to be root or the user of the package."""


@dataclass
class Rabbit:
    """A RabbitMQ node with folders, ports and a name service (epmd) of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    names: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def environment(self) -> dict[str, str]:
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        return {
            **os.environ,
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"esign-{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [RABBITMQ],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while not answers(self.port):
            assert self.process.poll() is None and time.monotonic() < until, "rabbitmq-server does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def rabbitmq() -> Iterator[Rabbit]:
    """Start a RabbitMQ; only where it is installed (the caller skips)."""
    with tempfile.TemporaryDirectory(prefix="esign-rabbitmq-", ignore_cleanup_errors=True) as folder:
        found = Rabbit(Path(folder))
        names = subprocess.Popen(
            ["epmd", "-port", str(found.names), "-address", "127.0.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            found.start()
            yield found
        finally:
            found.kill()
            names.kill()
            names.wait()


def has_rabbitmq() -> bool:
    return RABBITMQ.exists() and shutil.which("epmd") is not None


BROKERS = {"redis": (has_redis, redis), "rabbitmq": (has_rabbitmq, rabbitmq)}
"""Whether each is installed here, and what starts one."""


@contextlib.contextmanager
def object_storage(*buckets: str) -> Iterator[dict[str, str]]:
    """Start an object storage that speaks S3; returns the environment in which it is found."""
    import boto3
    import httpx
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        port = server.get_host_and_port()[1]
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
        }
        before = dict(os.environ)
        os.environ.update(environment)
        try:
            # What an earlier one of this process held is still there: they share it.
            httpx.post(f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset", trust_env=False).raise_for_status()
            for bucket in buckets:
                boto3.client("s3").create_bucket(
                    Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
                )
            yield environment
        finally:
            os.environ.clear()
            os.environ.update(before)
    finally:
        server.stop()
