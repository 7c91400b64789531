"""The command line: it reads options, calls the lab, prints."""
