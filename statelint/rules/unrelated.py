"""Data of which the program tells nothing, behind other data that they have nothing in common with.

A single series may be parted into files, and go on in the second one: so it isn't known whether the state
that the first one leaves is right for the second.  Where a batch has several rows, each of them would have to
go on in the same row of the other data: lanes that were cut for it, of which a program tells.
"""

from __future__ import annotations

from collections.abc import Hashable

from statelint.rules.relation import rows_of
from statelint.trace.keys import parts
from statelint.trace.objects import Data
from statelint.trace.story import Feed, Story

UNRELATED = ("no row of these data goes on where the same row of the data before ends",)

# What says which rows of data are taken, and in which form.
_PLACES = frozenset(["int", "float", "str", "bool", "NoneType", "Slice", "Tuple"])
# What the program makes itself: of what, the identity doesn't tell.
_OWN = frozenset(["Ref", "tensor", "Tensor", "generator", "widened", "filled", "blank", "maybe given"])


def are_unrelated(story: Story, train: Feed, other: Feed) -> bool:
    """Whether batches of several rows follow a training, and nothing relates the two data."""
    size = other.model.batch_size
    if size is None or size == 1 or _walks(story, train):
        return False
    before = [train.data]
    if train.call.validation is not None and other.call.id != train.call.id:
        # What the validation has left.
        before.append(train.call.validation)
    if any(_are_told(data, size) for data in (*before, other.data)):
        return False
    theirs = _sources(other.data)
    known = [_sources(data) for data in before]
    return theirs is not None and all(mine is not None and not mine & theirs for mine in known)


def _walks(story: Story, train: Feed) -> bool:
    """Whether the training has other data in each pass of a loop, so that it may walk along a series, with
    what is inferred in between.
    """
    return any(
        feed.site == train.site and feed.data.key != train.data.key and feed.model.id == train.model.id
        for _, feed in story.feeds("train")
    )


def _are_told(data: Data, size: int) -> bool:
    """Whether the program tells how the batches continue each other, or a single batch is all there is."""
    rows = rows_of(data)
    is_one_batch = rows is not None and rows.samples == size
    return is_one_batch or bool(data.batches) or data.windows is not None


def _sources(data: Data) -> frozenset[Hashable] | None:
    """The files, calls and arrays of which data are made; None where the program makes them itself."""
    found = [part for key in (data.key, *data.kept.values()) for part in parts(key)]
    named = {part for part in found if isinstance(part[0], str)}
    if any(part[0] in _OWN for part in named):
        return None
    return frozenset(part for part in named if part[0] not in _PLACES)
