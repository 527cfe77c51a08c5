"""Tells the story of a program without running it: an abstract interpreter over the libcst tree."""

# Its modules call each other, so that they can be loaded in one order alone: this one.
from statelint.interp import program as program
