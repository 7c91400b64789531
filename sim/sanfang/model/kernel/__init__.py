"""Random numbers, working time, and the request engine: all that knows neither districts nor policies."""
