from ..utils import PyDataset, pad_sequences as pad_sequences

# Under tf.keras alone: `keras.preprocessing.sequence` of Keras 3 has only pad_sequences.
class TimeseriesGenerator(PyDataset):
    def __init__(
        self, data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, shuffle=False,
        reverse=False, batch_size=128,
    ): ...

@pure
def make_sampling_table(size, sampling_factor=1e-05): ...

@pure
def skipgrams(
    sequence, vocabulary_size, window_size=4, negative_samples=1.0, shuffle=True, categorical=False,
    sampling_table=None, seed=None,
): ...
