"""Which files that can't be parsed are reported: those that are about stateful RNNs."""

from __future__ import annotations

import pytest

from statelint.engine import check_source


def is_reported(line: str) -> bool:
    checked = check_source("broken.py", f"import keras\n{line}\nprint('half'\n".encode())
    return [finding.code for finding in checked.findings] == ["SRN001"]


@pytest.mark.parametrize(
    "line",
    [
        "layer = keras.layers.LSTM(4, stateful=True)",
        "model.reset_states()",
        "self.model.reset_states()",
        "model.layers[0].reset_state()",
        "get_model().reset_states()",
    ],
)
def test_a_broken_program_with_states_is_reported(line: str) -> None:
    assert is_reported(line)


@pytest.mark.parametrize(
    "line", ["train_loss.reset_states()", "self.val_accuracy.reset_state()", "layer = keras.layers.LSTM(4)"]
)
def test_metrics_have_states_of_their_own(line: str) -> None:
    assert not is_reported(line)


MIXED = """\
import keras
def make(deep):
    memory = keras.layers.LSTM(4, stateful=True)
    if deep:
\t    memory = keras.layers.GRU(4, stateful=True)
    return keras.Sequential([keras.Input((3, 1)), memory])
make(True)
"""


def test_tabs_beside_spaces_are_read_where_python_reads_them() -> None:
    compile(MIXED, "mixed.py", "exec")
    findings = check_source("mixed.py", MIXED.encode()).findings
    assert [(finding.code, finding.site.line) for finding in findings] == [("SRN101", 5)]
    # What is followed isn't quite what stands there.
    assert findings[0].fix is None


def test_tabs_that_python_refuses_are_not_read() -> None:
    refused = MIXED.replace("\t    memory", "\tmemory").replace("    return", "\treturn")
    with pytest.raises(TabError):
        compile(refused, "refused.py", "exec")
    assert [finding.code for finding in check_source("refused.py", refused.encode()).findings] == ["SRN001"]
