"""Run programs on real Keras and record what happens."""
