"""Long campaigns, which take hours and not seconds: `make soak`, `python -m soak --help`."""
