"""What a district's own records tell, each number with its error, or refused with a reason in words.

`estimate` makes all of them from `Tickets`; `district_file` writes a district for the model from them. Nothing here
looks at texts or at persons: rows are counted, and cells of fewer than five are pooled before anything is written.
"""
