"""The Workshop page: the screen of a room whose teams grow one tree of runs from their phones."""
