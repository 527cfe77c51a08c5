"""Witnesses: short programs on synthetic data that tell a finding's story again, for Keras to run."""
