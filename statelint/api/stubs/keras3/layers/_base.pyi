from typing import Any, TypedDict, Unpack

# What Layer.__init__ takes, and rejects all else ("Unrecognized keyword arguments").
class _LayerKeywords(TypedDict):
    activity_regularizer: Any = None
    trainable: Any = True
    dtype: Any = None
    autocast: Any = True
    name: Any = None
    input_dim: Any = None
    input_shape: Any = None

@layer
@unknown_shape
class Layer:
    def __init__(self, **kwargs: Unpack[_LayerKeywords]): ...
    def __call__(self, *args, **kwargs): ...
    def call(self, *args, **kwargs): ...
    def build(self, input_shape): ...
    @pure
    def add_loss(self, loss): ...
    @pure
    def add_metric(self, *args, **kwargs): ...
    @pure
    def add_variable(
        self, shape, initializer, dtype=None, trainable=True, autocast=True, regularizer=None,
        constraint=None, name=None,
    ): ...
    @pure
    def add_weight(
        self, *args, shape=None, initializer=None, dtype=None, trainable=True, autocast=True,
        regularizer=None, constraint=None, aggregation="none", overwrite_with_gradient=False, name=None,
    ): ...
    @pure
    def compute_mask(self, inputs, previous_mask): ...
    @pure
    def compute_output_shape(self, *args, **kwargs): ...
    @pure
    def compute_output_spec(self, *args, **kwargs): ...
    @pure
    def count_params(self): ...
    @classmethod
    @pure
    def from_config(cls, config): ...
    @pure
    def get_config(self): ...
    @pure
    def get_weights(self): ...
    @pure
    def save_own_variables(self, store): ...
    @pure
    def set_weights(self, weights): ...

@input_layer
@keeps_time
@keeps_batch
class InputLayer(Layer):
    # Any other keyword is ignored without a word.
    def __init__(
        self, shape=None, batch_size=None, dtype=None, sparse=None, ragged=None, batch_shape=None,
        input_tensor=None, optional=False, name=None, *, input_shape=None, batch_input_shape=None, **kwargs,
    ): ...

@pure
class InputSpec:
    def __init__(
        self, dtype=None, shape=None, ndim=None, max_ndim=None, min_ndim=None, axes=None,
        allow_last_axis_squeeze=False, name=None, optional=False,
    ): ...
