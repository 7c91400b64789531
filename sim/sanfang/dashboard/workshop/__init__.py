"""A workshop: teams with phones grow one tree of runs; nothing here draws a page of Solara's."""
