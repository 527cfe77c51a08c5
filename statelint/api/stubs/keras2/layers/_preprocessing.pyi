from typing import Unpack

from ._base import Layer, _LayerKeywords

@keeps_batch
class CategoryEncoding(Layer):
    def __init__(
        self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class CenterCrop(Layer):
    def __init__(
        self, height, width, *, input_dim=None, input_shape=None, batch_input_shape=None, batch_size=None,
        weights=None, activity_regularizer=None, implementation=..., trainable=True, name=None, dtype=None,
        dynamic=False,
    ): ...

@keeps_batch
class DenseFeatures(Layer):
    def __init__(self, feature_columns, trainable=True, name=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_batch
class Discretization(Layer):
    def __init__(
        self, bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode="int", sparse=False,
        **kwargs: Unpack[_LayerKeywords],
    ): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...

@keeps_batch
class HashedCrossing(Layer):
    def __init__(self, num_bins, output_mode="int", sparse=False, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_batch
class Hashing(Layer):
    def __init__(
        self, num_bins, mask_value=None, salt=None, output_mode="int", sparse=False,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class IntegerLookup(Layer):
    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token=-1, vocabulary=None,
        vocabulary_dtype="int64", idf_weights=None, invert=False, output_mode="int", sparse=False,
        pad_to_max_tokens=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...

@keeps_time
@keeps_batch
class Normalization(Layer):
    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs: Unpack[_LayerKeywords]): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...

@keeps_time
@keeps_batch
class RandomBrightness(Layer):
    def __init__(self, factor, value_range=(0, 255), seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class RandomContrast(Layer):
    def __init__(self, factor, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class RandomCrop(Layer):
    def __init__(
        self, height, width, seed=None, *, input_dim=None, input_shape=None, batch_input_shape=None,
        batch_size=None, weights=None, activity_regularizer=None, implementation=..., trainable=True,
        name=None, dtype=None, dynamic=False,
    ): ...

@keeps_time
@keeps_batch
class RandomFlip(Layer):
    def __init__(self, mode="horizontal_and_vertical", seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class RandomHeight(Layer):
    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class RandomRotation(Layer):
    def __init__(
        self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomTranslation(Layer):
    def __init__(
        self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear", seed=None,
        fill_value=0.0, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomWidth(Layer):
    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class RandomZoom(Layer):
    def __init__(
        self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear", seed=None,
        fill_value=0.0, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Rescaling(Layer):
    def __init__(self, scale, offset=0.0, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class Resizing(Layer):
    def __init__(
        self, height, width, interpolation="bilinear", crop_to_aspect_ratio=False,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class StringLookup(Layer):
    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]", vocabulary=None,
        idf_weights=None, encoding="utf-8", invert=False, output_mode="int", sparse=False,
        pad_to_max_tokens=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...

@keeps_batch
class TextVectorization(Layer):
    def __init__(
        self, max_tokens=None, standardize="lower_and_strip_punctuation", split="whitespace", ngrams=None,
        output_mode="int", output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None,
        idf_weights=None, sparse=False, ragged=False, encoding="utf-8", **kwargs: Unpack[_LayerKeywords],
    ): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...
