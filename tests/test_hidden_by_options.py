"""What an option's default hides is found too, and says so."""

from __future__ import annotations

from pathlib import Path

from statelint.discover import discover
from statelint.engine import check_files, check_source

PROGRAM = """
import argparse, keras, numpy as np
parser = argparse.ArgumentParser()
parser.add_argument("--train", action="store_true")
parser.add_argument("--epochs", type=int, default=4)
args = parser.parse_args()
x = np.zeros((8, 3, 1))
model = keras.Sequential([keras.Input(batch_shape=(2, 3, 1)), keras.layers.LSTM(4, stateful=True)])
if args.train:
    model.fit(x, x, epochs=args.epochs, batch_size=2, shuffle=False)
model.predict(x, batch_size=4)
"""


def test_a_finding_behind_an_option_names_the_option() -> None:
    checked = check_source("program.py", PROGRAM.encode())
    assert not checked.failures
    assumed = {finding.code: finding.assumptions for finding in checked.findings}
    given = "--train doesn't keep its default"
    assert assumed["SRN301"] == ("--epochs keeps its default 4", given)
    assert given in assumed["SRN304"]


def test_what_holds_anyway_assumes_no_option() -> None:
    checked = check_source("program.py", PROGRAM.encode())
    assert [f.assumptions for f in checked.findings if f.code == "SRN206"] == [()]


def test_what_another_module_hides_is_found_too(tmp_path: Path) -> None:
    before, after = PROGRAM.split("x = np.zeros")
    work = "import keras, numpy as np\n\ndef teach(model, x, epochs):\n"
    work += (
        "    model.fit(x, x, epochs=epochs, batch_size=2, shuffle=False)\n\ndef work(args):\n    x = np.zeros"
    )
    work += after.replace("\n", "\n    ").replace(
        "model.fit(x, x, epochs=args.epochs, batch_size=2, shuffle=False)", "teach(model, x, args.epochs)"
    )
    (tmp_path / "work.py").write_text(work, encoding="utf-8")
    (tmp_path / "main.py").write_text(f"{before}from work import work\nwork(args)\n", encoding="utf-8")
    checked = check_files(discover([str(tmp_path)]).files)
    assert not checked.failures
    (finding,) = (finding for finding in checked.findings if finding.code == "SRN301")
    assert finding.assumptions == ("--epochs keeps its default 4", "--train doesn't keep its default")
