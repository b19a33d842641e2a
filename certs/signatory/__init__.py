"""The browserless signatory: speaks the ceremony protocol for tests, the demo and benchmarks (a *sandbox* client)."""
