"""Many runs: experiments, sweeps and their store, statistics, comparison, and checks against theory."""
