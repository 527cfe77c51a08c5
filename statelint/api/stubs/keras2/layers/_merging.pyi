from typing import Unpack

from ._base import Layer, _LayerKeywords

@merge
@keeps_time
@keeps_batch
class Add(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Subtract(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Multiply(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Average(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Maximum(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Minimum(Layer):
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_batch
class Concatenate(Layer):
    def __init__(self, axis=-1, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_batch
class Dot(Layer):
    def __init__(self, axes, normalize=False, **kwargs: Unpack[_LayerKeywords]): ...

@merge
@keeps_time
@keeps_batch
class Attention(Layer):
    def __init__(self, use_scale=False, score_mode="dot", *, seed=None, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(
        self, inputs, mask=None, training=None, return_attention_scores=False, use_causal_mask=False,
    ): ...
    def call(
        self, inputs, mask=None, training=None, return_attention_scores=False, use_causal_mask=False,
    ): ...

@merge
@keeps_time
@keeps_batch
class AdditiveAttention(Layer):
    def __init__(self, use_scale=True, *, seed=None, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(
        self, inputs, mask=None, training=None, return_attention_scores=False, use_causal_mask=False,
    ): ...
    def call(
        self, inputs, mask=None, training=None, return_attention_scores=False, use_causal_mask=False,
    ): ...

@keeps_time
@keeps_batch
class MultiHeadAttention(Layer):
    def __init__(
        self, num_heads, key_dim, value_dim=None, dropout=0.0, use_bias=True, output_shape=None,
        attention_axes=None, kernel_initializer="glorot_uniform", bias_initializer="zeros",
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, softmax_robust_masking=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(
        self, query, value, key=None, attention_mask=None, return_attention_scores=False, training=None,
        use_causal_mask=False,
    ): ...
    def call(
        self, query, value, key=None, attention_mask=None, return_attention_scores=False, training=None,
        use_causal_mask=False,
    ): ...

@merge
def add(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def subtract(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def multiply(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def average(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def maximum(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def minimum(inputs, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def concatenate(inputs, axis=-1, **kwargs: Unpack[_LayerKeywords]): ...

@merge
def dot(inputs, axes, normalize=False, **kwargs: Unpack[_LayerKeywords]): ...
