"""Training whose batches don't continue each other, so that no data continue the last one."""

from __future__ import annotations

from functools import lru_cache

from statelint.rules.cadence import Cadence, cadence_of
from statelint.rules.orders import continued
from statelint.rules.shuffled_batches import shuffles
from statelint.rules.shuffled_dataset import dataset_shuffle
from statelint.rules.shuffled_split import rows_shuffle
from statelint.sites import Site
from statelint.trace.story import Feed, Story


def is_shuffled(story: Story, train: Feed) -> bool:
    """Whether a training goes over its data in random order."""
    return shuffles(story, train.call) or are_rows_shuffled(train)


def are_rows_shuffled(train: Feed) -> bool:
    """Whether the program itself put the rows of a training into random order."""
    return bool(rows_shuffle(train) or dataset_shuffle(train))


def is_torn(story: Story, train: Feed) -> bool:
    """Whether no window of the training continues the one before, so that the rows behind don't either."""
    return _are_rows_torn(cadence_of(train, None)) or (train.site, train.model.id) in _torn_by_hand(story)


@lru_cache(maxsize=64)
def _torn_by_hand(story: Story) -> frozenset[tuple[Site, int]]:
    """The calls that the program's loop trains with, batch by batch, and their models, where that is so."""
    return frozenset(
        (feed.site, feed.model.id)
        for feed, earlier in continued(story)
        if earlier is not None and feed.phase == "train" and _are_rows_torn(cadence_of(feed, earlier))
    )


def _are_rows_torn(found: Cadence | None) -> bool:
    return found is not None and found.rows > 1 and found.is_torn
