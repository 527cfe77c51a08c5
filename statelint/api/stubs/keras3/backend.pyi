# Functions on tensors and on the global configuration: none runs or resets a model.
from .utils import clear_session as clear_session

@pure
def __getattr__(name): ...
