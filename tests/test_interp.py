"""The interpreter: what is known of the values in a program."""

from __future__ import annotations

import pytest

from tests.telling import MODEL, reveal, value_of


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3 - 8 // 3 % 2", "7"),
        ("7 / 2", "3.5"),
        ("-3 ** 2", "-9"),
        ("'a' 'b' + 'c'", "'abc'"),
        ("not 0", "True"),
        ("1 < 2 < 3", "True"),
        ("1 < 2 > 3", "False"),
        ("1 and 2", "2"),
        ("0 or 5", "5"),
        ("None is None", "True"),
        ("3 == 3.0", "True"),
        ("2 in (1, 2)", "True"),
        ("'b' not in {'a': 1}", "True"),
        ("1 if 2 > 1 else 2", "1"),
        ("(a := 3)", "3"),
        ("(1, 2) + (3,)", "(1, 2, 3)"),
        ("[0, *range(2)]", "[0, 0, 1]"),
        ("[1, 2] * 2", "[1, 2, 1, 2]"),
        ("{'a': 1, **{'b': 2}}", "{'a': 1, 'b': 2}"),
        ("[1, 2, 3][1:][-1]", "3"),
        ("{1: 2}.get(3, 4)", "4"),
        ("'a,b'.split(',')", "['a', 'b']"),
        ("[i * i for i in (1, 2, 3) if i != 2]", "[1, 9]"),
        ("{k: v for k, v in (('a', 1), ('b', 2))}", "{'a': 1, 'b': 2}"),
        ("int('7') + round(2.6) + abs(-1)", "11"),
        ("divmod(7, 3)", "(2, 1)"),
        ("max(1, 2) + min([4, 3]) + sum([1, 2])", "8"),
        ("list(zip((1, 2), 'ab'))", "[(1, 'a'), (2, 'b')]"),
        ("list(enumerate('ab', 1))", "[(1, 'a'), (2, 'b')]"),
        ("list(reversed([1, 2]))", "[2, 1]"),
        ("list(map(lambda v: v + 1, (1, 2)))", "[2, 3]"),
        ("len(range(1, 10, 3))", "3"),
        ("np.ceil(7 / 2)", "4.0"),
        ("isinstance(True, int)", "True"),
        ("isinstance('a', (int, str))", "True"),
        ("isinstance([], dict)", "False"),
    ],
)
def test_expressions(expression: str, value: str) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("undefined", "UNDEFINED_NAME"),
        ("undefined + 1", "OPERATION"),
        ("undefined == undefined", "OPERATION"),
        ("undefined.attribute", "ATTRIBUTE"),
        ("undefined[0]", "ITERATION"),
        ("np.load('x.npy')", "LIBRARY_CALL"),
        ("1 / 0", "OPERATION"),
        ("f'{undefined}'", "EXPRESSION"),
        ("10 ** 10 ** 8", "OPERATION"),
        ("pow(10, 10 ** 8)", "OPERATION"),
        ("'a' * 10 ** 9", "OPERATION"),
        ("'%1000000000d' % 1", "OPERATION"),
    ],
)
def test_what_is_unknown_has_a_reason(expression: str, reason: str) -> None:
    assert value_of(expression) == f"?{reason}"


@pytest.mark.parametrize(
    "line",
    [
        "import keras as k\nreveal(k.layers.LSTM)",
        "import keras.layers\nreveal(keras.layers.LSTM)",
        "from keras import layers\nreveal(layers.LSTM)",
        "from keras.layers import LSTM as Memory\nreveal(Memory)",
        "from keras.layers import *\nreveal(LSTM)",
        "from tensorflow import keras\nreveal(keras.layers.LSTM)",
        "from tensorflow.keras import layers as L\nreveal(L.LSTM)",
        "import tensorflow as tf\nreveal(tf.keras.layers.LSTM)",
        "import tensorflow.keras as k\nreveal(k.layers.LSTM)",
        "import tf_keras\nreveal(tf_keras.layers.LSTM)",
        "from tensorflow.python.keras.layers import LSTM\nreveal(LSTM)",
        "from keras.layers.recurrent import LSTM\nreveal(LSTM)",
        "def f():\n    from keras.layers import LSTM\n    reveal(LSTM)\nf()",
    ],
)
def test_however_it_is_imported_a_layer_is_the_same(line: str) -> None:
    assert reveal(line, head="from test import reveal\n") == ["<keras.layers.LSTM>"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("np.zeros((5, 2))", "array(5, 2)"),
        ("np.zeros([5, 2])", "array(5, 2)"),
        ("np.ones(4)", "array(4)"),
        ("np.full((2, 3), 7)", "array(2, 3)"),
        ("np.zeros_like(np.ones((3, 2)))", "array(3, 2)"),
        ("np.zeros_like(np.ones((3, 2)), shape=(5, 2))", "array(?)"),
        ("np.random.rand(10, 3, 1)", "array(10, 3, 1)"),
        ("np.random.random((10, 3))", "array(10, 3)"),
        ("np.random.normal(0, 1, (4, 2))", "array(4, 2)"),
        ("np.random.randint(0, 9, size=5)", "array(5)"),
        ("np.random.default_rng(0).normal(size=(6, 2))", "array(6, 2)"),
        ("np.random.default_rng(0).random((6, 2))", "array(6, 2)"),
        ("np.arange(10)", "array(10)"),
        ("np.arange(2, 10, 3)", "array(3)"),
        ("np.arange(0, 1, 0.25)", "array(4)"),
        ("np.linspace(0, 1)", "array(50)"),
        ("np.array([1, 2, 3])", "array(3)"),
        ("np.array([[1, 2], [3, 4], [5, 6]])", "array(3, 2)"),
        ("np.array([np.zeros((3, 1)) for _ in range(100)])", "array(100, 3, 1)"),
        ("np.arange(12).reshape(3, 4)", "array(3, 4)"),
        ("np.arange(12).reshape((3, -1, 2))", "array(3, 2, 2)"),
        ("np.reshape(np.arange(12), (-1, 6))", "array(2, 6)"),
        ("np.zeros((4, 3)).flatten()", "array(12)"),
        ("np.zeros((4, 3, 2)).transpose(1, 0, 2)", "array(3, 4, 2)"),
        ("np.transpose(np.zeros((4, 3)))", "array(3, 4)"),
        ("np.swapaxes(np.zeros((4, 3, 2)), 0, 2)", "array(2, 3, 4)"),
        ("np.zeros((4, 3)).T", "array(3, 4)"),
        ("np.expand_dims(np.zeros((4, 3)), -1)", "array(4, 3, 1)"),
        ("np.expand_dims(np.zeros((4, 3)), axis=0)", "array(1, 4, 3)"),
        ("np.zeros((4, 3))[..., None]", "array(4, 3, 1)"),
        ("np.zeros((4, 3, 2))[0, ..., -1:]", "array(3, 1)"),
        ("np.zeros((4, 3))[:, np.newaxis, :]", "array(4, 1, 3)"),
        ("np.zeros((10, 3))[0]", "array(3)"),
        ("np.zeros((10, 3))[:, 0]", "array(10)"),
        ("np.zeros((10, 3))[2:]", "array(8, 3) from 2"),
        ("np.zeros((10, 3))[2:8][3:]", "array(3, 3) from 5"),
        ("np.zeros((10, 3))[-4:]", "array(4, 3) from 6"),
        ("np.zeros((10, 3))[:100]", "array(10, 3)"),
        ("np.zeros((10, 3))[::3]", "array(4, 3)"),
        ("np.zeros((10, 3, 1))[1:, :2]", "array(9, 2, 1) from 1"),
        ("np.concatenate([np.zeros((4, 3)), np.zeros((2, 3))])", "array(6, 3)"),
        ("np.concatenate((np.zeros((4, 3)), np.zeros((4, 1))), axis=1)", "array(4, 4)"),
        ("2 * np.zeros((4, 3)) - np.ones((4, 3))", "array(4, 3)"),
        ("np.zeros((4, 3)) + np.zeros(3)", "array(4, 3)"),
        ("np.sin(np.arange(8)).astype('float32')", "array(8)"),
        ("tf.random.normal((2, 3))", "array(2, 3)"),
        ("np.zeros((5, 2)).shape", "(5, 2)"),
        ("np.zeros((5, 2)).shape[0] + len(np.zeros((5, 2)))", "10"),
        ("np.zeros((5, 2)).size + np.zeros((5, 2)).ndim", "12"),
    ],
)
def test_shapes_of_arrays(expression: str, value: str) -> None:
    assert value_of(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("np.zeros((undefined, 3))", "array(?, 3)"),
        ("np.zeros((undefined, 3))[:5]", "array(5, 3)"),
        ("np.zeros((undefined, 3))[undefined:]", "array(?, 3) from ?"),
        ("np.zeros((10, 3))[undefined:]", "array(?, 3) from ?"),
        ("np.load('x.npy')[:5]", "array(?)"),
        ("np.zeros(undefined).reshape(-1, 3, 1)", "array(?, 3, 1)"),
        ("np.zeros((4, 3)) + undefined", "?OPERATION"),
        ("np.arange(undefined)", "array(?)"),
        ("np.squeeze(np.zeros((4, undefined)))", "array(?)"),
    ],
)
def test_shapes_that_are_known_in_part(expression: str, value: str) -> None:
    assert value_of(expression) == value


def test_assignments() -> None:
    code = """
    a, *b, c = (1, 2, 3, 4)
    (d, e), f = ((1, 2), 3)
    g = h = 5
    g += 2
    i: int = 6
    reveal(a, b, c, d, e, f, g, h, i)
    del a
    reveal(a)
    """
    assert reveal(code) == ["1 [2, 3] 4 1 2 3 7 5 6", "?UNDEFINED_NAME"]


def test_the_greatest_common_divisor() -> None:
    code = "import math\nfrom fractions import gcd\nreveal(gcd(675, 60), math.gcd(675, 60), gcd(n, 60))"
    assert reveal(code)[0].startswith("15 15 ?")


def test_lists_and_dicts_are_shared() -> None:
    code = """
    a = [1, 2]
    b = a
    b.append(3)
    b[0] = 9
    b += [4]
    reveal(a)
    d = {}
    e = d
    e['a'] = 1
    e.update(b=2)
    reveal(d, d['b'], 'c' in d, d.get('c'))
    """
    assert reveal(code) == ["[9, 2, 3, 4]", "{'a': 1, 'b': 2} 2 False None"]


def test_branches_meet() -> None:
    code = """
    a = 0
    if flag:
        a = 1
    reveal(a)
    b = 3 if flag else 4
    reveal(a + b)
    if 1 > 2:
        reveal('no')
    elif 3 > 2:
        reveal('yes')
    else:
        reveal('no')
    """
    assert reveal(code) == ["1 | 0", "4 | 5 | 3", "'yes'"]


def test_too_many_options_are_unknown() -> None:
    assert reveal("a = [i for i in range(6)][n]\nreveal(a)") == ["?ITERATION"]
    branches = "".join(f"{'el' if i else ''}if n == {i}:\n    a = {i}\n" for i in range(6))
    assert reveal(f"a = 9\n{branches}reveal(a)") == ["?BRANCHES"]


def test_functions_are_followed_with_their_arguments() -> None:
    code = """
    def f(a, b=2, *c, d=4, **e):
        reveal(a, b, c, d, e)
    f(1)
    f(1, 3, 5, d=6, z=7)
    f(*(1, 2), **{'d': 3})
    """
    assert reveal(code) == ["1 2 () 4 {}", "1 3 (5) 6 {'z': 7}", "1 2 () 3 {}"]


def test_arguments_that_are_not_seen_leave_no_default() -> None:
    code = """
    def f(a, b=2, *c, d=4):
        reveal(a, b, c, d)
    f(*args)
    f(1, **options)
    """
    unknown = "?PARAMETER ?PARAMETER ?PARAMETER"
    assert reveal(code) == [f"?ITERATION {unknown}", f"1 {unknown}"]


def test_returns_meet() -> None:
    code = """
    def size(x):
        if x > 3:
            return 'big'
        if x is None:
            raise ValueError
        return 'small'
    reveal(size(5), size(1), size(n))
    """
    assert reveal(code) == ["'big' 'small' 'big' | 'small'"]


def test_closures_globals_and_nonlocals() -> None:
    code = """
    def add(n):
        return lambda x: x + n
    reveal(add(2)(3))
    def count():
        n = 0
        def step():
            nonlocal n
            n += 1
            return n
        step()
        step()
        return n
    reveal(count())
    def set_total():
        global total
        total = 5
    set_total()
    reveal(total)
    """
    assert reveal(code) == ["5", "2", "5"]


def test_recursion_is_unknown() -> None:
    assert reveal("def f(n):\n    return 1 if n == 0 else n * f(n - 1)\nreveal(f(4))") == ["?OPERATION"]
    assert reveal("def f(n):\n    return f(n - 1)\nreveal(f(4))") == ["?RECURSION"]


def test_partial() -> None:
    code = """
    from functools import partial
    def f(a, b, c=3):
        return (a, b, c)
    reveal(partial(f, 1, c=9)(2))
    """
    assert reveal(code) == ["(1, 2, 9)"]


def test_classes() -> None:
    code = """
    class Base:
        size = 3
        def __init__(self, n):
            self.n = n
        def name(self):
            return 'base'
        @classmethod
        def make(cls):
            return cls(7)
        @staticmethod
        def twice(x):
            return 2 * x
    class Sub(Base):
        @property
        def total(self):
            return self.n + self.size
        def name(self):
            return super().name() + ' sub'
        def __call__(self, x):
            return x + self.n
    a = Sub(4)
    reveal(a.total, a.name(), a(1), Sub.twice(3), Sub.make().n, Sub.size)
    a.n = 5
    reveal(a, a.missing)
    """
    assert reveal(code) == ["7 'base sub' 5 6 7 3", "<class Sub>(n=5) ?ATTRIBUTE"]


def test_dataclasses() -> None:
    code = """
    from dataclasses import dataclass
    @dataclass
    class Settings:
        batch: int
        steps: int = 3
    reveal(Settings(1), Settings(steps=2, batch=5).batch)
    """
    assert reveal(code) == ["<class Settings>(batch=1, steps=3) 5"]


def test_command_line_options_keep_their_defaults_as_an_assumption() -> None:
    code = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument('--batch-size', '-b', type=int, default=32)
    parser.add_argument('--stateful', action='store_true')
    parser.add_argument('--path')
    parser.add_argument('-n', '--number', dest='count', default=3)
    args = parser.parse_args()
    reveal(args.batch_size * 2)
    reveal(args.stateful)
    reveal(args.path)
    reveal(args.count)
    """
    assert reveal(code) == [
        "64 if --batch-size keeps its default 32",
        "False if --stateful keeps its default False",
        "?PARAMETER",
        "3 if --number keeps its default 3",
    ]


def test_commands_have_options_and_functions_of_their_own() -> None:
    code = """
    import argparse
    def train(args):
        reveal('train', args.epochs, args.batch_size)
    def sample(args):
        reveal('sample', args.length, args.batch_size)
    parser = argparse.ArgumentParser()
    parser.add_argument('--batch-size', default=32)
    commands = parser.add_subparsers()
    first = commands.add_parser('train')
    first.add_argument('--epochs', type=int, default=5)
    first.add_argument('--seed', default=1)
    first.set_defaults(run=train)
    second = commands.add_parser('sample')
    second.add_argument('--length', type=int, default=200)
    second.add_argument('--seed', default=2)
    second.set_defaults(run=sample)
    args = parser.parse_args()
    args.run(args)
    reveal(args.epochs, args.seed)
    """
    size = "32 if --batch-size keeps its default 32"
    assert reveal(code) == [
        f"'train' 5 if --epochs keeps its default 5 {size}",
        f"'sample' 200 if --length keeps its default 200 {size}",
        # Which of the two there is depends on the command.
        "5 if --epochs keeps its default 5 ?PARAMETER",
    ]


def test_functions_that_nobody_calls_are_followed_with_unknown_arguments() -> None:
    code = """
    def f(x, n=3):
        reveal(x, n)
        g(x)
    def g(x):
        reveal('g', x)
    class A:
        def __init__(self, n=4):
            self.n = n
        def f(self, k):
            reveal(self.n, k)
    """
    assert reveal(code) == [
        "?PARAMETER 3 if n keeps its default 3 in f()",
        "'g' ?PARAMETER",
        "4 if n keeps its default 4 in __init__() ?PARAMETER",
    ]


def test_paths_end() -> None:
    assert reveal("raise SystemExit\nreveal(1)") == []
    assert reveal("import sys\nsys.exit()\nreveal(1)") == []
    assert reveal("def f():\n    raise NotImplementedError\nf()\nreveal(1)") == []
    assert reveal("if flag:\n    raise ValueError\nreveal(1)") == ["1"]


def test_exceptions() -> None:
    code = """
    try:
        import nothing
        a = 1
    except ImportError:
        a = 2
    reveal(a)
    try:
        raise ValueError
    except ValueError:
        b = 2
    else:
        b = 3
    finally:
        reveal('finally')
    reveal(b)
    def f():
        try:
            return 1
        finally:
            reveal('on the way out')
    reveal(f())
    """
    assert reveal(code) == ["1 | 2", "'finally'", "2", "'on the way out'", "1"]


def test_match_is_followed_in_all_its_arms() -> None:
    assert reveal("match n:\n    case 1:\n        a = 1\n    case _:\n        a = 2\nreveal(a)") == ["1 | 2"]


@pytest.mark.parametrize(
    ("expression", "on_keras_2", "on_keras_3"),
    [
        ("hasattr(model, 'reset_states')", "True", "False"),
        ("hasattr(model, 'reset_state')", "False", "False"),
        ("hasattr(model.layers[0], 'reset_states')", "True", "True"),
        ("hasattr(model.layers[0], 'reset_state')", "False", "True"),
        ("hasattr(keras.layers.Dense(1), 'reset_states')", "False", "False"),
        ("hasattr(keras.layers.Bidirectional(keras.layers.LSTM(1)), 'reset_states')", "True", "True"),
        ("hasattr(unknown, 'reset_states')", "?OPERATION", "?OPERATION"),
        ("isinstance(model, keras.Model)", "True", "True"),
        ("isinstance(model.layers[0], keras.layers.RNN)", "True", "True"),
        ("isinstance(model.layers[0], (keras.layers.GRU, keras.layers.Dense))", "False", "False"),
        ("isinstance(unknown, keras.layers.RNN)", "?LIBRARY_CALL", "?LIBRARY_CALL"),
        ("getattr(model.layers[0], 'stateful', False)", "True", "True"),
        ("getattr(keras.layers.Dense(1), 'stateful', False)", "False", "False"),
        ("getattr(model, 'reset_states', None) is None", "False", "True"),
        ("type(model.layers[0]).__name__ == 'LSTM'", "True", "True"),
        ("int(keras.__version__.split('.')[0]) >= 3", "False", "True"),
        ("keras.__version__.startswith('2')", "True", "False"),
        ("model.layers", "[LSTM(stateful=True)]", "[LSTM(stateful=True)]"),
        ("model.layers[0].stateful and model.layers[0].units", "4", "4"),
    ],
)
def test_questions_that_a_generation_of_keras_answers(
    expression: str, on_keras_2: str, on_keras_3: str
) -> None:
    code = f"reveal({expression})"
    assert [reveal(code, keras, MODEL) for keras in (2, 3)] == [[on_keras_2], [on_keras_3]]
