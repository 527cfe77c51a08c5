"""Loops some of whose passes do nothing, or that end early: how many rows they make."""

from __future__ import annotations

import pytest

from statelint.trace.story import Feed
from tests.telling import trace_of

PROGRAM = """
import numpy as np, keras
series = np.load("series.npy")
model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x = []
{loop}
model.fit(np.array(x), y, batch_size=4)
"""


def fed(loop: str) -> tuple[int | None, int | None]:
    """How many rows are fed, and by how many steps they begin apart (None: not known)."""
    (feed,) = (
        e for e in trace_of(PROGRAM.format(loop=loop), head="").stories[0].events if isinstance(e, Feed)
    )
    array = feed.data.array
    if array is None:
        return None, None
    return array.samples, array.windows.stride if array.windows is not None else None


@pytest.mark.parametrize(
    ("loop", "rows"),
    [
        ("for i in range(1000):\n    if i < 60: continue\n    x.append(series[i - 60:i])", 940),
        ("for i in range(1000):\n    if i >= 60:\n        x.append(series[i - 60:i])", 940),
        ("for i in range(1000):\n    if i + 60 > 1000:\n        break\n    x.append(series[i:i + 60])", 941),
        ("for i in range(1000):\n    if i + 60 > 1000: continue\n    x.append(series[i:i + 60])", 941),
        (
            "for i in range(1000):\n    end = i + 60\n    if end > 1000 - 1:\n        break\n"
            "    x.append(series[i:end])",
            940,
        ),
        (
            "wave = np.sin(np.arange(500))\nfor i in range(len(wave)):\n    end = i + 60\n"
            "    if end > len(wave) - 1:\n        break\n    x.append(wave[i:end])",
            440,
        ),
        (
            "wave = np.zeros(500)\nfor i in range(0, wave.shape[0], 2):\n"
            "    if wave.shape[0] <= i + 60: break\n    x.append(wave[i:i + 60])",
            220,
        ),
        ("for i, row in enumerate(range(100)):\n    if i < 10: continue\n    x.append(series[i - 10:i])", 90),
        ("for i in range(len(series)):\n    if i < 60: continue\n    x.append(series[i - 60:i])", None),
        ("for i in range(1000):\n    if i < 60: continue", 0),
        # Parts of the data that are named before.
        ("for i in range(1000):\n    w = series[i:i + 60]\n    if i < 60: continue\n    x.append(w)", 940),
        (
            "for i in range(len(series)):\n    w = series[i:i + 60]\n    if i >= 60:\n        x.append(w)",
            None,
        ),
    ],
)
def test_the_items_that_a_test_leaves_out_are_not_gone_over(loop: str, rows: int | None) -> None:
    found, stride = fed(loop)
    assert found == rows
    assert stride == (None if rows == 0 else 2 if ", 2)" in loop else 1)


@pytest.mark.parametrize(
    ("test", "windows"),
    [("i == 5", True), ("i % 60 != 0", False), ("i in (400, 500)", True)],
)
def test_where_passes_between_are_left_the_number_of_rows_is_not_known(test: str, windows: bool) -> None:
    loop = "for i in range(1000):\n    if {}: continue\n    x.append(series[i:i + 60])"
    rows, stride = fed(loop.format(test))
    assert rows is None
    assert (stride is not None) is windows


@pytest.mark.parametrize(
    ("test", "step"), [("len(x) >= 320", ""), ("n >= 320", "n += 1"), ("i + n >= 320", "n += 1")]
)
def test_so_it_is_where_the_passes_themselves_bring_the_end_nearer(test: str, step: str) -> None:
    body = f"    if {test}:\n        break\n    x.append(series[i:i + 60])\n    {step}"
    loop = f"n = 0\nfor i in range(1000):\n{body}"
    assert fed(loop) == (None, 1)


def test_a_short_loop_is_followed_pass_by_pass() -> None:
    assert fed("for i in range(20):\n    if i % 3 != 0: continue\n    x.append(series[i:i + 3])")[0] == 7


@pytest.mark.parametrize(
    "body",
    [
        "if len(series[i:i + 60]) == 60:\n        x.append(series[i:i + 60])",
        "row = series[i:i + 60]\n    if len(row) < 60:\n        break\n    x.append(row)",
        "row = series[i:i + 60]\n    if len(row) == 60 and i + 60 < len(series):\n        x.append(row)",
        "if i + 60 <= series.shape[0]:\n        x.append(series[i:i + 60])",
        "if len(series) > i + 60:\n        x.append(series[i:i + 60])",
        "if i + 60 > len(series):\n        continue\n    x.append(series[i:i + 60])",
        "end = i + 60\n    if end >= series.shape[0]: continue\n    x.append(series[i:end])",
        "try:\n        x.append(series[i:i + 60])\n        series[i + 60]\n    except:\n        break",
        "try:\n        row = series[i:i + 60]\n    except Exception:\n        continue\n    x.append(row)",
    ],
)
def test_the_end_of_data_of_unknown_length(body: str) -> None:
    assert fed(f"for i in range(len(series)):\n    {body}") == (None, 1)


@pytest.mark.parametrize("handler", ["pass", "x.append(series[:60])", "x = []", "raise"])
def test_what_is_done_instead_is_not_left_out(handler: str) -> None:
    loop = "for i in range(len(series)):\n    try:\n        row = series[i:i + 60]\n"
    loop += f"    except Exception:\n        {handler}\n    x.append(row)"
    assert fed(loop)[1] == (1 if handler == "raise" else None)


@pytest.mark.parametrize("test", ["len(rows) > 1001", "1001 < len(rows)", "rows.shape[0] >= most"])
def test_how_long_data_are_is_no_place_of_the_loop(test: str) -> None:
    loop = "from elsewhere import names\nmost = 1001\nfor name in names:\n    rows = np.load(name)\n"
    loop += f"    if {test}:\n        rows = rows[:1001]\nx = rows"
    assert fed(loop)[0] is None
