"""Claims about speed, each beside a peer or the limit; ``./run bench`` writes them to ``docs/benchmarks.md``."""
