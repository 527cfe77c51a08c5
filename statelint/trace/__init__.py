"""The story of a program that trains stateful RNNs: one vocabulary for what is read and what is run."""
