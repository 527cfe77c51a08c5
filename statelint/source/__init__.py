"""User files as text and trees."""
