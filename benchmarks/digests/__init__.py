"""Whether results stay what they were, bit for bit: digests of many runs.

    python -m benchmarks.digests                  all runs, compared with the record (`--fast`: six short ones)
    python -m benchmarks.digests --against DIR    compared with the sources in DIR (the folder that holds `sanfang`)
    python -m benchmarks.digests --record COMMIT  write the record anew, after a change that is meant to change results
    python -m benchmarks.digests.proof            that the runs use every lever, heading, event, draw, and line of code

`recorded.json` holds the digests, the commit that gave them, and the machine and libraries that they were made with:
another processor or another version of a library may give other last digits. On such a machine compare two checkouts.
The checkout that first has this folder gives the results of the commit named in its record.
"""
