"""A token in software (SoftHSM) with a seal on it, which can be pulled out and put in again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from esign.foundation.pkcs11_library import Pkcs11Library
from tests.sealing.helpers.seal_files import seal_bundle

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "582913"


def has_soft_token() -> bool:
    return MODULE.exists() and shutil.which("softhsm2-util") is not None


class SoftToken:
    """A folder that is a token.

    Args:
        folder: Where everything lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tokens").mkdir(parents=True)
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self.pin = folder / "pin"
        self.pin.touch(mode=0o600)
        self.pin.write_text(PIN)
        self.library = Pkcs11Library.at(MODULE)

    def fill(self) -> None:
        """Put the seal of the tests on it."""
        bundle = pkcs12.load_pkcs12(seal_bundle()[0], None)
        assert bundle.key is not None and bundle.cert is not None
        key, chain = self.folder / "key.pem", self.folder / "chain.pem"
        key.write_bytes(bundle.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        certificates = [bundle.cert, *bundle.additional_certs]
        chain.write_bytes(b"".join(each.certificate.public_bytes(Encoding.PEM) for each in certificates))
        _softhsm("--init-token", "--free", "--label", "seals", "--so-pin", "99887766", "--pin", PIN)
        _softhsm("--import", str(key), "--token", "seals", "--label", "seal", "--id", "01", "--pin", PIN)

    @property
    def uri(self) -> str:
        where = f"module-path={MODULE}&pin-source=file:{self.pin}&chain-file={self.folder}/chain.pem"
        return f"pkcs11:token=seals;object=seal?{where}"

    def restart(self) -> None:
        """Let the library of this process look at the folder anew."""
        with self.library.using():
            pass
        self.library.start_again(self.library.generation)

    def pull_out(self) -> None:
        (self.folder / "tokens").rename(self.folder / "pulled out")
        (self.folder / "tokens").mkdir()

    def put_in(self) -> None:
        (self.folder / "tokens").rmdir()
        (self.folder / "pulled out").rename(self.folder / "tokens")


def _softhsm(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


@contextmanager
def soft_token(folder: Path) -> Iterator[SoftToken]:
    """A token with a seal; only where SoftHSM is installed (the caller skips)."""
    before = os.environ.get("SOFTHSM2_CONF")
    token = SoftToken(folder)
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    try:
        token.fill()
        token.restart()
        yield token
    finally:
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before
