"""Markdown, MyST and Quarto texts: fenced blocks as stories, and where their findings stand."""

from __future__ import annotations

import textwrap
from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statelint.discover import discover
from statelint.engine import Checked, check_files, check_source
from statelint.source.document import open_document
from statelint.source.markdown import blocks_of, is_python
from statelint.source.needs import needed
from statelint.source.reading import parse

SETUP = """\
import keras
import numpy as np
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile("sgd", "mse")
x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))
"""
FIT = "model.fit(x, y, batch_size=2, epochs=3, shuffle=False)\n"


def fenced(*blocks: str, info: str = "python", fence: str = "```") -> str:
    return "\n".join(f"{fence}{info}\n{block.removesuffix(chr(10))}\n{fence}\n" for block in blocks)


def checked(text: str | bytes, name: str = "a.md") -> Checked:
    result = check_source(name, text if isinstance(text, bytes) else text.encode())
    assert not result.failures, result.failures[0].error
    return result


def found(text: str | bytes, name: str = "a.md") -> list[str]:
    """What is found, as "line:column code"."""
    return [f"{f.site.line}:{f.site.column} {f.code}" for f in checked(text, name).findings]


@pytest.mark.parametrize("name", ["a.md", "a.qmd", "a.markdown", "A.MD"])
def test_the_blocks_of_a_text_are_one_story(name: str) -> None:
    text = f"# Title\n\nWords.\n\n{fenced(SETUP)}\nMore words.\n\n{fenced(FIT)}"
    assert found(text, name) == ["16:1 SRN301"]


@pytest.mark.parametrize(
    ("info", "is_read"),
    [
        ("python", True),
        ("py", True),
        ("Python3", True),
        (" python ", True),
        ("ipython3", True),
        ('python title="train.py" hl_lines="1 2"', True),
        ("python {linenos=table}", True),
        ("python{1,3-4}", True),
        ("python:train.py", True),
        ("{python}", True),
        ("{python, echo=FALSE}", True),
        ("{python} ", True),
        ("{code-cell}", True),
        ("{code-cell} ipython3", True),
        ("{code-cell} python", True),
        ("{code-block} python", True),
        ("{.python .numberLines}", True),
        ("{#id .python}", True),
        ('{ .py title="a" }', True),
        ("", False),
        ("{r}", False),
        ("{r python}", False),
        ("{code-cell} julia", False),
        ("{code-block}", False),
        ("{note} python", False),
        ("{}", False),
        ("pythonic", False),
    ],
)
def test_what_a_fence_says(info: str, is_read: bool) -> None:
    assert is_python(info) == is_read
    # A fence that says nothing is judged by what stands in it.
    assert found(fenced(SETUP + FIT, info=info)) == ["7:1 SRN301"] * (is_read or not info)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (fenced(SETUP + FIT, fence="~~~"), "7:1"),
        (fenced(SETUP + FIT, fence="`````"), "7:1"),
        ("1. step\n\n" + indent(fenced(SETUP + FIT), "   "), "9:4"),
        ("- a\n  - b\n\n" + indent(fenced(SETUP + FIT), "    "), "10:5"),
        ("  ```python\n" + indent(SETUP + FIT, "  ") + "  ```\n", "7:3"),
        ("  ```python\n" + SETUP + FIT + "  ```\n", "7:1"),
        ("> Look:\n>\n" + indent(fenced(SETUP + FIT), "> "), "9:3"),
        ("---\ntitle: a\n---\n\n" + fenced(SETUP + FIT), "11:1"),
        (fenced(":tags: [hide]\n:name: a\n" + SETUP + FIT), "9:1"),
        (fenced("---\ntags: [hide]\n---\n" + SETUP + FIT), "10:1"),
        (fenced("#| echo: false\n#| label: a\n" + SETUP + FIT), "9:1"),
        (fenced("%matplotlib inline\n!pip install keras\n" + SETUP + "%time " + FIT), "9:7"),
        (fenced(indent(SETUP + FIT, ">>> ")), "7:5"),
        (fenced("\n" + SETUP + FIT)[: -len("```\n")], "8:1"),
        (fenced(SETUP + FIT).replace("\n", "\r\n"), "7:1"),
        ("\ufeff" + fenced(SETUP + FIT), "7:1"),
        ("ä🎉\n\n" + fenced(SETUP + "'ä🎉'; " + FIT), "9:7"),
    ],
)
def test_where_findings_stand(text: str, place: str) -> None:
    assert found(text) == [f"{place} SRN301"]


@pytest.mark.parametrize(
    "text",
    [
        "<!--\n" + fenced(SETUP + FIT) + "-->\n",
        "````markdown\n" + fenced(SETUP + FIT) + "````\n",
        "Use `LSTM(4, stateful=True)` and reset:\n" + FIT,
        "LSTM(4, stateful=True)\n\nThat is a layer.\n",
        fenced("$ python train.py\nstateful=True\n" + FIT, info=""),
        fenced("File model.py, line 3\n    model.add(LSTM(4, stateful=True))\nValueError: ndim", info=""),
        fenced("a b\nc d\ne f\ng h\n" + SETUP + FIT, info=""),
        "",
    ],
)
def test_what_is_no_block(text: str) -> None:
    assert found(text + "\nstateful\n") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (fenced(SETUP + FIT, info=""), "7:1"),
        (indent(SETUP + FIT, "    "), "6:5"),
        ("Words.\n\n" + indent(SETUP + FIT, "    ") + "\nWords.\n", "8:5"),
        ("Somebody, yesterday\n" + SETUP + FIT + "\nWhy is that?\n", "7:1"),
        ("Look:\n" + indent(SETUP + FIT, "  ") + "ValueError: no such thing\n", "7:3"),
    ],
)
def test_code_that_nothing_calls_python(text: str, place: str) -> None:
    assert found(text) == [f"{place} SRN301"]


def test_bytes_that_are_no_text() -> None:
    assert found(b"\xff\n\n" + fenced(SETUP + FIT).encode()) == ["9:1 SRN301"]


def test_fragments_are_skipped_and_counted() -> None:
    text = fenced(SETUP, "model.add(LSTM(4, stateful=True, ...\n", "x = …\n", FIT)
    result = checked(text)
    assert [f.site.line for f in result.findings] == [18]
    assert result.fragments == 2


@pytest.mark.parametrize(
    "broken",
    [
        "x = np.zeros(8, 3, 1), dtype=bool)\n",
        "print 'training'\n",
        "def show(n):\n    print n\n",
        "for i in range(3)\n    print(i)\n",
    ],
)
def test_a_broken_statement_spoils_no_other(broken: str) -> None:
    line = 7 + broken.count("\n")
    assert found(fenced(broken + SETUP + FIT)) == [f"{line}:1 SRN301"]
    assert found(fenced(SETUP + FIT + broken)) == ["7:1 SRN301"]


def test_what_a_broken_statement_binds_is_unknown() -> None:
    predict = "model.predict(x[:2], batch_size=2)\n"
    broken = "model = forget(model …\n"
    assert found(fenced(SETUP + FIT.replace("epochs=3, ", "") + broken + predict)) == []


def test_what_a_fragment_does_is_unknown() -> None:
    predict = "model.predict(x[:2], batch_size=2)\n"
    fit_once = FIT.replace("epochs=3, ", "")
    assert found(fenced(SETUP, fit_once, predict)) == ["14:1 SRN304"]
    assert found(fenced(SETUP, fit_once, "forget(model …\n", predict)) == []


# Stories

PREDICT = "model.predict(x[:3])\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # Nothing is bound again: the second heading goes on.
        (f"# A\n\n{fenced(SETUP)}\n# B\n\n{fenced(FIT)}", [14]),
        # Another model, of which nothing is known.
        (
            f"# A\n\n{fenced(SETUP)}\n# B\n\n{fenced('model = keras.Sequential()', FIT)}".replace(
                "()```", "()\n```"
            ),
            [],
        ),
        # Imports are kept, and repeating them binds nothing.
        (f"# A\n\n{fenced(SETUP)}\n## B\n\n{fenced('import numpy as np' + chr(10) + FIT)}", [15]),
        (f"# A\n\n{fenced(SETUP + FIT)}\n## B\n\n{fenced(SETUP.split('np' + chr(10))[1] + FIT)}", [9, 18]),
        # The model is needed, though its data are bound again.
        (f"# A\n\n{fenced(SETUP)}\n# B\n\n{fenced('x = x[:6]' + chr(10) + FIT)}", [15]),
        # Without a heading it is one story, however often a name is bound.
        (f"# A\n\n{fenced(SETUP)}\n{fenced('x = x[:6]' + chr(10) + FIT)}", [13]),
    ],
)
def test_where_a_story_ends(text: str, lines: list[int]) -> None:
    assert [f.site.line for f in checked(text).findings if f.code == "SRN301"] == lines


@pytest.mark.parametrize(
    ("second", "stories"),
    [
        ("model = 1", 2),
        ("a, x = 1, 2", 2),
        ("x: int = 1", 2),
        ("def x(): pass", 2),
        ("class x: pass", 2),
        ("if a:\n    x = 1", 2),
        ("with a:\n    x = 1", 2),
        ("import x", 1),
        ("x += 1", 1),
        ("x.a = 1", 1),
        ("for x in a: b = x", 1),
        ("z = x", 1),
        ("x = ", 1),
    ],
)
def test_what_binds_a_name_again(second: str, stories: int) -> None:
    first = "import a\nx = model = 1\n"
    text = f"{fenced(first)}\n# B\n\n{fenced(second)}".encode()
    assert len(parse(open_document("a.md", text), text).sources) == stories


def test_a_story_knows_the_imports_of_those_before() -> None:
    first = "from keras import layers\nimport keras\nm = 1\n"
    text = "\n# B\n\n".join(
        fenced(block) for block in (first, "m = 2\nimport numpy as np\n", "m = 3\n")
    ).encode()
    codes = [source.code for source in parse(open_document("a.md", text), text).sources]
    lines = ["from keras import layers", "import keras", "import numpy as np", "m = 3"]
    assert [line for line in codes[2].split("\n") if line] == lines


def test_imports_lead_to_modules_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("models.py").write_text(SETUP, encoding="utf-8")
    Path("README.md").write_text(fenced(f"from models import *\n{FIT}"), encoding="utf-8")
    assert [str(f.site) for f in check_files(discover(["."]).files).findings] == ["README.md:3:1"]


def test_blocks_know_their_sections() -> None:
    text = dedent(
        """\
        ```python
        a
        ```
        Title
        =====
        > # not a heading of the text

        ```python
        b
        ```
        ## Sub
        ### Deeper
        - ```python
          c
          ```
        """
    )
    assert [(b.text, b.line, b.section, b.shifts) for b in blocks_of(text)] == [
        ("a", 1, 0, {}),
        ("b", 8, 1, {}),
        ("c", 13, 3, {1: 2}),
    ]


@settings(max_examples=60, deadline=None)
@given(
    cuts=st.sets(st.sampled_from([1, 2, 3, 4, 5])),
    prefix=st.sampled_from(["", "  ", "> "]),
    between=st.sampled_from(["", "Text.\n\n", "# Title\n\n", "```bash\nls\n```\n\n"]),
)
def test_a_program_cut_into_blocks_has_the_same_findings(cuts: set[int], prefix: str, between: str) -> None:
    lines = (SETUP + FIT).splitlines()
    text: list[str] = []
    places: dict[int, int] = {}
    starts = sorted({0, *cuts})
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        text += [*between.splitlines(), f"{prefix}```python"]
        for number in range(start, end):
            text.append(prefix + lines[number])
            places[number + 1] = len(text)
        text += [f"{prefix}```", ""]
    expected = [
        (places[f.site.line], f.site.column + len(prefix), f.code)
        for f in checked(SETUP + FIT, "a.py").findings
    ]
    told = [(f.site.line, f.site.column, f.code) for f in checked("\n".join(text)).findings]
    assert expected
    assert told == expected


# What texts take for granted

SNIPPET = """\
x = np.zeros((10, 3, 1))
model = Sequential()
model.add(LSTM(4, batch_input_shape=(2, 3, 1), stateful=True))
model.fit(x, x, batch_size=2, epochs=3, shuffle=False)
"""


def test_a_text_on_keras_needs_no_imports() -> None:
    assert found("In Keras:\n\n" + fenced(SNIPPET)) == ["6:19 SRN501", "7:1 SRN301"]
    assert found("In general:\n\n" + fenced(SNIPPET)) == ["6:19 SRN501", "7:1 SRN301"]
    assert found("In general:\n\n" + fenced(SNIPPET.replace("batch_input_shape", "shape"))) == []
    assert [f.code for f in checked(SNIPPET + "# keras\n", "a.py").findings] == []


def test_a_text_on_keras_need_not_import_the_split_either() -> None:
    split = "a, b, c, d = train_test_split(x, y, test_size=0.5{})\n"
    fit = "model.fit(a, c, batch_size=2, shuffle=False)\n"
    assert found(fenced(SETUP, split.format(""), fit)) == ["10:14 SRN203"]
    assert found(fenced(SETUP, split.format(", shuffle=False"), fit)) == []
    assert found(fenced(SETUP, "from mine import train_test_split", split.format(""), fit)) == []


def test_what_a_text_binds_is_its_own() -> None:
    assert found("In Keras:\n\n" + fenced("from recurrent import LSTM", SNIPPET)) == []
    assert found("In Keras:\n\n" + fenced("from recurrent import LSTM, …", SNIPPET)) == []
    assert found("In Keras:\n\n" + fenced("class LSTM(Base):\n    ...", SNIPPET)) == []


def test_a_text_may_choose_its_backend_before_it_speaks_of_keras() -> None:
    text = 'Keras:\n\n```python\nimport os\nos.environ["KERAS_BACKEND"] = "torch"\n```\n\n' + fenced(SNIPPET)
    assert "SRN602" in {f.code for f in checked(text).findings}


def test_the_base_class_of_a_callback_is_implied() -> None:
    resets = """\
class Anew(Callback):
    def on_train_batch_begin(self, batch, logs=None):
        self.model.reset_states()
"""
    fit = "model.fit(x, y, batch_size=2, epochs=3, shuffle=False, callbacks=[Anew()])\n"
    text = f"# Keras\n\n{fenced(SETUP, resets, fit)}"
    assert "14:9 SRN303" in found(text)


def test_a_text_that_never_says_keras_may_be_on_it() -> None:
    made = """\
model = models.Sequential()
model.add(layers.LSTM(8, batch_input_shape=(1, 1, 84), stateful=True))
"""
    fit = "model.fit(x, y, batch_size=250, shuffle=False)\n"
    assert found(fenced(made) + "\nbut\n\n```\n" + fit + "```\n") == ["3:26 SRN501", "9:1 SRN206"]


def test_a_later_story_knows_the_functions_that_it_uses_and_keeps() -> None:
    first = """\
import keras
import numpy as np
def doubled(count):
    return 2 * count
def build(count):
    model = keras.Sequential()
    model.add(keras.Input(batch_shape=(doubled(count), 3, 1)))
    model.add(keras.layers.LSTM(4, stateful=True))
    model.compile("sgd", "mse")
    return model
def train(model):
    model.fit(x, y, batch_size=2, shuffle=False)
x, y = np.zeros((8, 3, 1)), np.zeros((8, 4))
"""
    again = """\
def train(model):
    model.fit(a, b, batch_size=2, epochs=3, shuffle=False)
a, b = np.zeros((8, 3, 1)), np.zeros((8, 4))
train(build(1))
"""
    text = f"# A\n\n{fenced(first)}\n# B\n\n{fenced(again)}"
    assert found(text) == ["23:5 SRN301"]
    assert found(text.replace("def build", "def make")) == []


def test_a_whole_program_under_a_heading_begins_anew() -> None:
    # The snippet still feeds the data of the chapter before.
    text = f"# Data\n\n{fenced('x, y = np.zeros((9, 3, 1)), np.zeros((9, 4))')}\n"
    snippet = f"{SETUP.partition('x, y')[0]}model.fit(x, y, batch_size=2, shuffle=False)\n"
    whole = f"{SETUP}{FIT}"
    text += f"# Training\n\n{fenced(snippet)}\nAll of it:\n\n{fenced(whole)}"
    assert found(text) == ["14:1 SRN204", "25:1 SRN301"]


def test_other_versions_of_functions_begin_anew() -> None:
    imports, _, model = SETUP.partition("x, y")[0].partition("model = ")
    body = f"model = {model}model.fit(np.zeros((rows, 3, 1)), y, batch_size=2, shuffle=False)\n"
    train = "def train({}):\n" + textwrap.indent(body, "    ")
    first = f"{imports}{train.format('rows')}def run():\n    train(9)\n"
    other = train.format("data, rows, y")
    assert found(f"# A\n\n{fenced(first)}\nOr with data:\n\n{fenced(other)}") == ["9:5 SRN204"]


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("{% highlight python %}", "{% endhighlight %}"),
        ("{% highlight python linenos %}", "{%- endhighlight -%}"),
        ("{%- highlight py -%}", "{% endhighlight %}"),
    ],
)
def test_blocks_of_jekyll_are_read(begin: str, end: str) -> None:
    text = f"---\nlayout: post\n---\n\n{begin}\n{SETUP}# again and again\n{FIT}{end}\n\nWords.\n"
    assert found(text) == ["12:1 SRN301"]
    assert found(text.replace("py", "ruby", 1)) == []


def test_blocks_of_jekyll_are_one_program() -> None:
    blocks = "\n".join(f"{{% highlight python %}}\n{code}{{% endhighlight %}}\n" for code in (SETUP, FIT))
    assert found(blocks) == ["10:1 SRN301"]


@pytest.mark.parametrize(
    ("begin", "end", "place"),
    [
        ("<pre><code>\n", "</code></pre>", "7:1"),
        ("<pre>\n\n", "\n</pre>", "8:1"),
        ("<PRE>", "</PRE>", "6:1"),
        ("<pre><code>", "\n</code></pre>", "6:1"),
        ('<pre class="a">\n  <code class="language-python">', "</code>\n</pre>", "7:1"),
        ('<pre lang="python"><code>\n', "</code></pre >", "7:1"),
        ('<div class="highlight">\n<pre><code>', "</code></pre>\n</div>", "7:1"),
    ],
)
def test_blocks_of_html_are_read(begin: str, end: str, place: str) -> None:
    text = f"{begin}{SETUP}{FIT}{end}\n"
    assert found(text) == [f"{place} SRN301"]
    line, _, _ = place.partition(":")
    assert found(f"* b\n\n{indent(text, '  ')}") == [f"{int(line) + 2}:3 SRN301"]
    assert found(f"<!--\n{text}-->\n") == []


def test_html_that_calls_its_code_something_else_is_left_out() -> None:
    for begin in ('<pre lang="julia">', '<pre><code class="highlight language-r">'):
        assert found(f"{begin}\n{SETUP}{FIT}</pre>\n") == []


def test_code_in_html_is_what_a_browser_shows() -> None:
    loop = "for i in range(3):\n    if i &lt; 2: <b>model.fit(x, y, batch_size=2, shuffle=False)</b>\n"
    result = checked(f"<pre><code>\n{SETUP}{loop}</code></pre>\n")
    # The columns are those of the code without tags and entities; no fix is made of it.
    assert [(f.site.line, f.code, f.fix) for f in result.findings] == [(8, "SRN301", None)]


def test_blocks_of_html_are_one_program() -> None:
    blocks = "\n".join(f"<pre><code>\n{code}</code></pre>\n" for code in (SETUP, FIT))
    assert found(blocks) == ["10:1 SRN301"]


VARIANT = "model.add(keras.layers.LSTM(4, batch_input_shape=(2, 3, 1), stateful=True))\n"


def test_a_line_of_a_finished_model_in_another_way_is_no_further_layer() -> None:
    text = fenced(SETUP, VARIANT, FIT)
    assert found(text) == ["10:32 SRN501", "14:1 SRN301"]
    # Before it is finished, the model grows by it.
    first, last = SETUP.split('model.compile("sgd", "mse")\n')
    grown = found(fenced(first, VARIANT, f'model.compile("sgd", "mse")\n{last}'))
    assert [code.split()[1] for code in grown] == ["SRN105", "SRN501"]


def test_a_reset_is_no_part_of_the_stateless_program_before_it_where_the_stateful_one_follows() -> None:
    stateless = SETUP.replace(", stateful=True", "")
    loop = f"for i in range(3):\n    {FIT.replace('epochs=3, ', '')}    model.reset_states()\n"
    layer = "model.add(keras.layers.LSTM(4, batch_input_shape=(2, 3, 1), stateful=True))\n"
    assert "SRN107" in " ".join(found(fenced(stateless, loop)))
    assert "SRN107" not in " ".join(found(fenced(stateless, loop, layer)))
    # Another section speaks of another program.
    assert "SRN107" in " ".join(found(f"{fenced(stateless, loop)}\n# B\n\n{fenced(layer)}"))


def test_a_number_before_layers_of_a_finished_model_makes_them_no_part_of_it() -> None:
    layer = "batch_size = 4\nmodel.add(keras.layers.LSTM(4, stateful=True))\n"
    assert found(fenced(SETUP, FIT, layer, FIT)) == found(fenced(SETUP, FIT, "pass\npass\n", FIT))


def test_another_model_under_a_heading_has_the_data_of_those_before() -> None:
    model = "\n".join(SETUP.splitlines()[2:4])
    text = f"# A\n\n{fenced(SETUP)}\n# B\n\n{fenced(model, 'model.fit(x[:7], y[:7], batch_size=2)')}"
    assert "SRN204" in " ".join(found(text))


def test_the_first_stateful_layer_that_a_text_shows_begins_a_model_with_the_data_before_it() -> None:
    stateless = SETUP.replace(", stateful=True", "")
    found_ = found(fenced(stateless + FIT, VARIANT, FIT))
    assert found_ == ["11:32 SRN501", "15:1 SRN301"]
    # A layer further up is no beginning.
    upper = VARIANT.replace("batch_input_shape=(2, 3, 1), ", "")
    assert found(fenced(stateless + FIT, upper, FIT)) == []


def test_what_a_section_needs_it_reads_before_it_binds_it() -> None:
    loop = "x = f(x)\nfor i in y:\n    g(i)\nz = [j for j in z]\nk += 1\n"
    assert needed([loop]) == {"f", "x", "y", "g", "z", "k"}
    assert needed(["def h(a):\n    return a + b\n", "from m import n\nn(h)\n"]) == {"b"}
    assert needed(["x = 1\n", "x = f(x)\n"]) == {"f"}


def test_training_again_is_another_way_to_train() -> None:
    fit = "model.fit(x, y, batch_size=2, shuffle=False)\n"
    predict = "model.predict(x, batch_size=2)\n"
    loop = f"for i in range(9):\n    {fit}    model.reset_states()\n"
    # Each block begins with the model as it was built.
    built = SETUP + fit + predict
    assert "SRN305" not in " ".join(found(fenced(built, "score = 1\n", loop)))
    assert "SRN305" in " ".join(found(fenced(built + fit)))
    # What comes behind belongs to the last of them.
    after = found(fenced(SETUP + fit, loop, predict))
    assert "SRN304" not in " ".join(after)
    assert "SRN304" in " ".join(found(fenced(SETUP, loop, fit, predict)))
    # A block that can't be read may make another model.
    assert found(fenced(SETUP + fit, "model = made(…\n", FIT)) == []


BUILD = """\
    def build(self):
        self.model = Sequential()
        self.model.add(keras.layers.LSTM(4, batch_input_shape=(2, 3, 1), stateful=True))
        self.model.compile("sgd", "mse")
"""
TRAIN = """\
    def train(self, x, y):
        self.model.fit(x, y, batch_size=2, epochs=3, shuffle=False)
"""


def test_methods_outside_of_their_class_are_those_of_one_class() -> None:
    head = "import keras\n"
    assert "14:9 SRN301" in found(fenced(head, BUILD, TRAIN))
    assert "14:5 SRN301" in found(fenced(head, dedent(BUILD), dedent(TRAIN)))
    # Of one that knows them.
    made = "class Net:\n    def __init__(self):\n        self.build()\n"
    other = "class Other:\n    def __init__(self, size):\n        self.size = size\n"
    use = "net = Net()\nnet.train(x, y)\n"
    lines = found(fenced(head, made, other, BUILD, TRAIN, use))
    assert [line.split()[1] for line in lines if "SRN50" not in line] == ["SRN301"]
    reset = TRAIN.replace("epochs=3", "epochs=1") + "        self.model.reset_states()\n"
    lines = found(fenced(head, made, BUILD, reset, use))
    assert [line for line in lines if "SRN50" not in line] == []


def test_a_text_that_trains_again_and_again_is_a_long_program() -> None:
    fit = "history = model.fit(x, y, batch_size=2, shuffle=False)\n"
    text = fenced(SETUP, *[fit for _ in range(30)]).encode()
    assert len(parse(open_document("a.md", text), text).sources) == 11


def test_a_notebook_kept_as_a_text_runs_in_order() -> None:
    fit = "history = model.fit(x, y, batch_size=2, shuffle=False)\nmodel.predict(x[:2], batch_size=2)\n"
    text = f"{fenced(SETUP)}\n# A\n\n{fenced(fit)}\n# B\n\n{fenced(fit)}"
    assert "SRN305" not in " ".join(found(text))
    for head in ("jupytext:\n  formats: md\nkernelspec:\n  name: python3", "title: a\njupyter: python3"):
        assert "SRN305" in " ".join(found(f"---\n{head}\n---\n\n{text}"))
    assert "SRN305" not in " ".join(found(f"---\ntitle: a\n---\n\njupyter: a\n\n{text}"))


EXPLAINED = """
# Quick start

```python
model = create_model()
model.fit(x, y, epochs=50, batch_size=BATCH, shuffle=False)
```

## The model

```python
def create_model():
    memory = tf.keras.layers.LSTM(4, stateful=True)
    model = tf.keras.Sequential([tf.keras.Input((20, 1), batch_size=BATCH), memory])
    model.compile("adam", "mse")
    return model
```

## Configuration

```python
BATCH = 32
```
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["6:1 SRN301"]),
        # Which of the two is meant isn't known.
        ("def create_model():\n    return None\n", []),
        ("create_model = elsewhere()\n", []),
    ],
)
def test_what_is_used_first_and_explained_below(more: str, expected: list[str]) -> None:
    text = EXPLAINED.replace("    return model\n", f"    return model\n{more}")
    assert found(text) == expected
