"""Finds the mistakes people make with stateful RNNs in Keras, and proves them on real Keras."""

__version__ = "0.1.0"
