"""Many runs: what is missing is made, wherever there is room for it."""
