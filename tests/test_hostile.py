"""Programs that do their worst: each gets its verdict, no other program loses one, nothing else changes.

Each is bounded itself, so that a limit that fails costs a red test and not the machine.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent

import pytest

from statelint.confirm import judge
from statelint.confirm.confinement import available
from statelint.confirm.harness import Harness, Limits
from statelint.confirm.oversight import below
from statelint.discover import SourceFile
from statelint.engine import check_files
from statelint.findings import Finding, Status, Verdict
from tests.conftest import Recordings

pytestmark = pytest.mark.keras

HEAD = """
import os, sys, threading, numpy as np, keras
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(2, stateful=True)])
model.compile("sgd", "mse")
x, y = np.ones((4, 3, 1)), np.ones((4, 2))
if len(sys.argv) < 9:
"""
# What is found here is what the verdict is on: state that is carried from epoch to epoch.
TAIL = """
model.fit(x, y, batch_size=2, epochs=2, shuffle=False, verbose=0)
"""
GOOD = HEAD + "    pass" + TAIL

CONFIRMED, INCONCLUSIVE = Status.CONFIRMED, Status.INCONCLUSIVE


@dataclass(frozen=True)
class Attack:
    """What a program does before its `fit`, and what the verdict on that says."""

    source: str
    status: Status
    says: str = ""
    # How long it may run: what would never end gets little.
    seconds: float = 30


ATTACKS = {
    "fork_bomb": Attack(
        "for _ in range(9):  # 512 processes\n    os.fork()\nthreading.Event().wait(30)",
        INCONCLUSIVE,
        "more than 24 processes",
    ),
    "runaway_children": Attack(
        "import subprocess\n"
        "for _ in range(100):\n"
        "    subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "threading.Event().wait(30)",
        INCONCLUSIVE,
        "more than 24 processes",
    ),
    "endless_loop": Attack("while True:\n    pass", INCONCLUSIVE, "still running after 2 s", 2),
    "deaf_loop": Attack(
        "import ctypes\nctypes.PyDLL(None).sleep(60)", INCONCLUSIVE, "still running after 2 s", 2
    ),
    "endless_output": Attack(
        "for _ in range(3000):\n    print('x' * 1_000_000)\n    os.write(2, b'x' * 1_000_000)",
        INCONCLUSIVE,
        "File too large",
    ),
    "endless_output_of_a_child": Attack(
        "import subprocess\nsubprocess.run('yes | head -c 3000000000', shell=True)", CONFIRMED
    ),
    "huge_file": Attack(
        "with open('huge', 'wb') as file:\n    for _ in range(3000):\n        file.write(b'x' * 1_000_000)",
        INCONCLUSIVE,
        "File too large",
    ),
    "many_files": Attack(
        "for number in range(300):\n"
        "    with open(f'file{number}', 'wb') as file:\n"
        "        file.write(b'x' * 10_000_000)\n"
        "threading.Event().wait(3)",
        INCONCLUSIVE,
        "it wrote more than 200 MB",
    ),
    "unlinked_files": Attack(
        "files = []\n"
        "for number in range(100):\n"
        "    files.append(open('file', 'wb'))\n"
        "    os.unlink('file')\n"
        "    files[-1].write(b'x' * 10_000_000)\n"
        "threading.Event().wait(3)",
        INCONCLUSIVE,
        "it wrote more than 200 MB",
    ),
    "memory_hog": Attack("hog = bytearray(1 << 32)", INCONCLUSIVE, "MemoryError"),
    "memory_hogs": Attack(
        "for _ in range(4):\n"
        "    if os.fork() == 0:\n"
        "        hog = b'x' * 700_000_000\n"
        "        threading.Event().wait(30)\n"
        "threading.Event().wait(30)",
        INCONCLUSIVE,
        "more than 1500 MB of memory",
    ),
    "exits_now": Attack("os._exit(0)", INCONCLUSIVE, "os._exit(0)"),
    "exits": Attack("sys.exit(3)", INCONCLUSIVE, "SystemExit"),
    "becomes_another": Attack("os.execv('/bin/sh', ['sh', '-c', 'exit 0'])", INCONCLUSIVE, "exit code 0"),
    "kills_itself": Attack(
        "import signal\nos.kill(os.getpid(), signal.SIGKILL)", INCONCLUSIVE, "killed by signal 9"
    ),
    "terminates_itself": Attack("os.kill(os.getpid(), 15)", INCONCLUSIVE, "signal 15"),
    "stops_itself": Attack(
        "import signal\nos.kill(os.getpid(), signal.SIGSTOP)", INCONCLUSIVE, "still running after 2 s", 2
    ),
    "kills_its_group": Attack("os.killpg(0, 9)", INCONCLUSIVE, "killed by signal 9"),
    "kills_its_parent": Attack(
        "try:\n    os.kill(os.getppid(), 9)\nexcept PermissionError:\n    pass", CONFIRMED
    ),
    "kills_everybody": Attack(
        # Each by its number and not -1: nothing but what this test has started, if the bounds fail.
        "try:\n    os.kill(OTHER, 9)\nexcept (PermissionError, ProcessLookupError):\n    pass",
        CONFIRMED,
    ),
    "deletes_its_folder": Attack(
        "import shutil\n"
        "for folder in (os.getcwd(), os.path.dirname(os.getcwd()), OUTSIDE):\n"
        "    shutil.rmtree(folder, ignore_errors=True)",
        CONFIRMED,
    ),
    "overwrites_files": Attack(
        "for flags in ('w', 'a', 'r+'):\n"
        "    try:\n"
        "        open(os.path.join(OUTSIDE, 'data.csv'), flags).write('gone')\n"
        "    except OSError:\n"
        "        pass",
        CONFIRMED,
    ),
    "renames_and_links": Attack(
        "for function in (os.rename, os.link, os.symlink):\n"
        "    try:\n"
        "        function(__file__, os.path.join(OUTSIDE, 'new'))\n"
        "    except OSError:\n"
        "        pass\n"
        "os.symlink(OUTSIDE, 'door')\n"
        "try:\n"
        "    open('door/new', 'w').write('here')\n"
        "except OSError:\n"
        "    pass",
        CONFIRMED,
    ),
    "writes_at_home": Attack(
        "open(os.path.expanduser('~/.profile'), 'a').write('gone')\n"
        "import pwd\n"
        "home = pwd.getpwuid(os.getuid()).pw_dir\n"
        "try:\n"
        "    open(os.path.join(home, 'statelint-was-here'), 'w').write('here')\n"
        "except OSError:\n"
        "    pass",
        CONFIRMED,
    ),
    "child_that_writes": Attack(
        "import subprocess\nsubprocess.run(['sh', '-c', 'echo gone > ' + os.path.join(OUTSIDE, 'data.csv')])",
        CONFIRMED,
    ),
    "opens_sockets": Attack(
        "import socket\n"
        "for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
        "    with socket.socket(socket.AF_INET, kind) as sock:\n"
        "        sock.connect(('127.0.0.1', 9))",
        INCONCLUSIVE,
        "OSError",
    ),
    "reads_the_environment": Attack(
        "here = dict(os.environ)\n"
        "assert not any('STATELINT_SECRET' in text for pair in here.items() for text in pair)\n"
        "import glob\n"
        "for path in glob.glob('/proc/[0-9]*/environ'):\n"
        "    try:\n"
        "        assert b'STATELINT_SECRET' not in open(path, 'rb').read(), path\n"
        "    except OSError:\n"
        "        pass",
        CONFIRMED,
    ),
    "asks": Attack("input('How many epochs? ')", INCONCLUSIVE, "EOFError"),
    "sleeps": Attack("import time\ntime.sleep(1000)", CONFIRMED),
    "endless_thread": Attack(
        "def spin():\n    while True:\n        pass\nthreading.Thread(target=spin).start()", CONFIRMED
    ),
    "many_threads": Attack(
        "for _ in range(2000):\n    threading.Thread(target=threading.Event().wait, args=(30,)).start()",
        INCONCLUSIVE,
        "can't start new thread",
    ),
    "raises_in_a_callback": Attack(
        "class Raise(keras.callbacks.Callback):\n"
        "    def on_train_batch_end(self, batch, logs=None):\n"
        "        raise BaseException('enough')\n"
        "model.fit(x, y, batch_size=2, verbose=0, callbacks=[Raise()])",
        INCONCLUSIVE,
        "enough",
    ),
    "recursion": Attack(
        "def deeper(n):\n    return deeper(n + 1)\ndeeper(0)", INCONCLUSIVE, "RecursionError"
    ),
    "recursion_in_c": Attack(
        "sys.setrecursionlimit(10**8)\ndeep = []\nfor _ in range(10**6):\n    deep = [deep]\nrepr(deep)",
        INCONCLUSIVE,
        "killed by signal 11",
    ),
    "segmentation_fault": Attack("import ctypes\nctypes.string_at(0)", INCONCLUSIVE, "killed by signal 11"),
    "aborts": Attack("os.abort()", INCONCLUSIVE, "killed by signal 6"),
    "corrupt_recording": Attack(
        "open('../recording.json', 'w').write('{\"keras\": [')\nos.kill(os.getpid(), 9)",
        INCONCLUSIVE,
        "unreadable recording",
    ),
    "nested_recording": Attack(
        "open('../recording.json', 'w').write('[' * 1_000_000)\nos.kill(os.getpid(), 9)",
        INCONCLUSIVE,
        "unreadable recording",
    ),
    "strange_recording": Attack(
        "import json\n"
        "keys = 'models calls batches resets weights raised mended caps'.split()\n"
        "strange = {key: [] for key in keys} | {'keras': 3, 'version': '', 'backend': ''}\n"
        "strange['outcome'] = {key: None for key in 'status exception message call batch'.split()}\n"
        "strange['outcome']['places'] = [['x', 1]]\n"
        "strange['calls'] = 7\n"
        "open('../recording.json', 'w').write(json.dumps(strange))\n"
        "os.kill(os.getpid(), 9)",
        INCONCLUSIVE,
        "unreadable recording",
    ),
    "huge_recording": Attack(
        "with open('../recording.json', 'wb') as file:\n    file.truncate(90 << 20)\nos.kill(os.getpid(), 9)",
        INCONCLUSIVE,
        "too large",
    ),
    "endless_story": Attack(
        "while True:\n    model.set_weights(model.get_weights())", INCONCLUSIVE, "after enough"
    ),
    "atexit_hooks": Attack(
        "import atexit\n"
        "atexit.register(threading.Event().wait)\n"
        "atexit.register(os._exit, 3)\n"
        "atexit.register(lambda: 1 / 0)",
        CONFIRMED,
    ),
    "breaks_python": Attack(
        "import builtins, json\n"
        "for owner, name in ((os, 'write'), (os, 'open'), (json, 'dumps'), (builtins, 'open')):\n"
        "    setattr(owner, name, None)\n"
        "sys.stdout = sys.stderr = None\n"
        "os.closerange(0, 3)",
        CONFIRMED,
    ),
}
LIMITS = Limits(memory_mb=1500, file_mb=100, disk_mb=200, processes=24)


# What is left to Python where there are no namespaces.
GUARDED = (
    "fork_bomb",
    "runaway_children",
    "memory_hogs",
    "kills_its_parent",
    "kills_everybody",
    "deletes_its_folder",
    "overwrites_files",
    "renames_and_links",
    "writes_at_home",
    "opens_sockets",
    "kills_itself",
)


@dataclass
class Ended:
    """What became of the programs, by name, and of what lay outside of their copies."""

    verdicts: Mapping[str, Verdict]
    seconds: float
    outside: dict[str, str]
    at_home: set[Path]
    left: list[str]
    running: list[int]


def confirmed(harness: Harness, folder: Path, attacks: Mapping[str, Attack], *, namespaces: bool) -> Ended:
    """Confirm all programs at once, each on one generation in turn, with good ones among them."""
    outside, programs = folder / "outside", folder / "programs"
    outside.mkdir()
    programs.mkdir()
    (outside / "data.csv").write_text("7")
    sources = {name: HEAD + indent(attack.source, "    ") + TAIL for name, attack in attacks.items()}
    sources |= {f"{name}_good": GOOD for name in list(attacks)[::5]}
    files = []
    for name in sorted(sources):
        text = sources[name].replace("OUTSIDE", repr(str(outside))).replace("OTHER", str(os.getpid()))
        (programs / f"{name}.py").write_text(text)
        files.append(SourceFile(programs / f"{name}.py", f"{name}.py"))
    found = [f for f in check_files(files).findings if f.code == "SRN301"]
    assert [f.site.path for f in found] == [file.shown for file in files]
    findings = [replace(f, holds_on=(2 + number % 2,)) for number, f in enumerate(found)]
    before = set(Path.home().iterdir())
    start = time.monotonic()
    judged: list[Finding] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "Harness", lambda *_, **__: Recordings(harness, (2, 3)))
        patch.setattr(judge, "_ask_witnesses", lambda *_: None)
        patch.setenv("STATELINT_SECRET", "1")
        for seconds in {attack.seconds for attack in attacks.values()}:
            patch.setattr(harness, "limits", replace(LIMITS, seconds=seconds, namespaces=namespaces))
            chosen = [f for f in findings if seconds == seconds_of(f.site.path, attacks)]
            judged += judge.confirm(chosen, files, None, seconds, lambda *_: None)
    return Ended(
        {Path(f.site.path).stem: v for f in judged for v in f.verdicts},
        time.monotonic() - start,
        {path.name: path.read_text() for path in outside.iterdir()},
        set(Path.home().iterdir()) - before,
        [path.name for path in (harness._folder or folder).glob("run-*")],
        [pid for server in servers(harness) for pid in below(server)],
    )


def seconds_of(path: str, attacks: Mapping[str, Attack]) -> float:
    name = Path(path).stem
    return attacks[name].seconds if name in attacks else Attack.seconds


def servers(harness: Harness) -> list[int]:
    return [server._process.pid for server in harness._servers.values() if server._process is not None]


@pytest.fixture(scope="module")
def separated(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    if len(available()) < 3:
        pytest.skip("this system lets nobody have namespaces")
    return confirmed(harness, tmp_path_factory.mktemp("separated"), ATTACKS, namespaces=True)


@pytest.fixture(scope="module")
def guarded(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    attacks = {name: ATTACKS[name] for name in GUARDED}
    return confirmed(harness, tmp_path_factory.mktemp("guarded"), attacks, namespaces=False)


@pytest.mark.parametrize("name", ATTACKS)
def test_each_is_told_in_namespaces(separated: Ended, name: str) -> None:
    told(separated, name)


@pytest.mark.parametrize("name", GUARDED)
def test_each_is_told_by_the_guard(guarded: Ended, name: str) -> None:
    told(guarded, name)


def told(ended: Ended, name: str) -> None:
    attack, verdict = ATTACKS[name], ended.verdicts[name]
    assert verdict.status is attack.status, verdict
    assert attack.says in verdict.evidence


@pytest.mark.parametrize("fixture", ["separated", "guarded"])
def test_nothing_else_is_lost(fixture: str, request: pytest.FixtureRequest) -> None:
    ended: Ended = request.getfixturevalue(fixture)
    good = {name: v for name, v in ended.verdicts.items() if name.endswith("_good")}
    assert len(good) >= 3
    assert {verdict.status for verdict in good.values()} == {Status.CONFIRMED}, good
    assert ended.outside == {"data.csv": "7"}
    assert ended.at_home == set()
    assert ended.left == []
    assert ended.running == []
    assert ended.seconds < 300
