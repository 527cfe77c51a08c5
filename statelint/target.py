"""Which Keras generations a program is written for: both, unless something proves one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from statelint.keras2_calls import has_refused_call, without_quotes

GENERATIONS = (2, 3)

# Imports that only one generation can satisfy.
_KERAS_2 = re.compile(
    r"""
    ^[ \t]*(?:import|from)[ \t]+(?:
        tf_keras\b
      | tensorflow(?:_core)?\.python\.keras(?:
            \.(?:layers|models)\b | [ \t]+as\b
          | [ \t]+import[ \t][^\n]*\b(?:layers|models|Sequential|Model)\b
        )
      | tensorflow\.contrib\b
      | (?:tensorflow\.)?(?:python\.)?keras\.(?:
            engine
          | layers\.(?:recurrent|core|wrappers|embeddings|convolutional|normalization|advanced_activations)
          | layers\.(?:merge|experimental) | callbacks\.callbacks | mixed_precision\.experimental
          | utils\.(?:np_utils|vis_utils|generic_utils|training_utils) | backend\.tensorflow_backend
          | objectives | legacy | wrappers\.scikit_learn
        )\b
    )
    | ^[ \t]*(?:[^\n#'"]*;[ \t]*)?import[ \t][^\n#'";]*\btf_keras\b
    | \bimport_module\(\s*['"]tf_keras\b
    | ^[ \t]*assert[ \t]+keras\.__version__(?:\.startswith\(|\s*==\s*)['"]2
    | ^[ \t]*assert[ \t]+(?:keras\.__version__\s*<\s*['"]3|(?:tf|tensorflow)\.__version__\s*<\s*['"]2\.16)
    | ^[ \t]*assert[ \t]+int\(keras\.__version__(?:\[0\]|\.split\(['"]\.['"]\)\[0\])\)\s*(?:==\s*2|<\s*3)
    | TF_USE_LEGACY_KERAS['"]\s*\]?\s*[,:=]\s*(?:str\()?['"]?(?:1|True|true)
    | \bTF_USE_LEGACY_KERAS\s*=\s*['"](?:1|True|true)
    | KERAS_BACKEND['"]\s*(?:\]\s*=|[,:])\s*['"](?:theano|cntk)['"]
    """,
    re.MULTILINE | re.VERBOSE,
)

# Modules and functions that Keras 3 doesn't have, whatever else the program does; keras2_calls has its calls.
_KERAS_2_ONLY = re.compile(
    r"""
      ^[ \t]*(?:import|from)[ \t]+tensorflow_addons\b
    | ^[ \t]*from[ \t]+(?:tensorflow\.)?keras\.utils[ \t]+import[ \t]*(?:\([^)]*|[^\n]*)
      \b(?:np_utils|multi_gpu_model)\b
    | ^[ \t]*from[ \t]+keras\.preprocessing(?:\.text\b|[ \t]+import[ \t]+text\b)
    | ^[ \t]*from[ \t]+keras\.preprocessing\.sequence[ \t]+import[ \t][^\n]*\bTimeseriesGenerator\b
    | ^[ \t]*(?:K|(?:tf\.)?keras\.backend)\.(?:set_session|get_session|set_learning_phase)\(
    | ^[ \t]*from[ \t]+(?:tensorflow\.)?keras\.mixed_precision[ \t]+import[ \t]+experimental\b
    | \bkeras\.(?:layers|mixed_precision)\.experimental\. | \bkeras\.optimizers\.legacy\.\w+\(
    """,
    re.MULTILINE | re.VERBOSE,
)
_TORCH = re.compile(r"\btorch\b")

# What TensorFlow 2 took out of its own namespace: TensorFlow 1, and so Keras 2.  Within a block it may be one
# of two ways, for the one TensorFlow and the other.
_TENSORFLOW = re.compile(r"^import[ \t]+tensorflow[ \t]+as[ \t]+tf\b", re.MULTILINE)
_TENSORFLOW_1 = re.compile(
    r"^(?P<block>[ \t]*)(?:\w+[ \t]*=[ \t]*)?tf\.(?:"
    r"(?:enable_eager_execution|Session|InteractiveSession|ConfigProto|placeholder|set_random_seed|reset_default_graph)\("
    r"|contrib\.|logging\.set_verbosity\()",
    re.MULTILINE,
)

_EITHER_TENSORFLOW = re.compile(r"compat\.v1|__version__|\bhasattr\(tf\b|\btf\.random\.set_seed\b|\bexcept\b")

# Python 2, unless the program gives itself the name.
_XRANGE = re.compile(r"\bxrange\(")
_OWN_XRANGE = re.compile(r"\bxrange\s*=|\bimport\b[^\n]*\bxrange\b|\bdef xrange\b")

# What a script says that it needs, in comments of its own.
_SCRIPT = re.compile(r"^# /// script\n((?:#.*\n)*?)# ///$", re.MULTILINE)

# What a notebook installs and chooses before it imports, as source/magics.py leaves it.
_INSTALLED = re.compile(
    r"^[ \t]*pass  #[!%]+[ \t]*(?:python3? -m )?pip3?[ \t]+install[ \t]+(.*)$", re.MULTILINE
)
_COLAB_1 = re.compile(r"^[ \t]*pass  #%tensorflow_version[ \t]+1", re.MULTILINE)

# Keras 2 runs on TensorFlow alone, and has no operations of its own; keras_core came before Keras 3.
_CHOOSES_3 = re.compile(
    r"""
      KERAS_BACKEND['"]?\s*(?:\]\s*=|[,:=])\s*['"](?:jax|torch)['"]
    | ^[ \t]*assert[ \t]+keras\.__version__(?:\.startswith\(|\s*>=?\s*|\s*==\s*)['"]3
    | ^[ \t]*assert[ \t]+int\(keras\.__version__(?:\[0\]|\.split\(['"]\.['"]\)\[0\])\)\s*(?:>=|==)\s*3
    """,
    re.MULTILINE | re.VERBOSE,
)
_KERAS_3 = re.compile(
    r"""
      ^[ \t]*from[ \t]+keras[ \t]+import[ \t]*(?:\([^)]*|[^\n]*)\b(?:ops|tree|random|distribution)\b
    | ^[ \t]*from[ \t]+keras\.(?:ops|tree|random|distribution)\b
    | ^[ \t]*(?:import|from)[ \t]+(?:[^\n]*,[ \t]*)?(?:keras_core|keras_hub|keras\.ops)\b
    | ^[ \t]*from[ \t]+keras\.(?:utils|layers|callbacks)[ \t]+import[ \t]*(?:\([^)]*|[^\n]*)
      \b(?:PyDataset|TorchModuleWrapper|SwapEMAWeights)\b
    | \bkeras\.(?:
          (?:ops|tree|random|distribution|config)\. | (?:Layer|Variable|KerasTensor|DTypePolicy)\b
        | (?:device|version)\( | utils\.PyDataset\b
        | (?:callbacks\.SwapEMAWeights|layers\.TorchModuleWrapper|losses\.Dice|saving\.KerasFileEditor)\b
      )
    | \buse_cudnn[ \t]*=
    """,
    re.MULTILINE | re.VERBOSE,
)

# "Keras version: 2.2.4", "TensorFlow version (use command below): v2.7.0", "TF 2.18"
_VERSION = re.compile(
    r"\b(?P<name>keras|tensorflow|tf)(?:[ ]+version)?(?:[ ]*\([^()\n]*\))?[\s*:=`~_-]*"
    r"v?(?P<version>\d+(?:\.\d+)+)"
    r"(?![.\d]*[ ]?(?:\+|(?:or|and)[ ](?:later|newer|higher|above|up)))",
    re.IGNORECASE,
)
_KERAS_MAJOR = re.compile(r"\bkeras[ ]+(?:v(?:ersion)?[ ]*)?(?P<major>[0-3])\b(?!\.\d)", re.IGNORECASE)
# A post of a thread, and the head of an article: "name · comment · 2017-05-04", "date: 2017-05-04".
_DATE = re.compile(
    r"^\S[^\n]{0,80}[ ]·[ ]\w[\w ]*[ ]·[ ](\d{4}-\d\d-\d\d)[ ]*$"
    r"|\A---\n(?:(?!---)[^\n]*\n)*?date:[ ]*[\"']?(\d{4}-\d\d-\d\d)",
    re.MULTILINE,
)
# What Keras printed before it was part of TensorFlow, and a little longer.
_PRINTED = re.compile(
    r"^[ \t]*(?:Using (?:TensorFlow|Theano|CNTK) backend|Train on \d+ samples\b)", re.MULTILINE
)
_FIRST_OF_KERAS_3 = "2023-11-28"
# TensorFlow's first version whose Keras is Keras 3.
_TENSORFLOW_OF_KERAS_3 = (2, 16)

_DEPENDENCIES = ("pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "environment.yml", "environment.yaml")
_COMMENT = re.compile(r"#.*")
_SPECIFIER = r"""(?:===?|~=|[\^~]|<=?|>=?|=|!=)\s*\d+(?:\.\d+)*(?:\.\*)?"""
# A requirement anywhere in a line and what it asks for; Poetry has `keras = "2.3"` and `{version = "^3.3"}`.
_PIN = re.compile(
    r"""
    (?:^|(?<=[\s"',\[(])) (?:-[ ])?
    (?P<name>keras|tensorflow(?:[-_](?:cpu|gpu|intel|macos))?) (?:\[[^\]]*\])? ["']?\s*
    (?:
        =\s*(?:\{[^}\n]*\bversion\s*=\s*)? ["'](?P<exactly>\d+(?:\.\d+)*)["']
      | [:=]?\s*(?:\{[^}\n]*\bversion\s*=\s*)? ["']?\s*\(?
        (?P<asked>{specifier}(?:\s*,\s*{specifier})*)
    )
    """.replace("{specifier}", _SPECIFIER),
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_ASKED = re.compile(r"(?P<how>[=~^<>!]+)\s*(?P<version>\d+(?:\.\d+)*)")


def target_of(
    code: str, path: Path | None = None, look: Callable[[Path], tuple[int, ...]] | None = None
) -> tuple[int, ...]:
    """The generations that a program can mean, from its imports and from the dependency files around it.

    `look` is what looks into those of a folder, `pinned` where it isn't told.
    """
    if _KERAS_2.search(code) or _COLAB_1.search(code) or _is_for_tensorflow_1(code):
        return (2,)
    plain = without_quotes(code)
    if _CHOOSES_3.search(code) or _KERAS_3.search(plain):
        return (3,)
    installed = [
        pin for line in _INSTALLED.findall(code) for word in line.split() for pin in _pins(word.strip("\"'"))
    ]
    installed += [pin for block in _SCRIPT.findall(code) for pin in _pins(block)]
    if installed:
        return _allowed(installed)
    if _KERAS_2_ONLY.search(plain) or has_refused_call(plain, of_optimizers=_TORCH.search(plain) is None):
        return (2,)
    if _XRANGE.search(plain) and not _OWN_XRANGE.search(plain):
        return (2,)
    return (look or pinned)(path.parent) if path is not None else GENERATIONS


def _is_for_tensorflow_1(code: str) -> bool:
    if not _TENSORFLOW.search(code):
        return False
    found = list(_TENSORFLOW_1.finditer(code))
    return any(not use["block"] for use in found) or bool(found and not _EITHER_TENSORFLOW.search(code))


def told(text: str) -> tuple[int, ...]:
    """The generations that a text on code can mean: by the versions that it names, by what Keras printed in
    it, or else by its dates.
    """
    named = {_generation(match) for match in _VERSION.finditer(text)}
    named = named or {max(int(match["major"]), 2) for match in _KERAS_MAJOR.finditer(text)}
    if named:
        return (named.pop(),) if len(named) == 1 else GENERATIONS
    if _PRINTED.search(text):
        return (2,)
    dates = [one or other for one, other in _DATE.findall(text)]
    return (2,) if dates and max(dates) < _FIRST_OF_KERAS_3 else GENERATIONS


def _generation(named: re.Match[str]) -> int:
    """The generation of Keras that a version of it, or of TensorFlow, is or has."""
    major, minor = map(int, named["version"].split(".")[:2])
    if named["name"].lower() == "keras":
        return max(major, 2)
    return 3 if (major, minor) >= _TENSORFLOW_OF_KERAS_3 else 2


def _allowed(pins: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The generations that all pins allow; both where they contradict each other."""
    return tuple(g for g in GENERATIONS if all(g in pin for pin in pins)) or GENERATIONS


@cache
def pinned(folder: Path) -> tuple[int, ...]:
    """The generations that the nearest dependency files allow, up to the repository's root."""
    try:
        folder = folder.resolve()
    except OSError:
        return GENERATIONS
    for place in (folder, *folder.parents):
        found = _pinned_in(place)
        if found:
            return _allowed(found)
        if (place / ".git").exists():
            break
    return GENERATIONS


@cache
def _pinned_in(folder: Path) -> list[tuple[int, ...]]:
    """The generations that each requirement in the dependency files of a folder allows."""
    try:
        names = os.listdir(folder)  # noqa: PTH208  # a tenth of the cost
    except OSError:
        return []
    required = sorted(name for name in names if name.startswith("requirements") and name.endswith(".txt"))
    others = [name for name in _DEPENDENCIES if name in names]
    texts = (_COMMENT.sub("", _text(folder / name)) for name in (*required, *others))
    return [pin for text in texts for pin in _pins(text)]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _pins(text: str) -> Iterator[tuple[int, ...]]:
    """The generations that each requirement on Keras or TensorFlow in a text allows."""
    if re.search(r"\btf[-_]keras\b", text):
        # Whoever installs tf_keras beside Keras 3 may mean either.
        return
    for match in _PIN.finditer(text):
        first = (3, 0) if match["name"].lower() == "keras" else _TENSORFLOW_OF_KERAS_3
        asked = [("==", match["exactly"])] if match["exactly"] else _ASKED.findall(match["asked"])
        for how, named in asked:
            version = (*(int(part) for part in named.split(".")), 0)[:2]
            if how in ("==", "===", "=", "~=", "~"):
                yield (3,) if version >= first else (2,)
            elif (how == "<" and version <= first) or (how == "<=" and version < first):
                yield (2,)
            elif how in (">", ">=", "^") and version >= first:
                yield (3,)
            elif how == "^" and first == (3, 0):
                # Poetry's: up to the next major version.
                yield (2,)


def forget_pins() -> None:
    """Let go of what dependency files said: they may have changed."""
    pinned.cache_clear()
    _pinned_in.cache_clear()
