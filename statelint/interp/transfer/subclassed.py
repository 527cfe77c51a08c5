"""What Keras's own constructor makes of an instance of a program's model class."""

from __future__ import annotations

from dataclasses import replace

from statelint import api
from statelint.interp.attributes import class_attribute
from statelint.interp.machine import Machine
from statelint.interp.objects import Arguments, Class, ListRecord, ModelRecord
from statelint.interp.transfer import graphs, keras, signatures
from statelint.values import Known


def construct(machine: Machine, id_: int, arguments: Arguments) -> None:
    """`Model.__init__(inputs, outputs)` connects a graph, `Sequential.__init__(layers)` stacks layers."""
    record = machine.state.heap[id_]
    assert isinstance(record, ModelRecord)
    layers = arguments.get(0, "layers")
    if layers is not None and isinstance(machine.record(layers), ListRecord) and not _is_graph(arguments):
        keras.add_all(machine, id_, layers)
        return
    entry = signatures.described(machine, arguments, api.lookup, "keras.Model")
    if entry is None or not _is_graph(arguments) or _calls_itself(machine, record):
        return
    graph = graphs.connected(machine, signatures.bind(machine, entry, arguments), arguments)
    if graph.layers:
        others = tuple(layer for layer in record.layers if layer not in graph.layers)
        machine.state.heap[id_] = replace(
            graph,
            kind=record.kind,
            type=record.type,
            attributes=record.attributes,
            layers=(*graph.layers, *others),
        )


def _is_graph(arguments: Arguments) -> bool:
    """Whether inputs and outputs are given."""
    given = (arguments.get(0, "inputs"), arguments.get(1, "outputs"))
    return all(value is not None for value in given)


def _calls_itself(machine: Machine, record: ModelRecord) -> bool:
    """Whether the class says itself what a call does."""
    class_ = record.type.value if isinstance(record.type, Known) else None
    return not isinstance(class_, Class) or class_attribute(machine, class_, "call") is not None
