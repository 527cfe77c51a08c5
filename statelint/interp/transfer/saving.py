"""What writes a model to files or converts it, and leaves its states as they are."""

from __future__ import annotations

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, InstanceRecord, Library
from statelint.interp.transfer import Transfer
from statelint.values import NONE, Known, Reason, Value

_WRITERS = (
    "tensorflow.saved_model.save",
    "tensorflow.lite.TFLiteConverter.from_keras_model",
    "tensorflow.compat.v1.lite.TFLiteConverter.from_keras_model_file",
    "tensorflowjs.converters.save_keras_model",
    "mlflow.keras.log_model",
    "mlflow.keras.save_model",
    "mlflow.tensorflow.log_model",
    "mlflow.tensorflow.save_model",
    "coremltools.convert",
    "coremltools.converters.keras.convert",
    "keras2onnx.convert_keras",
    "tf2onnx.convert.from_keras",
)

_CHECKPOINTS = ("tensorflow.train.Checkpoint", "tensorflow.train.CheckpointManager")
_READING = frozenset(["read", "restore", "restore_or_initialize", "sync"])


def _write(machine: Machine, name: str, arguments: Arguments) -> Value:
    return machine.unknown(Reason.LIBRARY_CALL)


def _checkpoint(machine: Machine, name: str, arguments: Arguments) -> Value:
    if arguments.open:
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    kept = {f"_{k}": argument.value for k, argument in enumerate(arguments.positional)}
    kept.update((key, argument.value) for key, argument in arguments.keywords.items())
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, kept))


def checkpoint_method(machine: Machine, receiver: Value, name: str, arguments: Arguments) -> Value:
    """A method of a checkpoint: the variables that it may put back include the states."""
    if name not in _READING:
        return machine.unknown(Reason.LIBRARY_CALL)
    machine.escape(arguments.site, Reason.LIBRARY_CALL, receiver, keeps=False)
    return machine.unknown(Reason.LIBRARY_CALL)


def _own_hook(machine: Machine, name: str, arguments: Arguments) -> Value:
    return NONE


TRANSFERS: dict[str, Transfer] = {
    **dict.fromkeys(_WRITERS, _write),
    **dict.fromkeys(_CHECKPOINTS, _checkpoint),
    **{
        f"keras.callbacks.Callback.on_{of}{kind}_{at}": _own_hook
        for of in ("", "train_", "test_", "predict_")
        for kind in ("epoch", "batch", "train", "test", "predict")
        for at in ("begin", "end")
    },
}
METHODS = dict.fromkeys(_CHECKPOINTS, checkpoint_method)
