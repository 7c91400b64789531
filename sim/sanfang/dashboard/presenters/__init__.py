"""What pages show, as plain dicts and pictures; nothing here knows Solara."""
