"""The simulation: a district as a Mesa model, in four rooms.

`kernel` knows nothing of districts: random numbers, working time, the request engine. `district` is who and what there
is: communities, residents, staff, money, help. `cases` is a need from its arising to its end. `books` is what is kept.
What is not in a room holds them together: `model` steps the days, `policy` turns levers into `effects`.
"""
