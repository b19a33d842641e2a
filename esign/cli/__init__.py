"""The command line: ``esign``. Each command is a thin door to the engine; heavy imports wait until one is used.

What enters: arguments, files, the configuration. What leaves: lines on the terminal, files, exit status. What may be
touched here: the terminal, files that are named, child processes. An error is one line on stderr,
``error: <detail> (<code>)``, never a traceback; set ``ESIGN_TRACEBACK=1`` to see one.
"""

from __future__ import annotations

from esign.cli.program import main

__all__ = ["main"]
