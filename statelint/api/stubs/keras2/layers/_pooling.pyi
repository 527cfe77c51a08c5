from typing import Unpack

from ._base import Layer, _LayerKeywords

@changes_time
@keeps_batch
class AveragePooling1D(Layer):
    def __init__(
        self, pool_size=2, strides=None, padding="valid", data_format="channels_last",
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class AveragePooling2D(Layer):
    def __init__(
        self, pool_size=(2, 2), strides=None, padding="valid", data_format=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class AveragePooling3D(Layer):
    def __init__(
        self, pool_size=(2, 2, 2), strides=None, padding="valid", data_format=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class Cropping1D(Layer):
    def __init__(self, cropping=(1, 1), **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class Cropping2D(Layer):
    def __init__(self, cropping=((0, 0), (0, 0)), data_format=None, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class Cropping3D(Layer):
    def __init__(
        self, cropping=((1, 1), (1, 1), (1, 1)), data_format=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@drops_time
@keeps_batch
class GlobalAveragePooling1D(Layer):
    def __init__(self, data_format="channels_last", **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class GlobalAveragePooling2D(Layer):
    def __init__(self, data_format=None, keepdims=False, **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class GlobalAveragePooling3D(Layer):
    def __init__(self, data_format=None, keepdims=False, **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class GlobalMaxPooling1D(Layer):
    def __init__(self, data_format="channels_last", keepdims=False, **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class GlobalMaxPooling2D(Layer):
    def __init__(self, data_format=None, keepdims=False, **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class GlobalMaxPooling3D(Layer):
    def __init__(self, data_format=None, keepdims=False, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class MaxPooling1D(Layer):
    def __init__(
        self, pool_size=2, strides=None, padding="valid", data_format="channels_last",
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class MaxPooling2D(Layer):
    def __init__(
        self, pool_size=(2, 2), strides=None, padding="valid", data_format=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class MaxPooling3D(Layer):
    def __init__(
        self, pool_size=(2, 2, 2), strides=None, padding="valid", data_format=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class UpSampling1D(Layer):
    def __init__(self, size=2, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class UpSampling2D(Layer):
    def __init__(
        self, size=(2, 2), data_format=None, interpolation="nearest", **kwargs: Unpack[_LayerKeywords],
    ): ...

@changes_time
@keeps_batch
class UpSampling3D(Layer):
    def __init__(self, size=(2, 2, 2), data_format=None, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class ZeroPadding1D(Layer):
    def __init__(self, padding=1, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class ZeroPadding2D(Layer):
    def __init__(self, padding=(1, 1), data_format=None, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class ZeroPadding3D(Layer):
    def __init__(self, padding=(1, 1, 1), data_format=None, **kwargs: Unpack[_LayerKeywords]): ...

AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
