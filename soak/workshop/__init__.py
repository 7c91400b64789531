"""A workshop as a room holds it: twelve phones and one screen for some minutes, and what must be so at its end.

    make soak SOAK=workshop                 # ten minutes
    make soak SOAK="workshop --share 0.1"   # one

Each phone is a browser context of its own. Phones choose levers, predict, play, undo, redo and rename as they like, and
try to do the same to the branches of others. In the end each branch is what its phone has ordered and nothing else, the
screen shows it under its team, and the replay file has the numbers of runs made anew, to the last digit.
"""
