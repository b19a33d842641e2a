"""Claims about speed, each beside a peer or the limit: ``./run bench`` prints them and writes ``docs/benchmarks.md``."""
