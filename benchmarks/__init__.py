"""How fast the model is, and how far from what is possible. `python -m benchmarks` runs everything.

`python -m benchmarks.digests` says whether results are still the same, bit for bit.
"""
