from typing import Any, Unpack

from ._base import Layer, _LayerKeywords

@keeps_time
@keeps_batch
class AugMix(Layer):
    def __init__(
        self, value_range=(0, 255), num_chains=3, chain_depth=3, factor=0.3, alpha=1.0, all_ops=True,
        interpolation="bilinear", seed=None, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class AutoContrast(Layer):
    def __init__(
        self, value_range=(0, 255), *, data_format=None, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class CategoryEncoding(Layer):
    def __init__(
        self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class CenterCrop(Layer):
    def __init__(
        self, height, width, data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class ContrastLimitedAdaptiveHistogramEqualization(Layer):
    def __init__(
        self, value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, *,
        bounding_box_format=..., factor=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class CutMix(Layer):
    def __init__(
        self, factor=1.0, seed=None, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class Discretization(Layer):
    def __init__(
        self, bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode="int", sparse=False, dtype=None,
        name=None,
    ): ...
    def adapt(self, data, steps=None): ...
    def reset_state(self): ...

@keeps_time
@keeps_batch
class Equalization(Layer):
    def __init__(
        self, value_range=(0, 255), bins=256, data_format=None, *, bounding_box_format=..., factor=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class HashedCrossing(Layer):
    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs): ...

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
        pad_to_max_tokens=False, oov_method="floormod", salt=None, name=None, *, trainable=True, dtype=None,
    ): ...
    def adapt(self, data, steps=None): ...
    def reset_state(self): ...

@keeps_batch
class MaxNumBoundingBoxes(Layer):
    def __init__(
        self, max_number, fill_value=-1, *, data_format=None, bounding_box_format=..., factor=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class MelSpectrogram(Layer):
    def __init__(
        self, fft_length=2048, sequence_stride=512, sequence_length=None, window="hann", sampling_rate=16000,
        num_mel_bins=128, min_freq=20.0, max_freq=None, power_to_db=True, top_db=80.0, mag_exp=2.0,
        min_power=1e-10, ref_power=1.0, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class MixUp(Layer):
    def __init__(
        self, alpha=0.2, data_format=None, seed=None, *, bounding_box_format=..., factor=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Normalization(Layer):
    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs: Unpack[_LayerKeywords]): ...
    def adapt(self, data): ...

class Pipeline(Layer):
    def __init__(self, layers, name=None): ...
    layers: Any

@keeps_time
@keeps_batch
class RandAugment(Layer):
    def __init__(
        self, value_range=(0, 255), num_ops=2, factor=0.5, interpolation="bilinear", seed=None,
        data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomBrightness(Layer):
    def __init__(
        self, factor, value_range=(0, 255), seed=None, *, data_format=None, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomColorDegeneration(Layer):
    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomColorJitter(Layer):
    def __init__(
        self, value_range=(0, 255), brightness_factor=None, contrast_factor=None, saturation_factor=None,
        hue_factor=None, seed=None, data_format=None, *, bounding_box_format=..., factor=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomContrast(Layer):
    def __init__(
        self, factor, value_range=(0, 255), seed=None, *, data_format=None, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class RandomCrop(Layer):
    def __init__(
        self, height, width, seed=None, data_format=None, name=None, *, bounding_box_format=..., factor=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomElasticTransform(Layer):
    def __init__(
        self, factor=1.0, scale=1.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
        value_range=(0, 255), seed=None, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomErasing(Layer):
    def __init__(
        self, factor=1.0, scale=(0.02, 0.33), fill_value=None, value_range=(0, 255), seed=None,
        data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomFlip(Layer):
    def __init__(
        self, mode="horizontal_and_vertical", seed=None, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomGaussianBlur(Layer):
    def __init__(
        self, factor=1.0, kernel_size=3, sigma=1.0, value_range=(0, 255), data_format=None, seed=None, *,
        bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomGrayscale(Layer):
    def __init__(
        self, factor=0.5, data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomHue(Layer):
    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomInvert(Layer):
    def __init__(
        self, factor=1.0, value_range=(0, 255), seed=None, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomPerspective(Layer):
    def __init__(
        self, factor=1.0, scale=1.0, interpolation="bilinear", fill_value=0.0, seed=None, data_format=None, *,
        bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomPosterization(Layer):
    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomRotation(Layer):
    def __init__(
        self, factor, fill_mode="reflect", interpolation="bilinear", seed=None, fill_value=0.0,
        data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomSaturation(Layer):
    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomSharpness(Layer):
    def __init__(
        self, factor, value_range=(0, 255), data_format=None, seed=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomShear(Layer):
    def __init__(
        self, x_factor=0.0, y_factor=0.0, interpolation="bilinear", fill_mode="reflect", fill_value=0.0,
        data_format=None, seed=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomTranslation(Layer):
    def __init__(
        self, height_factor, width_factor, fill_mode="reflect", interpolation="bilinear", seed=None,
        fill_value=0.0, data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class RandomZoom(Layer):
    def __init__(
        self, height_factor, width_factor=None, fill_mode="reflect", interpolation="bilinear", seed=None,
        fill_value=0.0, data_format=None, *, bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Rescaling(Layer):
    def __init__(self, scale, offset=0.0, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class Resizing(Layer):
    def __init__(
        self, height, width, interpolation="bilinear", crop_to_aspect_ratio=False, pad_to_aspect_ratio=False,
        fill_mode="constant", fill_value=0.0, antialias=False, data_format=None, *, bounding_box_format=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class STFTSpectrogram(Layer):
    def __init__(
        self, mode="log", frame_length=256, frame_step=None, fft_length=None, window="hann", periodic=False,
        scaling="density", padding="valid", expand_dims=False, data_format=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Solarization(Layer):
    def __init__(
        self, addition_factor=0.0, threshold_factor=0.0, value_range=(0, 255), seed=None, *, data_format=None,
        bounding_box_format=..., **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class StringLookup(Layer):
    def __init__(
        self, max_tokens=None, num_oov_indices=1, mask_token=None, oov_token="[UNK]", vocabulary=None,
        idf_weights=None, invert=False, output_mode="int", pad_to_max_tokens=False, sparse=False,
        encoding="utf-8", name=None, salt=None, *, trainable=True, dtype=None,
    ): ...
    def adapt(self, data, steps=None): ...
    def reset_state(self): ...

@keeps_batch
class TextVectorization(Layer):
    def __init__(
        self, max_tokens=None, standardize="lower_and_strip_punctuation", split="whitespace", ngrams=None,
        output_mode="int", output_sequence_length=None, pad_to_max_tokens=False, vocabulary=None,
        idf_weights=None, sparse=False, ragged=False, encoding="utf-8", name=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...
    def adapt(self, data, batch_size=None, steps=None): ...
    def reset_state(self): ...
