"""Tells the story of a program without running it: an abstract interpreter over the libcst tree."""
