from typing import Any, Unpack

from ._base import Layer, _LayerKeywords

@recurrent
@keeps_batch
class RNN(Layer):
    def __init__(
        self, cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False,
        unroll=False, time_major=False, *, input_length=None, zero_output_for_mask=False,
        **kwargs: Unpack[_LayerKeywords],
    ): ...
    stateful: bool
    states: Any
    cell: Any
    def reset_states(self, states=None): ...
    def __call__(self, inputs, initial_state=None, constants=None, *, mask=None, training=None): ...
    def call(self, inputs, mask=None, training=None, initial_state=None, constants=None): ...
    @pure
    def get_initial_state(self, inputs): ...

class LSTM(RNN):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        dropout=0.0, recurrent_dropout=0.0, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, time_major=False, unroll=False, *, input_length=None, zero_output_for_mask=False,
        enable_caching_device=..., return_runtime=False, seed=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

class GRU(RNN):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, return_sequences=False, return_state=False, go_backwards=False, stateful=False,
        unroll=False, time_major=False, reset_after=True, *, input_length=None, zero_output_for_mask=False,
        enable_caching_device=..., return_runtime=False, seed=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

class SimpleRNN(RNN):
    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False, *,
        input_length=None, time_major=False, zero_output_for_mask=False, enable_caching_device=...,
        **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

class CuDNNLSTM(RNN):
    def __init__(
        self, units, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None,
        bias_regularizer=None, activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, return_sequences=False, return_state=False, go_backwards=False, stateful=False,
        *, time_major=False, **kwargs: Unpack[_LayerKeywords],
    ): ...

class CuDNNGRU(RNN):
    def __init__(
        self, units, kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal",
        bias_initializer="zeros", kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, *, time_major=False,
        **kwargs: Unpack[_LayerKeywords],
    ): ...

class ConvLSTM1D(RNN):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        activation="tanh", recurrent_activation="hard_sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, dropout=0.0,
        recurrent_dropout=0.0, *, input_length=None, time_major=False, zero_output_for_mask=False,
        unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

class ConvLSTM2D(RNN):
    def __init__(
        self, filters, kernel_size, strides=(1, 1), padding="valid", data_format=None, dilation_rate=(1, 1),
        activation="tanh", recurrent_activation="hard_sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, dropout=0.0,
        recurrent_dropout=0.0, *, input_length=None, time_major=False, zero_output_for_mask=False,
        unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

class ConvLSTM3D(RNN):
    def __init__(
        self, filters, kernel_size, strides=(1, 1, 1), padding="valid", data_format=None,
        dilation_rate=(1, 1, 1), activation="tanh", recurrent_activation="hard_sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, dropout=0.0,
        recurrent_dropout=0.0, *, input_length=None, time_major=False, zero_output_for_mask=False,
        unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def call(self, inputs, mask=None, training=None, initial_state=None): ...

@cell
class AbstractRNNCell(Layer): ...

@cell
@keeps_batch
class LSTMCell(Layer):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, *, enable_caching_device=..., seed=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, inputs, states, training=None): ...
    def call(self, inputs, states, training=None): ...

@cell
@keeps_batch
class GRUCell(Layer):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, reset_after=True,
        *, enable_caching_device=..., seed=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, inputs, states, training=None): ...
    def call(self, inputs, states, training=None): ...

@cell
@keeps_batch
class SimpleRNNCell(Layer):
    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, *, enable_caching_device=..., seed=None,
        **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, inputs, states, training=None): ...
    def call(self, inputs, states, training=None): ...

@cell
@keeps_batch
class StackedRNNCells(Layer):
    def __init__(self, cells, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(self, inputs, states, constants=None, training=None, **kwargs): ...
    def call(self, inputs, states, constants=None, training=None, **kwargs): ...

@wrapper
class Wrapper(Layer):
    def __init__(self, layer, **kwargs: Unpack[_LayerKeywords]): ...

@wrapper
@keeps_batch
class Bidirectional(Wrapper):
    def __init__(
        self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    stateful: bool
    def reset_states(self, states=None): ...
    def __call__(self, inputs, initial_state=None, constants=None, *, mask=None, training=None): ...
    def call(self, inputs, training=None, mask=None, initial_state=None, constants=None): ...

@wrapper
@keeps_time
@keeps_batch
class TimeDistributed(Wrapper):
    def __init__(self, layer, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(self, inputs, training=None, mask=None): ...
    def call(self, inputs, training=None, mask=None): ...

@wrapper
@keeps_batch
class SpectralNormalization(Wrapper):
    def __init__(self, layer, power_iterations=1, **kwargs: Unpack[_LayerKeywords]): ...
