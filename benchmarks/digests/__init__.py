"""Whether results stay what they were, bit for bit: digests of many runs.

    python -m benchmarks.digests                  all runs, compared with the record (`--fast`: six short ones)
    python -m benchmarks.digests --against DIR    compared with the sources in DIR (the folder that holds `sanfang`)
    python -m benchmarks.digests --record COMMIT  write the record anew, after a change that is meant to change results
    python -m benchmarks.digests.proof            that the runs use every lever, heading, event, draw, and line of code

`recorded.json` holds the digests, the commit that gave them, and the machine and libraries that they were made with:
another processor or another version of a library may give other last digits. On such a machine compare two checkouts.
Results that were changed on purpose since the first record:

- The evaluation window (metrics only; daily series, ledger and requests are the same to the last bit). Runs of less
  than 150 days are evaluated as a whole here, since the usual warm-up leaves them too few days or none. In the others
  the metrics of money differ (`waste_share`, `waste_share_money`, `wasted_` by cause of money,
  `cost_per_resolved_need`): the yuan of a window are those given for its days. In those of exactly 60 days of window
  (`services`, `consultation`, `overloaded-reform`) the restricted means differ, too: they reach to 60 days, and not
  only to the longest time seen.

The checkout that first has this folder gives the results of the commit named in its record.
"""
