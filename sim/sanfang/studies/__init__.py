"""Studies of this project with constants of their own: they make pages of docs/, nothing imports them."""
