"""Callbacks of other libraries that report how training goes, and leave the states of RNNs alone."""

from __future__ import annotations

from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, InstanceRecord, Library
from statelint.interp.transfer import Transfer
from statelint.values import Known, Reason, Value

REPORTERS = frozenset(
    [
        "livelossplot.PlotLossesKeras",
        "livelossplot.PlotLossesKerasTF",
        "livelossplot.keras.PlotLossesCallback",
        "livelossplot.tf_keras.PlotLossesCallback",
        "livelossplot.inputs.keras.PlotLossesCallback",
        "livelossplot.inputs.tf_keras.PlotLossesCallback",
        "tqdm.keras.TqdmCallback",
        "keras_tqdm.TQDMCallback",
        "keras_tqdm.TQDMNotebookCallback",
        "tensorflow_addons.callbacks.TQDMProgressBar",
        "tensorflow_docs.modeling.EpochDots",
        "tensorboard.plugins.hparams.api.KerasCallback",
        "wandb.keras.WandbMetricsLogger",
        "wandb.keras.WandbModelCheckpoint",
        "wandb.integration.keras.WandbMetricsLogger",
        "wandb.integration.keras.WandbModelCheckpoint",
        "mlflow.keras.MlflowCallback",
        "mlflow.tensorflow.MlflowCallback",
        "neptunecontrib.monitoring.keras.NeptuneMonitor",
        "neptune.integrations.tensorflow_keras.NeptuneCallback",
        "dvclive.keras.DVCLiveCallback",
        "dvclive.keras.DvcLiveCallback",
        "optuna.integration.KerasPruningCallback",
        "optuna.integration.TFKerasPruningCallback",
        "optuna_integration.KerasPruningCallback",
        "optuna_integration.TFKerasPruningCallback",
        "ray.tune.integration.keras.TuneReportCallback",
        "keras_contrib.callbacks.CyclicLR",
        # It predicts only where it is told of which kind the inputs are.
        "wandb.keras.WandbCallback",
        "wandb.integration.keras.WandbCallback",
    ]
)
_PREDICTING = frozenset(
    ["data_type", "input_type", "output_type", "generator", "training_data", "validation_data", "predictions"]
)


def _reporter(machine: Machine, name: str, arguments: Arguments) -> Value:
    if arguments.open or _PREDICTING & set(arguments.keywords):
        machine.escape(arguments.site, Reason.LIBRARY_CALL, *arguments.values())
        return machine.unknown(Reason.LIBRARY_CALL)
    return machine.allocate(InstanceRecord(Known(Library(name)), arguments.site, {}))


TRANSFERS: dict[str, Transfer] = dict.fromkeys(REPORTERS, _reporter)
