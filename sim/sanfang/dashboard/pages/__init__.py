"""A folder for each page: its components, templates, style and words."""
