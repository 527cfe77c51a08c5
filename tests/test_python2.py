"""Python 2 is read as such: its statements in their lines, its division, and Keras 2 alone."""

from __future__ import annotations

import ast

import pytest

from statelint.engine import check_source
from statelint.source.python import Source, Unreadable, read
from statelint.source.python2 import modern

PROGRAM = """
import numpy as np
import keras
steps, rows = 7, 2
x, y = np.zeros((steps / rows * rows, 3, 1)), np.zeros((6, 4))
model = keras.Sequential()
model.add(keras.layers.LSTM(4, batch_input_shape=(rows, 3, 1), stateful=True))
model.compile('sgd', 'mse')
for epoch in xrange(10):
    print 'epoch %d' % epoch
    model.fit(x, y, batch_size=rows, shuffle=False)
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a'", "print('a')"),
        ('print"a"', 'print("a")'),
        ("print x, y,", "print(x, y,)"),
        ("print >>log, 'a'", "print(  log, 'a')"),
        ("if x: print x; y = 1", "if x: print(x); y = 1"),
        ("print 'a' % (\n    1,\n)  # why", "print('a' % (\n    1,\n))  # why"),
        ("print 'a', \\\n    b", "print('a', \\\n    b)"),
        ("print '# print x'  # print y", "print('# print x')  # print y"),
        ("print not x", "print(not x)"),
        ("print -x", "print(-x)"),
        ("exec code in names", "exec(code in names)"),
        ("raise ValueError, 'a'", "raise(ValueError, 'a')"),
        ("raise ValueError(1, 2)", "raise ValueError(1, 2)"),
        ("try:\n    f()\nexcept (A, B), e:\n    g()", "try:\n    f()\nexcept (A, B) as e:\n    g()"),
        ("x = 0777 + 10L + 0x1FL", "x = 0o777 + 10 + 0x1F"),
        ("x = `y` + ur'a'", "x = repr(y) +  r'a'"),
        ("x <> y", "x != y"),
        ("f = lambda (a, b): a", "f = lambda *_, a, b: a"),
        ("f = sum(lambda a, (b, (c, d)) : a, x)", "f = sum(lambda *_, a, b, c, d : a, x)"),
        ("def f(a, (b, c)):\n    pass", "def f( *_, a, b, c):\n    pass"),
        ("f = lambda a=(1, 2): a", "f = lambda a=(1, 2): a"),
        (
            r"print 'C:\Users\new', '\\Users', u'\u00e4', r'\N'",
            r"print('C:\\Users\new', '\\Users', u'\u00e4', r'\N')",
        ),
        ("print(x)", "print(x)"),
        ("print (x), y", "print (x), y"),
        ("x = print if y else z", "x = print if y else z"),
        ('"""\nprint x\n"""', '"""\nprint x\n"""'),
        ("x = 0.5 + 07. + 1e5 + 10", "x = 0.5 + 07. + 1e5 + 10"),
    ],
)
def test_statements_of_python_2_stay_in_their_lines(old: str, new: str) -> None:
    assert modern(old) == new
    ast.parse(new)


def test_a_program_in_python_2_is_checked_for_keras_2() -> None:
    checked = check_source("a.py", PROGRAM.encode())
    assert [(f.code, f.site.line, f.holds_on) for f in checked.findings] == [("SRN301", 11, (2, 3))]
    plain = PROGRAM.replace("print 'epoch %d' % epoch", "model.reset_states()").replace("/ rows", "// rows")
    plain = plain.replace("xrange", "range")
    assert [f.code for f in check_source("a.py", plain.encode()).findings] == ["SRN501", "SRN502"]
    old = plain.replace("import numpy as np", "import numpy as np\nprint 'start'")
    assert check_source("a.py", old.encode()).findings == []


def test_division_leaves_out_the_fraction() -> None:
    odd = PROGRAM.replace("steps / rows * rows", "steps / rows")
    assert [f.code for f in check_source("a.py", odd.encode()).findings] == ["SRN204", "SRN301"]
    exact = "from __future__ import division\n" + odd
    assert [f.code for f in check_source("a.py", exact.encode()).findings] == ["SRN301"]


def test_tabs_count_eight_columns() -> None:
    source = read("a.py", "if x:\n\tprint 1\n        y = 2\n")
    assert isinstance(source, Source)
    assert source.python2


@pytest.mark.parametrize(
    "code", ["print 'a'\nthis is no Python", "if x:\n\ty = 1\n        z = 2\n", "x = (\n"]
)
def test_what_is_neither_is_unreadable(code: str) -> None:
    assert isinstance(read("a.py", code), Unreadable)
