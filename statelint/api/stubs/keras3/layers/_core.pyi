from typing import Unpack

from ._base import Layer, _LayerKeywords

@keeps_time
@keeps_batch
class Dense(Layer):
    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, bias_constraint=None, lora_rank=None, lora_alpha=None,
        quantization_config=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class EinsumDense(Layer):
    def __init__(
        self, equation, output_shape, activation=None, bias_axes=None, kernel_initializer="glorot_uniform",
        bias_initializer="zeros", kernel_regularizer=None, bias_regularizer=None, kernel_constraint=None,
        bias_constraint=None, lora_rank=None, lora_alpha=None, gptq_unpacked_column_size=None,
        quantization_config=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@adds_axis
@keeps_batch
class Embedding(Layer):
    def __init__(
        self, input_dim, output_dim, embeddings_initializer="uniform", embeddings_regularizer=None,
        embeddings_constraint=None, mask_zero=False, weights=None, lora_rank=None, lora_alpha=None,
        quantization_config=None, *, input_length=None, **kwargs: Unpack[_LayerKeywords],
    ): ...

@keeps_batch
class ReversibleEmbedding(Layer):
    def __init__(
        self, input_dim, output_dim, tie_weights=True, embeddings_initializer="uniform",
        embeddings_regularizer=None, embeddings_constraint=None, mask_zero=False, reverse_dtype=None,
        logit_soft_cap=None, *, input_length=None, weights=None, **kwargs: Unpack[_LayerKeywords],
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
    def __init__(self, negative_slope=0.3, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class PReLU(Layer):
    def __init__(
        self, alpha_initializer="Zeros", alpha_regularizer=None, alpha_constraint=None, shared_axes=None,
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
    def __init__(self, axis=-1, **kwargs: Unpack[_LayerKeywords]): ...

@keeps_time
@keeps_batch
class Identity(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

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
    def __init__(self, rate, seed=None, name=None, dtype=None): ...

@keeps_time
@keeps_batch
class SpatialDropout2D(Layer):
    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None): ...

@keeps_time
@keeps_batch
class SpatialDropout3D(Layer):
    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None): ...

@keeps_time
@keeps_batch
class ActivityRegularization(Layer):
    def __init__(
        self, l1=0.0, l2=0.0, *, input_dim=None, input_shape=None, autocast=True, trainable=True, name=None,
        dtype=None,
    ): ...

@keeps_time
@keeps_batch
class BatchNormalization(Layer):
    def __init__(
        self, axis=-1, momentum=0.99, epsilon=0.001, center=True, scale=True, beta_initializer="zeros",
        gamma_initializer="ones", moving_mean_initializer="zeros", moving_variance_initializer="ones",
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None,
        renorm=False, renorm_clipping=None, renorm_momentum=0.99, synchronized=False,
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
class RMSNormalization(Layer):
    def __init__(self, axis=-1, epsilon=1e-06, **kwargs: Unpack[_LayerKeywords]): ...

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

class TFSMLayer(Layer):
    def __init__(
        self, filepath, call_endpoint="serve", call_training_endpoint=None, trainable=True, name=None,
        dtype=None,
    ): ...

class JaxLayer(Layer):
    def __init__(
        self, call_fn, init_fn=None, params=None, state=None, seed=None, native_serialization_platforms=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

class FlaxLayer(Layer):
    def __init__(self, module, method=None, variables=None, **kwargs: Unpack[_LayerKeywords]): ...

class TorchModuleWrapper(Layer):
    def __init__(self, module, name=None, output_shape=None, **kwargs: Unpack[_LayerKeywords]): ...

# Under tf.keras alone.
@keeps_time
@keeps_batch
class ThresholdedReLU(Layer):
    def __init__(self, theta=1.0, **kwargs: Unpack[_LayerKeywords]): ...
