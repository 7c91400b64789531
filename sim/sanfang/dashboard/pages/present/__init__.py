"""Presenter mode: one world for a room, in large letters, and scripts that lead through it."""
