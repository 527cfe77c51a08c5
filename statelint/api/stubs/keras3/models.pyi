from . import Model as Model, Sequential as Sequential

class Functional(Model):
    def __init__(self, inputs, outputs, name=None, *, trainable=True): ...

@pure
def load_model(filepath, custom_objects=None, compile=True, safe_mode=True): ...

@pure
def save_model(model, filepath, overwrite=True, zipped=None, **kwargs): ...

@pure
def clone_model(
    model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs,
): ...

@pure
def model_from_json(json_string, custom_objects=None): ...
