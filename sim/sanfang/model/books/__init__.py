"""What is kept of a run: headings, ledger, diary, and all that it leaves behind for metrics and tables."""
