"""An experiment: scenarios, points and replications, and the file that says so."""
