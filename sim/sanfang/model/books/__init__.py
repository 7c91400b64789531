"""What is kept of a run and measured: headings, ledger, diary, metrics."""
