"""Coverage of every interval, simulated against known truth: `make coverage`."""
