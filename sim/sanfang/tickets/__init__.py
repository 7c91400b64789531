"""A district's own records: an export of a hotline or of any ticket system, read, checked, and estimated from.

Nothing leaves the machine, and nothing personal reaches what is written. `reading` a file, a `mapping` of its columns,
`tickets` as one table, a report of their `quality`, and `estimates` that fill a district file.
"""
