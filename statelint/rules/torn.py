"""Training whose batches don't continue each other, so that no data continue the last one."""

from __future__ import annotations

from statelint.rules.cadence import cadence_of
from statelint.rules.shuffled_batches import shuffles
from statelint.rules.shuffled_dataset import dataset_shuffle
from statelint.rules.shuffled_split import rows_shuffle
from statelint.trace.story import Feed, Story


def is_shuffled(story: Story, train: Feed) -> bool:
    """Whether a training goes over its data in random order."""
    return shuffles(story, train.call) or are_rows_shuffled(train)


def are_rows_shuffled(train: Feed) -> bool:
    """Whether the program itself put the rows of a training into random order."""
    return bool(rows_shuffle(train) or dataset_shuffle(train))


def is_torn(train: Feed) -> bool:
    """Whether no window of the training continues the one before, so that the rows behind don't either."""
    found = cadence_of(train, None)
    return found is not None and found.rows > 1 and found.is_torn
