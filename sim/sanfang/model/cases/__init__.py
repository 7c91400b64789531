"""A need from its arising to its end: latent, a request, its parts on their way, closed, back again."""
