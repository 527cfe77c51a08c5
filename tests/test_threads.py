"""Texts in which people ask and answer: code without fences, cut off, misspelt, and gone on with later."""

from __future__ import annotations

import pytest

from statelint.engine import check_source
from statelint.source.loose import respelled, runs
from statelint.source.mending import mended
from statelint.target import told

HEAD = "someone · description · 2017-05-04\n"
MODEL = """\
model = Sequential()
model.add(LSTM(4, batch_input_shape=(2, 3, 1), stateful=True))
model.compile("sgd", "mse")
"""
FIT = "model.fit(x, y, batch_size=2, epochs=3, shuffle=False)\n"


def found(text: str) -> list[str]:
    """What is found, as "line code"."""
    checked = check_source("a.md", f"# Keras\n\n{text}".encode())
    assert not checked.failures, checked.failures[0].error
    return [f"{finding.site.line - 2} {finding.code}" for finding in checked.findings]


def test_code_without_a_fence_may_have_blank_lines_comments_and_loops() -> None:
    loop = "for epoch in range(5):\n    model.train_on_batch(x, y)\n"
    text = f"{HEAD}This is it:\n{MODEL}\n# Train\n\n{loop}\nWhy?\n"
    assert found(text) == ["10 SRN301"]
    assert found(text.replace("    model.train", "    print(epoch)\n\n    model.train")) == ["12 SRN301"]


def test_what_is_said_between_statements_is_none() -> None:
    text = f"{HEAD}{MODEL}\nfor example this:\n    model.train_on_batch(x, y)\n\nand print it\n"
    assert found(text) == []


def test_code_in_marks_of_its_own_lines_is_read() -> None:
    lines = "".join(f"`{line}`\n" for line in f"{MODEL}{FIT}".splitlines())
    assert found(f"{HEAD}My model:\n{lines}It fails.\n") == ["6 SRN301"]
    assert found(f"{HEAD}My model:\n`{MODEL}{FIT.strip()}`\nIt fails.\n") == ["6 SRN301"]
    bold = MODEL.replace("stateful=True", "**stateful=True**")
    assert found(f"{HEAD}My model:\n{bold}{FIT}\nIt fails.\n") == ["6 SRN301"]


def test_a_single_line_among_words_is_a_change_that_they_speak_of() -> None:
    change = "`model.add(LSTM(4, stateful=True))`"
    assert found(f"{HEAD}\n```\n{MODEL}```\nI tried\n\n{change}\n\ninstead.\n") == []


def test_a_layer_over_several_lines_shows_what_an_untagged_block_is() -> None:
    model = MODEL.replace("LSTM(4, batch", "LSTM(4,\n    batch").replace(", stateful", ",\n    stateful")
    assert found(f"{HEAD}\n```\n{model}{FIT}```\n") == ["9 SRN301"]
    assert found(f"{HEAD}\n```shell\n{model}{FIT}```\n") == ["9 SRN301"]
    assert found(f"{HEAD}\n```diff\n{model}{FIT}```\n") == []


def test_a_later_block_goes_on_with_the_model_and_an_earlier_one_has_its_data() -> None:
    data = "x, y = np.zeros((5, 3, 1)), np.zeros((5, 4))"
    comment = f"other · comment · 2017-05-05\n```\n{FIT}```\n"
    text = f"{HEAD}\n```\n{data}\n```\nModel:\n```\n{MODEL}```\n{comment}"
    assert found(text) == ["14 SRN204", "14 SRN301"]
    # Output, quotations and other models aren't its program.
    assert found(text.replace(f"```\n{FIT}```", f"> ```\n> {FIT}> ```")) == []
    assert found(text.replace("model.fit", "net.fit")) == []
    assert found(text.replace(FIT, f"Epoch 1/3\n{FIT}")) == []


def test_imports_in_a_block_of_their_own_are_read() -> None:
    model = MODEL.replace("LSTM", "l.LSTM")
    text = f"{HEAD}\n```\nimport keras.layers as l\n```\n\n```\n{model}{FIT}```\n"
    assert found(text) == ["11 SRN301"]


def test_the_first_layer_of_a_model_that_nobody_makes() -> None:
    layer = "model.add(GRU(4, input_dim=1, input_length=5, stateful=True))"
    assert found(f"{HEAD}\n    {layer}\n") == ["3 SRN101"]
    assert found(f"{HEAD}\n    model = made()\n    {layer}\n") == []
    # It may be any layer.
    assert found(f"{HEAD}\n    model.add(GRU(4, stateful=True))\n") == []


def test_where_a_text_is_cut_off_nothing_is_known() -> None:
    assert found(f"{HEAD}\n```\n{MODEL}model.fit(x, y, batch_size=2,\n") == []
    # A reset may follow.
    loop = "for epoch in range(5):\n    model.train_on_batch(x, y)\n"
    assert found(f"{HEAD}\n```\n{MODEL}{loop}    loss = mean(\n") == []


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("f(g(1)\nh()", "f(g(1))\nh()"),
        ("x = 1\n y = 2\nz = 3", "x = 1\ny = 2\nz = 3"),
        ("`x = 1\ny = 2`", "x = 1\ny = 2"),
        ("y = (1, **x,** 2)\ng()", "y = (1,   x,   2)\ng()"),
        ("f(**options)", "f(**options)"),
        ("x = np.zeros(8, 3), dtype=int)", "x = np.zeros((8, 3), dtype=int)"),
        # More was to follow.
        ("f(1,\ng()", "f(1,\ng()"),
        ("f(g(1)", "f(g(1)"),
        # What belongs to the loop can't be told.
        ("for i in x:\nf(i)\n g(i)", "for i in x:\nf(i)\n g(i)"),
    ],
)
def test_what_is_plainly_meant_is_read_so(code: str, meant: str) -> None:
    assert respelled(code) == meant


def test_a_broken_line_in_a_loop_is_all_that_is_left_out() -> None:
    code = "for i in x:\n    f(i)\n    do something with it\n    g(i)\n"
    assert mended(code) == "for i in x:\n    f(i)\n    exec('do something with it')\n    g(i)\n"
    assert mended("for i in x:\nf(i)\n") is None


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("m = f([\n  A(1)  # one\n  B(2)\n])", "m = f([\n  A(1),  # one\n  B(2)\n])"),
        ("m.add(A(\nn=1,\nshape=(2, 3)\nk=4))", "m.add(A(\nn=1,\nshape=(2, 3),\nk=4))"),
        ("a =\n  f(1)", "a = \\\nf(1)"),
        ("a = b \\\n  # first\n  .c() \\ \n  .d()", "a = b \\\n\\\n  .c() \\\n  .d()"),
        ("# what was\n  said above\nf(1)", "# what was\n  #said above\nf(1)"),
        ("def f():\n\xa0 return “a”", 'def f():\n  return "a"'),
        ("x = f(“a”)\ny = 'it’s'", "x = f(\"a\")\ny = 'it’s'"),
        ("a = f(g(1)))  # one\nh(a)", "a = f(g(1))   # one\nh(a)"),
        ("f(\n  x[0]])", None),
        ("f(g(1)))\nh(x))", "f(g(1)) \nh(x) "),
        ("x = f(1) + 2)\ng()", "exec('x = f(1) + 2)')\ng()"),
        # Nothing says where the one ends and the other begins.
        ("m = [\n  a b\n  c]", None),
        ("f(x\n", None),
    ],
)
def test_slips_that_spoil_a_whole_block_are_mended(code: str, meant: str | None) -> None:
    assert mended(code) == meant


def test_what_was_printed_does_nothing_to_a_model() -> None:
    printed = (
        "Epoch 1/3\n4/4 [====>...] - loss: 0.25",
        "Layer (type)  Output Shape\n=====\nlstm (LSTM)  (2, 4)  96\nTotal params: 96",
        "array([0\\. , 1.5])\n['A'] -> B",
        "python train.py --epochs=3",
        ">Expected=0.0, Predicted=0.0\n>Expected=0.1, Predicted=0.1",
        "ValueError: Cannot feed value of shape (1, 1, 1) for Tensor 'input:0'",
    )
    fit = FIT.replace("epochs=3, ", "")
    again = "model.predict(x, batch_size=2)\n"
    for text in printed:
        blocks = "\n".join(f"```python\n{block}\n```\n" for block in (MODEL + fit, text, again))
        assert "SRN304" in " ".join(found(blocks)), text
    for text in ("then reset the states", "model = made(…", "from lost import x, …", "for all epochs:"):
        blocks = "\n".join(f"```python\n{block}\n```\n" for block in (MODEL + fit, text, again))
        assert "SRN304" not in " ".join(found(blocks)), text


def test_a_session_may_lack_the_prompts_of_lines_that_go_on() -> None:
    session = "".join(f">>> {line}\n" for line in MODEL.splitlines())
    fit = ">>> model.fit(x, y, epochs=3,\n  batch_size=2, shuffle=False)\nEpoch 1/3\n1\n>>> 2\n"
    assert "5 SRN301" in found(f"```python\n{session}{fit}```\n")


def test_a_body_that_comments_stand_for_is_all_that_is_not_known() -> None:
    assert (
        mended("def f(a):\n    # as before\n\nx = 1\n") == "exec('def f(a):\\n    # as before')\n\n\nx = 1\n"
    )
    inner = mended("class A:\n    def f(self):\n        # …\n\n    def g(self):\n        pass\n")
    assert inner is not None and "\n    exec('def f(self):')\n" in inner and "    def g(self):\n" in inner
    # These may be what the loop runs.
    assert mended("for i in x:\n# train\nf(i)\n") is None


def test_python_2_is_no_broken_python() -> None:
    assert mended('`print "a"\nx = 1`') == 'print "a"\nx = 1'


def test_rows_of_statements() -> None:
    lines = ["Here:", "x = 1", "", "# more", "", "@f", "def g():", "    return x", "so"]
    assert [(first, [line.text for line in run]) for first, run in runs(lines, 0, 9)] == [(1, lines[1:8])]


@pytest.mark.parametrize(
    ("text", "generations"),
    [
        ("Keras version: 2.2.4", (2,)),
        ("Keras 0.3.1 on Theano", (2,)),
        ("- **TensorFlow version (use command below)**: v2.7.0-rc1", (2,)),
        ("### TensorFlow version\n\ntf 2.18", (3,)),
        ("TensorFlow version: 2.17.0\nKeras version: 3.4.1", (3,)),
        ("Works in TF 2.10, not in TF 2.16", (2, 3)),
        ("Needs TensorFlow 2.10 or later", (2, 3)),
        ("In Keras 3 this fails", (3,)),
        ("In Keras 2 it ran, in Keras 3 it fails", (2, 3)),
        ("keras.layers.Dropout(0.5)", (2, 3)),
        ("a · description · 2017-05-04\nb · comment · 2019-01-01", (2,)),
        ("a · description · 2017-05-04\nb · comment · 2024-01-01", (2, 3)),
        ("---\ntitle: State\ndate: 2018-03-04\n---\n", (2,)),
        ("On 2018-03-04", (2, 3)),
        ("Using TensorFlow backend.", (2,)),
        ("Train on 320 samples, validate on 96 samples", (2,)),
        ("Train on 320 samples\nKeras 3.1.0", (3,)),
    ],
)
def test_the_generation_that_a_text_speaks_of(text: str, generations: tuple[int, ...]) -> None:
    assert told(text) == generations


def test_a_text_that_says_its_keras_is_judged_for_that() -> None:
    text = f"\n```python\nfrom keras.layers import LSTM\n{MODEL}model.reset_states()\n```\n"
    assert {code.split()[1] for code in found(text)} == {"SRN501", "SRN502"}
    assert found(f"{HEAD}{text}") == []
    assert {code.split()[1] for code in found(f"Keras 3.4.1\n{text}")} == {"SRN501", "SRN502"}


@pytest.mark.parametrize("fit", ["model.fit(x, y, batch_size=2", " model.fit(x, y, batch_size=2)"])
def test_what_is_misspelt_is_not_fixed(fit: str) -> None:
    def fixed(line: str) -> bool:
        text = f"# Keras\n\n```\n{MODEL}{line}\nprint(x)\n```\n"
        return (
            next(f for f in check_source("a.md", text.encode()).findings if f.code == "SRN201").fix
            is not None
        )

    assert fixed("model.fit(x, y, batch_size=2)")
    assert not fixed(fit)
