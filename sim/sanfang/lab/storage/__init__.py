"""What a sweep has made: one file, one writer, and no number that was not stored."""
