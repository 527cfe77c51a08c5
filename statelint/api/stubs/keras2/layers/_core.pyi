from typing import Unpack

from ._base import Layer, _LayerKeywords

@keeps_time
@keeps_batch
class Dense(Layer):
    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class EinsumDense(Layer):
    def __init__(
        self, equation, output_shape, activation=None, bias_axes=None, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@adds_axis
@keeps_batch
class Embedding(Layer):
    def __init__(
        self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None,
        activity_regularizer=None, embeddings_constraint=None, mask_zero=False, input_length=None,
        sparse=False, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Masking(Layer):
    def __init__(self, mask_value=0.0, **kwargs: Unpack[_LayerKeywords]): ...

class Lambda(Layer):
    def __init__(
        self, function, output_shape=None, mask=None, arguments=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Activation(Layer):
    def __init__(self, activation, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class ELU(Layer):
    def __init__(self, alpha=1.0, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class LeakyReLU(Layer):
    def __init__(self, alpha=0.3, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class PReLU(Layer):
    def __init__(
        self, alpha_initializer="zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class ReLU(Layer):
    def __init__(
        self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class Softmax(Layer):
    def __init__(self, axis=-1, robust_masking=False, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class ThresholdedReLU(Layer):
    def __init__(self, theta=1.0, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class Identity(Layer): ...

@keeps_time
@keeps_batch
class Dropout(Layer):
    def __init__(self, rate, noise_shape=None, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class AlphaDropout(Layer):
    def __init__(self, rate, noise_shape=None, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class GaussianDropout(Layer):
    def __init__(self, rate, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class GaussianNoise(Layer):
    def __init__(self, stddev, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class SpatialDropout1D(Layer):
    def __init__(self, rate, *, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class SpatialDropout2D(Layer):
    def __init__(self, rate, data_format=None, *, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class SpatialDropout3D(Layer):
    def __init__(self, rate, data_format=None, *, seed=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class ActivityRegularization(Layer):
    def __init__(
        self, l1=0.0, l2=0.0, *, input_dim=None, input_shape=None, batch_input_shape=None, batch_size=None,
        weights=None, autocast=True, implementation=..., trainable=True, name=None, dtype=None, dynamic=False,
    ): ...

@keeps_time
@keeps_batch
class BatchNormalization(Layer):
    def __init__(
        self, axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
        synchronized=False, *, renorm=..., virtual_batch_size=..., fused=..., adjustment=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class LayerNormalization(Layer):
    def __init__(
        self, axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
        gamma_constraint=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class GroupNormalization(Layer):
    def __init__(
        self, groups=32, axis=-1, epsilon=0.001, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", beta_regularizer=None, gamma_regularizer=None, beta_constraint=None,
        gamma_constraint=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_time
@keeps_batch
class UnitNormalization(Layer):
    def __init__(self, axis=-1, **kwargs: Unpack[_LayerKeywords]): ...

@drops_time
@keeps_batch
class Flatten(Layer):
    def __init__(self, data_format=None, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_batch
class Reshape(Layer):
    def __init__(self, target_shape, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_batch
class Permute(Layer):
    def __init__(self, dims, **kwargs: Unpack[_LayerKeywords]): ...

@changes_time
@keeps_batch
class RepeatVector(Layer):
    def __init__(self, n, **kwargs: Unpack[_LayerKeywords]): ...
