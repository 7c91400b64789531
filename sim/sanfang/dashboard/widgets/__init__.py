"""The pieces of pages: components with a Vue template each."""
