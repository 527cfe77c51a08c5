"""Training whose batches don't continue each other, so that nothing continues the last one."""

from __future__ import annotations

from statelint.rules.cadence import cadence_of
from statelint.rules.shuffled_batches import shuffles
from statelint.rules.shuffled_dataset import dataset_shuffle
from statelint.rules.shuffled_split import rows_shuffle
from statelint.trace.queries import repeats
from statelint.trace.story import Feed, Story
from statelint.values import Ternary


def is_torn(story: Story, train: Feed) -> bool:
    """Whether no batch of the training continues the one before, so that the rows behind don't either."""
    if rows_shuffle(train) or dataset_shuffle(train):
        return True
    if shuffles(story, train.call) and all(repeats(p.loop) is not Ternary.NO for p in train.context.passes):
        return True
    found = cadence_of(train, None)
    return found is not None and found.rows > 1 and found.gap != 0
