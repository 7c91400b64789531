"""The Results page: sweeps and published experiments."""
