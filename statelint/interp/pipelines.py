"""What is known of a tf.data pipeline that is one of several, or made step by step in a loop."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from statelint.trace.objects import Dataset
from statelint.values import Choice, Reason, Value, unknown


def common(choice: Choice) -> Dataset | None:
    """What holds of a Dataset whichever of a few it is; None where one of them is none."""
    found = [option.value for option in choice.options if isinstance(option.value, Dataset)]
    return one_of(found, choice.key) if found and len(found) == len(choice.options) else None


def one_of(datasets: Sequence[Dataset], key: Hashable) -> Dataset:
    """What holds of all the Datasets, which are one behind the `key`."""
    first, *_ = datasets
    batches = [one.batch for one in datasets if one.batch is not None]
    batch = _same(batches) if batches else None
    return Dataset(
        key,
        first.parts if all(one.parts == first.parts for one in datasets) else (),
        _same([one.elements for one in datasets]),
        batch=batch if len(batches) in (0, len(datasets)) else unknown(Reason.BRANCHES),
        batch_site=first.batch_site,
        batched_by=first.batched_by if len({one.batched_by for one in datasets}) == 1 else "batch",
        drop_remainder=_same([one.drop_remainder for one in datasets]),
        repeats=_same([one.repeats for one in datasets]),
        shuffle_site=first.shuffle_site if all(one.shuffle_site for one in datasets) else None,
        rows_shuffled=first.rows_shuffled if all(one.rows_shuffled for one in datasets) else None,
        separate_site=first.separate_site if all(one.separate_site for one in datasets) else None,
        race_site=first.race_site if all(one.race_site for one in datasets) else None,
        windows=first.windows if all(one.windows == first.windows for one in datasets) else None,
        parallel_site=first.parallel_site if all(one.parallel_site for one in datasets) else None,
        unordered_site=first.unordered_site if all(one.unordered_site for one in datasets) else None,
        resets=tuple(dict.fromkeys(reset for one in datasets for reset in one.resets)),
        fuses=all(one.fuses for one in datasets),
    )


def _same(values: Sequence[Value]) -> Value:
    return values[0] if len({value.key for value in values}) == 1 else unknown(Reason.BRANCHES)
