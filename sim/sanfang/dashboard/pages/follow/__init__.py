"""The Follow a request page: one request on its way, and the flow of all of them."""
