"""Input made to do harm: thousands of files, command lines, addresses and messages, each of them reproducible alone.

    python -m soak.hostile scenario 1234           # one case: what is in it, what became of it
    python -m soak.hostile scenario 0 --count 500  # five hundred of them, and what was found
    python -m soak hostile                         # the whole campaign; its result goes into docs/soak.md

A kind of input is a module with `generate(rng) -> Case`, listed in `kinds.py`; nothing else needs to know of it.

    nasty       values that programs stumble over: numbers, texts, paths, structures
    documents   files of the repository with nasty values, lost keys, flipped bytes in them
    scenarios, districts, experiments, lessons, command_lines, addresses, messages      the kinds
    regressions what was found once, minimised
    attempt     one case in a process of its own, and the verdict on it
    inside      that process
    sandbox     the folder that it runs in
    watch       what it may not do: write outside its output folder
    verdict     what became of a case, and what is wrong with that
    pages       the server and the small client for messages
    campaign    all cases
"""
