"""The Trust page: the engine and the model where the answer is known."""
