"""SRN205: a Dataset, a Sequence or a hand-written loop ends with a short batch."""

from __future__ import annotations

from collections.abc import Iterator

from statelint.findings import Finding, Related, Severity, Verdict
from statelint.remedies import FullBatches, PassArgument, Remedy
from statelint.rules.base import Report, Rule
from statelint.rules.feeding import takes_all_steps
from statelint.rules.measured import calls_at, judge_batch_rows
from statelint.sites import Site
from statelint.trace.objects import Data
from statelint.trace.queries import is_stateful
from statelint.trace.recording import Recording
from statelint.trace.story import Call, Condition, Story, Trace
from statelint.values import Ternary, assumptions, is_, number

# How to get full batches only of what makes them.
_FULL = {
    "slice": "loop over the full batches only: `for i in range(len(x) // batch_size)`",
    "batch": "pass `drop_remainder=True` to batch()",
    "timeseries_dataset_from_array": "pass `batch_size=None`, and append `.batch(n, drop_remainder=True)`",
    "TimeseriesGenerator": "leave out steps at the end of the data, so that its windows fill their batches",
}


class PartialLastBatch(Rule):
    code = "SRN205"
    name = "partial-last-batch"
    severity = Severity.ERROR
    why = (
        "A stateful model can only take batches of the size that its states have; "
        "the short batch at the end fails after the others were trained on, or silently if it is a single "
        "row."
    )

    def check(self, trace: Trace) -> Iterator[Report]:
        for story in trace.stories:
            for call in story.calls():
                if not is_stateful(call.model) or call.model.batch_size is None:
                    continue
                size = call.model.batch_size
                if takes_all_steps(call):
                    for data in (call.data, call.validation):
                        if data is not None:
                            yield from self._check_dataset(trace, call, data, size)
                            yield from self._check_sequence(trace, call, data, size)
                if call.method.endswith("on_batch") or call.method == "call":
                    yield from self._check_slice(trace, story, call, size)

    def _check_dataset(self, trace: Trace, call: Call, data: Data, size: int) -> Iterator[Report]:
        dataset = data.dataset
        if (
            dataset is None
            or dataset.batch_site is None
            or is_(dataset.drop_remainder, False) is not Ternary.YES
        ):
            return
        samples = number(dataset.elements)
        if samples is None or number(dataset.batch) != size or samples % size == 0:
            return
        yield self._report(
            trace,
            call,
            dataset.batch_site,
            samples % size,
            size,
            f"{samples} samples in batches of {size} leave a last batch of {samples % size}, "
            f"but the model's batch is {size}",
            _FULL[dataset.batched_by],
            assumptions(dataset.elements, dataset.batch, call.model.batch),
            _drop_remainder(dataset.batch_site) if samples > size else None,
        )

    def _check_sequence(self, trace: Trace, call: Call, data: Data, size: int) -> Iterator[Report]:
        last = data.last
        rest = last.samples if last is not None else None
        # Where the other batches have another size too, that is SRN206.
        if last is None or rest is None or not 0 < rest < size or data.batch_rows not in (size, None):
            return
        yield self._report(
            trace,
            call,
            last.cut.site if last.cut is not None else call.site,
            rest,
            size,
            f"the last batch of the Sequence has {_rows(rest)}, but the model's batch is {size}",
            "let `__len__` count the full batches only: `len(self.x) // self.batch_size`",
            assumptions(*(last.shape or ())[:1], call.model.batch),
            None,
        )

    def _check_slice(self, trace: Trace, story: Story, call: Call, size: int) -> Iterator[Report]:
        array = call.data.array
        if array is None or array.cut is None or array.samples is None or not 0 < array.samples < size:
            return
        if any(_asks_for_pass(condition) for condition in call.context.when):
            # `if len(batch) == size:` may be there to leave the short one out.
            return
        full = any(
            other.site == call.site
            and other.data.samples == size
            and other.data.array is not None
            and other.data.array.cut is not None
            and other.data.array.cut.whole == array.cut.whole
            for other in story.calls()
        )
        if not full:
            return
        rest = array.samples
        by_hand = array.cut.by == "slice"
        yield self._report(
            trace,
            call,
            array.cut.site,
            rest,
            size,
            f"the last batch has {_rows(rest)}, but the model's batch is {size}",
            _FULL[array.cut.by],
            assumptions(*(array.shape or ())[:1], call.model.batch),
            FullBatches(array.cut.site) if by_hand else _drop_remainder(array.cut.site),
        )

    def _report(
        self,
        trace: Trace,
        call: Call,
        site: Site,
        rest: int,
        size: int,
        message: str,
        instead: str,
        assuming: tuple[str, ...],
        remedy: Remedy | None,
    ) -> Report:
        eager = call.method == "call"
        silent = rest == 1 and not eager
        if silent:
            happens = (
                f"raises nothing: the one row is spread over all {size} slots and their states are ruined"
            )
        elif eager and trace.keras == 3:
            happens = f"raises ValueError (expected batch size: {size}, received: {rest}) at that batch"
        elif eager:
            happens = f"raises ValueError (expected shape=({size}, …), found shape=({rest}, …)) at that batch"
        else:
            happens = (
                f"raises InvalidArgumentError (incompatible shapes: [{rest},…] vs. [{size},…]) at that "
                "batch, after the earlier ones went through"
            )
        return Report(
            site=site,
            message=message,
            happens=happens,
            severity=Severity.WARNING if silent else Severity.ERROR,
            instead=instead,
            assumptions=assuming,
            related=(Related(call.site, f"{call.method}() gets the short batch"),),
            remedy=remedy,
        )

    def judge(self, finding: Finding, recording: Recording) -> Verdict:
        calls = calls_at(recording, *(related.site for related in finding.related))
        return judge_batch_rows(recording, calls, one_row=finding.severity is Severity.WARNING)


def _asks_for_pass(condition: Condition) -> bool:
    """Whether a condition depends on the pass of a loop: its arms are followed in each."""
    match condition.id:
        case ("if", int()):
            return True
    return False


def _rows(count: int) -> str:
    return f"{count} row{'s' if count > 1 else ''}"


def _drop_remainder(site: Site) -> Remedy:
    return PassArgument(site, "drop_remainder", "True", callees=("batch", "padded_batch"))
