"""The Live page: one world, played."""
