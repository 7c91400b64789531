"""The engine and the model against what theory says."""
