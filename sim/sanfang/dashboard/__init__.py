"""The dashboard: the model shown live in a web page, in Chinese and English. Started by `sanfang dashboard`.

Solara is imported in this package only, and here only by the pages and what they are built of: `worlds`,
`presenters`, `address`, `words`, `recipe` and `limits` know nothing of a page and are tested without one.
"""
