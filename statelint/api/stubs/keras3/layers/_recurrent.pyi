from typing import Any, Unpack

from ._base import Layer, _LayerKeywords

@recurrent
@keeps_batch
class RNN(Layer):
    def __init__(
        self, cell, return_sequences=False, return_state=False, go_backwards=False, stateful=False,
        unroll=False, zero_output_for_mask=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    stateful: bool
    states: Any
    cell: Any
    def reset_state(self): ...
    def reset_states(self): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...
    @pure
    def get_initial_state(self, batch_size): ...

class LSTM(RNN):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        activity_regularizer=None, kernel_constraint=None, recurrent_constraint=None, bias_constraint=None,
        dropout=0.0, recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False,
        go_backwards=False, stateful=False, unroll=False, use_cudnn="auto", *, implementation=...,
        zero_output_for_mask=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

class GRU(RNN):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, unroll=False, reset_after=True, use_cudnn="auto", *, implementation=...,
        zero_output_for_mask=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

class SimpleRNN(RNN):
    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0,
        return_sequences=False, return_state=False, go_backwards=False, stateful=False, unroll=False,
        seed=None, *, zero_output_for_mask=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

class ConvLSTM1D(RNN):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", unit_forget_bias=True,
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, *, zero_output_for_mask=False, unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

class ConvLSTM2D(RNN):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", unit_forget_bias=True,
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, *, zero_output_for_mask=False, unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

class ConvLSTM3D(RNN):
    def __init__(
        self, filters, kernel_size, strides=1, padding="valid", data_format=None, dilation_rate=1,
        activation="tanh", recurrent_activation="sigmoid", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", unit_forget_bias=True,
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, activity_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, seed=None, return_sequences=False, return_state=False, go_backwards=False,
        stateful=False, *, zero_output_for_mask=False, unroll=False, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=False): ...
    def call(self, sequences, initial_state=None, mask=None, training=False): ...

@cell
@keeps_batch
class LSTMCell(Layer):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        unit_forget_bias=True, kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None,
        kernel_constraint=None, recurrent_constraint=None, bias_constraint=None, dropout=0.0,
        recurrent_dropout=0.0, seed=None, *, implementation=..., **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, inputs, states, training=False): ...
    def call(self, inputs, states, training=False): ...

@cell
@keeps_batch
class GRUCell(Layer):
    def __init__(
        self, units, activation="tanh", recurrent_activation="sigmoid", use_bias=True,
        kernel_initializer="glorot_uniform", recurrent_initializer="orthogonal", bias_initializer="zeros",
        kernel_regularizer=None, recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None,
        recurrent_constraint=None, bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, reset_after=True,
        seed=None, *, implementation=..., **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, inputs, states, training=False): ...
    def call(self, inputs, states, training=False): ...

@cell
@keeps_batch
class SimpleRNNCell(Layer):
    def __init__(
        self, units, activation="tanh", use_bias=True, kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal", bias_initializer="zeros", kernel_regularizer=None,
        recurrent_regularizer=None, bias_regularizer=None, kernel_constraint=None, recurrent_constraint=None,
        bias_constraint=None, dropout=0.0, recurrent_dropout=0.0, seed=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    def __call__(self, sequence, states, training=False): ...
    def call(self, sequence, states, training=False): ...

@cell
@keeps_batch
class StackedRNNCells(Layer):
    def __init__(self, cells, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(self, inputs, states, training=False, **kwargs): ...
    def call(self, inputs, states, training=False, **kwargs): ...

@wrapper
class Wrapper(Layer):
    def __init__(self, layer, **kwargs: Unpack[_LayerKeywords]): ...

@wrapper
@keeps_batch
class Bidirectional(Layer):
    def __init__(
        self, layer, merge_mode="concat", weights=None, backward_layer=None, **kwargs: Unpack[_LayerKeywords],
    ): ...
    stateful: bool
    states: Any
    def reset_state(self): ...
    def reset_states(self): ...
    def __call__(self, sequences, initial_state=None, mask=None, training=None): ...
    def call(self, sequences, initial_state=None, mask=None, training=None): ...

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
