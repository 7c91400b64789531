"""What is measured of a run. A metric is one function with its declaration above it; `catalogue` lists them all."""
