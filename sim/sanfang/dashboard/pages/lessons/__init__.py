"""The Lessons page: predict, run, see what happened and why."""
