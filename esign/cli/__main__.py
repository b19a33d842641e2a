"""``python -m esign.cli``: the same program, for child processes and machines without scripts on the path."""

from esign.cli.program import main

main()
