"""One run, free of any page: made, observed, recorded; a session that one has in hand; the life of a request."""
