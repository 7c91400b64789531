"""How fast the model is, and how far from what is possible. `python -m benchmarks` runs everything."""
