"""The language server, driven by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from statelint.server.analysis import Analyst, Job, StaleError
from statelint.server.documents import Buffer, Text
from tests.editor import Editor, capabilities, edited, editing

HEAD = """\
import numpy as np
from tensorflow import keras

model = keras.Sequential([keras.Input(batch_shape=(4, 3, 1)), keras.layers.LSTM(4, stateful=True)])
model.compile(loss="mse")
x, y = np.zeros((16, 3, 1)), np.zeros((16, 4))
"""
SHUFFLED = f"{HEAD}model.fit(x, y, batch_size=4)\n"
RIGHT = f"{HEAD}model.fit(x, y, batch_size=4, shuffle=False)\n"

Scene = Callable[[Editor], Coroutine[Any, Any, None]]


def play(folder: Path, scene: Scene, able: types.ClientCapabilities | None = None) -> None:
    async def played() -> None:
        async with editing(folder, able) as editor:
            await scene(editor)

    asyncio.run(played())


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return (tmp_path / "train.py").as_uri()


def test_findings_come_and_go_as_one_types(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED)
        (shown,) = await editor.shown(uri)
        assert (shown.code, shown.source, shown.severity) == (
            "SRN201",
            "statelint",
            types.DiagnosticSeverity.Warning,
        )
        assert (shown.range.start, shown.range.end.line) == (types.Position(6, 0), 6)
        assert shown.code_description is not None
        assert shown.code_description.href.endswith("shuffled-batches.md")
        assert Path(shown.code_description.href.removeprefix("file://")).is_file()
        assert shown.related_information is not None
        assert {one.location.uri for one in shown.related_information} == {uri}
        editor.write(uri, RIGHT)
        assert await editor.shown(uri) == []
        editor.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))

    play(tmp_path, scene)


def test_only_what_was_typed_last_is_checked(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, RIGHT)
        await editor.shown(uri)
        for number in range(40):
            editor.write(uri, f"{RIGHT}# {number}\n")
        editor.write(uri, SHUFFLED)
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        assert editor.told <= 4

    play(tmp_path, scene)


def test_a_check_whose_result_nobody_waits_for_is_let_go(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    buffer = Buffer(path.as_uri(), path, str(path), (Text(path.as_uri(), 1, SHUFFLED),))
    job = Job((buffer,), frozenset([buffer.uri]), frozenset())
    with pytest.raises(StaleError):
        Analyst().check(job, lambda: True)
    assert [one.code for one in Analyst().check(job, lambda: False).found] == ["SRN201"]


def test_half_typed_code_keeps_what_is_shown(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED)
        assert len(await editor.shown(uri)) == 1
        editor.write(uri, SHUFFLED + "model.predict(x, (\n")
        await asyncio.sleep(1.5)
        assert editor.published[uri].version == 1
        editor.write(uri, SHUFFLED + "model.predict(x, (4))\n")
        assert {one.code for one in await editor.shown(uri)} >= {"SRN201"}
        # Who saves a file that can't be parsed is told.
        editor.write(uri, SHUFFLED + "model.predict(x, (\n")
        editor.save(uri)
        assert [one.code for one in await editor.shown(uri)] == ["SRN001"]

    play(tmp_path, scene)


def test_a_file_that_was_broken_when_it_was_opened_is_reported(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, HEAD + "if True\n")
        assert [one.code for one in await editor.shown(uri)] == ["SRN001"]

    play(tmp_path, scene)


def test_half_typed_python_2(tmp_path: Path, uri: str) -> None:
    old = f'{SHUFFLED}print "done"\n'

    async def scene(editor: Editor) -> None:
        editor.open(uri, old)
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        editor.write(uri, f"{old}print (")
        await asyncio.sleep(1.5)
        assert editor.codes(uri) == ["SRN201"]
        editor.write(uri, f"{old}print 3\n")
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]

    play(tmp_path, scene)


def test_who_imports_a_half_typed_module_keeps_its_findings(tmp_path: Path, uri: str) -> None:
    models = (tmp_path / "models.py").as_uri()
    (tmp_path / "models.py").write_text("", encoding="utf-8")
    body = "".join(f"    {line}\n" for line in HEAD.splitlines()[1:5])
    build = f"def build():\n    import keras\n{body}    return model\n"
    data = "import numpy as np\nx, y = np.zeros((16, 3, 1)), np.zeros((16, 4))\n"
    train = f"{data}from models import build\n\nmodel = build()\nmodel.fit(x, y, batch_size=4)\n"

    async def scene(editor: Editor) -> None:
        editor.open(models, build)
        editor.open(uri, train)
        # What is on disk is empty: the module is read as it is in the editor.
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        related = editor.published[uri].diagnostics[0].related_information
        assert related is not None
        assert related[0].location.uri == models
        editor.write(models, build.replace("return model", "return model("))
        editor.write(uri, train + "\n")
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        editor.write(models, build.replace("stateful=True", "stateful=False"))
        await editor.until(lambda: editor.codes(uri) == [])

    play(tmp_path, scene)


def test_a_closed_file_is_read_from_disk(tmp_path: Path, uri: str) -> None:
    models = tmp_path / "models.py"
    models.write_text("stateful = True\n", encoding="utf-8")
    train = SHUFFLED.replace("import numpy", "from models import stateful\nimport numpy").replace(
        "stateful=True", "stateful=stateful"
    )

    async def scene(editor: Editor) -> None:
        editor.open(uri, train)
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        editor.open(models.as_uri(), "stateful = False\n")
        await editor.until(lambda: editor.codes(uri) == [])
        editor.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(models.as_uri()))
        )
        await editor.until(lambda: editor.codes(uri) == ["SRN201"])
        models.write_text("stateful = False\n", encoding="utf-8")
        editor.touched(models.as_uri())
        await editor.until(lambda: editor.codes(uri) == [])

    play(tmp_path, scene)


def test_what_is_set_holds_at_once(tmp_path: Path, uri: str) -> None:
    settings = tmp_path / "statelint.toml"

    async def scene(editor: Editor) -> None:
        def set_to(text: str) -> None:
            settings.write_text(text, encoding="utf-8")
            editor.touched(settings.as_uri())

        editor.open(uri, SHUFFLED)
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        set_to('ignore = ["SRN2"]\n')
        await editor.until(lambda: editor.codes(uri) == [])
        set_to('severity = { SRN201 = "error" }\n')
        await editor.until(lambda: editor.codes(uri) == ["SRN201"])
        assert editor.published[uri].diagnostics[0].severity is types.DiagnosticSeverity.Error
        # What can't be followed is said once, and what was set before holds on.
        set_to("severity = 3\n")
        await editor.until(lambda: bool(editor.said))
        editor.write(uri, "\n" + SHUFFLED)
        (shown,) = await editor.shown(uri)
        assert shown.severity is types.DiagnosticSeverity.Error
        assert len(editor.said) == 1
        assert "severity" in editor.said[0]
        set_to('exclude = ["train.py"]\n')
        await editor.until(lambda: editor.codes(uri) == [])

    play(tmp_path, scene)


def test_what_a_baseline_has_is_not_shown(tmp_path: Path, uri: str) -> None:
    (tmp_path / "train.py").write_text(SHUFFLED, encoding="utf-8")
    (tmp_path / "statelint.toml").write_text('baseline = "known.json"\n', encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "statelint", "--update-baseline", "train.py"], cwd=tmp_path, check=True
    )

    async def scene(editor: Editor) -> None:
        editor.open(uri, f"\n{SHUFFLED}model.predict(x, batch_size=8)\n")
        assert "SRN206" in {one.code for one in await editor.shown(uri)}
        assert "SRN201" not in editor.codes(uri)
        (tmp_path / "known.json").unlink()
        editor.touched(uri)
        await editor.until(lambda: "SRN201" in editor.codes(uri) and bool(editor.said))
        assert "known.json" in editor.said[0]

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("encodings", "units"),
    [
        (None, 2),
        ([types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16], 4),
        ([types.PositionEncodingKind.Utf32], 1),
    ],
)
def test_columns_count_the_units_that_were_agreed_upon(
    tmp_path: Path, uri: str, encodings: list[types.PositionEncodingKind | str] | None, units: int
) -> None:
    async def scene(editor: Editor) -> None:
        # A form feed ends no line.
        editor.open(uri, f'{HEAD}\f\nprint("🎲"); model.fit(x, y, batch_size=4)\n')
        (shown,) = await editor.shown(uri)
        assert shown.range.start == types.Position(7, 11 + units)
        # And so do those of changes: the text between the quotes.
        uri_and_version = types.VersionedTextDocumentIdentifier(2, uri)
        dice = types.Range(types.Position(7, 7), types.Position(7, 7 + units))
        behind = types.Range(types.Position(7, 39), types.Position(7, 39))
        editor.versions[uri] = 2
        editor.text_document_did_change(
            types.DidChangeTextDocumentParams(
                uri_and_version,
                [
                    types.TextDocumentContentChangePartial(range=dice, text=""),
                    types.TextDocumentContentChangePartial(range=behind, text=", shuffle=False"),
                ],
            )
        )
        assert await editor.shown(uri) == []

    play(tmp_path, scene, capabilities(encodings=encodings))


def test_hovering_shows_the_page(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED)
        await editor.shown(uri)
        place = types.TextDocumentIdentifier(uri)
        over = await editor.text_document_hover_async(types.HoverParams(place, types.Position(6, 3)))
        assert over is not None
        assert isinstance(over.contents, types.MarkupContent)
        assert over.contents.kind is types.MarkupKind.Markdown
        assert "**SRN201 shuffled-batches**" in over.contents.value
        assert "# shuffled-batches (SRN201)" in over.contents.value
        assert await editor.text_document_hover_async(types.HoverParams(place, types.Position(0, 0))) is None

    play(tmp_path, scene)


def test_a_quick_fix_mends_the_text(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED.replace("\n", "\r\n").replace("model.fit", '"🎲"; model.fit'))
        await editor.shown(uri)
        action, comment = await editor.offered(uri, 6, "quickfix", column=8)
        assert isinstance(action, types.CodeAction)
        assert isinstance(comment, types.CodeAction)
        assert not comment.is_preferred
        assert (action.is_preferred, action.kind) == (True, types.CodeActionKind.QuickFix)
        assert action.diagnostics is not None
        assert action.diagnostics[0].code == "SRN201"
        editor.make(action)
        assert editor.texts[uri].endswith('\r\n"🎲"; model.fit(x, y, batch_size=4, shuffle=False)\r\n')
        assert await editor.shown(uri) == []
        assert await editor.offered(uri, 0) == []

    play(tmp_path, scene)


def test_a_finding_is_suppressed_with_a_comment(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED)
        await editor.shown(uri)
        _, comment = await editor.offered(uri, 6, "quickfix")
        assert comment.title == "Suppress it with a comment (SRN201)"
        editor.make(comment)
        assert editor.texts[uri] == f"{SHUFFLED.strip()}  # statelint: ignore[shuffled-batches]\n"
        assert await editor.shown(uri) == []
        # A comment of no use is itself a finding, and fades.
        editor.write(uri, editor.texts[uri].replace("batch_size=4)", "batch_size=4, shuffle=False)"))
        (shown,) = await editor.shown(uri)
        assert (shown.code, shown.tags) == ("SRN002", (types.DiagnosticTag.Unnecessary,))
        (action,) = await editor.offered(uri, 6, "quickfix", column=shown.range.start.character)
        editor.make(action)
        assert editor.texts[uri] == RIGHT
        assert await editor.shown(uri) == []

    play(tmp_path, scene)


def test_unsafe_fixes_are_marked_and_no_part_of_fixing_all(tmp_path: Path, uri: str) -> None:
    text = f"{HEAD}model.fit(x, y, batch_size=4)\nmodel.predict(x, batch_size=8)\n"

    async def scene(editor: Editor) -> None:
        editor.open(uri, text)
        await editor.shown(uri)
        action, _ = [one for one in await editor.offered(uri, 7, "quickfix") if "SRN206" in one.title]
        assert isinstance(action, types.CodeAction)
        assert "unsafe" in action.title
        assert action.is_preferred is False
        (every,) = await editor.offered(uri, 0, "source.fixAll")
        assert isinstance(every, types.CodeAction)
        assert every.kind == "source.fixAll.statelint"
        editor.make(every)
        assert "batch_size=4, shuffle=False" in editor.texts[uri]
        assert "predict(x, batch_size=8)" in editor.texts[uri]

    play(tmp_path, scene)


def cells(*texts: str) -> tuple[types.DidOpenNotebookDocumentParams, list[str]]:
    uris = [f"vscode-notebook-cell:/nowhere/a.ipynb#{number}" for number in range(len(texts))]
    notebook = types.NotebookDocument(
        "file:///nowhere/a.ipynb",
        "jupyter-notebook",
        1,
        [types.NotebookCell(types.NotebookCellKind.Code, one) for one in uris],
    )
    items = [types.TextDocumentItem(one, "python", 1, text) for one, text in zip(uris, texts, strict=True)]
    return types.DidOpenNotebookDocumentParams(notebook, items), uris


def test_the_cells_of_a_notebook_are_one_program(tmp_path: Path) -> None:
    opened, (head, magic, fit) = cells(HEAD, "%time x\n", "# 🎲\nmodel.fit(x, y, batch_size=4)")

    def typed(editor: Editor, uri: str, version: int, text: str) -> None:
        editor.texts[uri], editor.versions[uri] = text, version
        content = types.NotebookDocumentCellContentChanges(
            types.VersionedTextDocumentIdentifier(version, uri),
            [types.TextDocumentContentChangeWholeDocument(text)],
        )
        changes = types.NotebookDocumentCellChanges(text_content=[content])
        editor.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(version, opened.notebook_document.uri),
                types.NotebookDocumentChangeEvent(cells=changes),
            )
        )

    async def scene(editor: Editor) -> None:
        editor.notebook_document_did_open(opened)
        for item in opened.cell_text_documents:
            editor.texts[item.uri], editor.versions[item.uri] = item.text, 1
        (shown,) = await editor.shown(fit)
        assert (shown.code, shown.range.start) == ("SRN201", types.Position(1, 0))
        assert shown.related_information is not None
        assert shown.related_information[0].location.uri == head
        assert await editor.shown(head) == await editor.shown(magic) == []
        # A half-typed cell costs the others nothing.
        typed(editor, magic, 2, "%time x[\n")
        typed(editor, head, 2, HEAD + "\n")
        assert await editor.shown(head) == []
        assert editor.codes(fit) == ["SRN201"]
        typed(editor, magic, 3, "%time x\n")
        over = await editor.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(fit), types.Position(1, 0))
        )
        assert over is not None
        for kind in ("quickfix", "source.fixAll", "notebook.source.fixAll"):
            action = (await editor.offered(fit, 1, kind))[0]
            assert isinstance(action, types.CodeAction)
            assert action.edit is not None
            (change,) = action.edit.document_changes or []
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.uri == fit
            mended = edited(editor.texts[fit], [e for e in change.edits if isinstance(e, types.TextEdit)])
            assert mended == "# 🎲\nmodel.fit(x, y, batch_size=4, shuffle=False)"
        typed(editor, fit, 2, mended)
        assert await editor.shown(fit) == []

    play(tmp_path, scene)


def test_cells_come_and_go(tmp_path: Path) -> None:
    opened, (head, fit) = cells(HEAD, "model.fit(x, y, batch_size=4)")
    away = types.NotebookDocumentCellChangeStructure(
        types.NotebookCellArrayChange(start=1, delete_count=1),
        did_close=[types.TextDocumentIdentifier(fit)],
    )
    back = types.NotebookDocumentCellChangeStructure(
        types.NotebookCellArrayChange(
            start=1, delete_count=0, cells=[types.NotebookCell(types.NotebookCellKind.Code, fit)]
        ),
        did_open=[opened.cell_text_documents[1]],
    )

    async def scene(editor: Editor) -> None:
        editor.notebook_document_did_open(opened)
        for version, structure, found in [(2, None, ["SRN201"]), (3, away, []), (4, back, ["SRN201"])]:
            if structure is not None:
                editor.notebook_document_did_change(
                    types.DidChangeNotebookDocumentParams(
                        types.VersionedNotebookDocumentIdentifier(version, opened.notebook_document.uri),
                        types.NotebookDocumentChangeEvent(
                            cells=types.NotebookDocumentCellChanges(structure=structure)
                        ),
                    )
                )
            await editor.until(lambda: fit in editor.published and editor.codes(fit) == found)  # noqa: B023
        cell_ids = [types.TextDocumentIdentifier(one) for one in (head, fit)]
        editor.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(opened.notebook_document.uri), cell_ids
            )
        )
        await editor.until(lambda: editor.codes(fit) == [])

    play(tmp_path, scene)


def test_markdown(tmp_path: Path) -> None:
    uri = (tmp_path / "a.md").as_uri()
    text = f"# 🎲\n\n```python\n{SHUFFLED}```\n"

    async def scene(editor: Editor) -> None:
        editor.open(uri, text, "markdown")
        assert [one.range.start for one in await editor.shown(uri)] == [types.Position(9, 0)]
        editor.write(uri, text.replace("batch_size=4)\n", "batch_size=4\n"))
        await asyncio.sleep(1)
        assert editor.codes(uri) == ["SRN201"]

    play(tmp_path, scene)


def test_a_client_that_asks_is_not_told(tmp_path: Path, uri: str) -> None:
    async def ask(editor: Editor, known: str | None = None) -> Any:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=known)
        return await editor.text_document_diagnostic_async(params)

    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED)
        first = await ask(editor)
        assert [one.code for one in first.items] == ["SRN201"]
        editor.write(uri, SHUFFLED + "model.fit(")
        assert (await ask(editor, first.result_id)).kind == "unchanged"
        editor.write(uri, RIGHT)
        second = await ask(editor, first.result_id)
        assert list(second.items) == []
        assert second.result_id != first.result_id
        # What the client can't know of, it is asked to ask for.
        assert not editor.refreshed
        editor.write(uri, SHUFFLED)
        assert [one.code for one in (await ask(editor)).items] == ["SRN201"]
        (tmp_path / "statelint.toml").write_text('ignore = ["SRN201"]\n', encoding="utf-8")
        editor.touched((tmp_path / "statelint.toml").as_uri())
        await editor.until(lambda: editor.refreshed == 1)
        assert list((await ask(editor)).items) == []
        assert not editor.published

    play(tmp_path, scene, capabilities(pull=True))


def test_no_message_ends_the_server(tmp_path: Path, uri: str) -> None:
    async def scene(editor: Editor) -> None:
        writer = editor.protocol.writer
        assert writer is not None
        broken = [
            b"{]",
            b"[]",
            b'"text"',
            b'{"jsonrpc": "2.0"}',
            b'{"jsonrpc": "2.0", "method": "no/such"}',
            b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": 3}}',
            b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": '
            b'"file:///never/opened.py", "version": 1}, "contentChanges": [{"text": ""}]}}',
            b'{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": null}',
            b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "never asked"}}',
            b"\xff\xfe",
        ]
        for message in broken:
            writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(message), message))
        writer.write(b"Nonsense: 1\r\n\r\n")
        # Neither does a text that is hard to read.
        hard = (tmp_path / "hard.py").as_uri()
        editor.open(hard, "stateful = True\nimport keras\n" + "(" * 5000 + "\x00\ud800")
        odd, past = "untitled:Untitled-1", uri.replace("file:", "git:") + "?ref=HEAD"
        editor.open(odd, SHUFFLED)
        editor.open(past, SHUFFLED)
        editor.open(uri, SHUFFLED)
        assert [one.code for one in await editor.shown(uri)] == ["SRN201"]
        assert [one.code for one in await editor.shown(odd)] == ["SRN201"]
        await editor.shown(hard)
        assert past not in editor.published

    play(tmp_path, scene)


def test_an_internal_error_is_logged_and_the_rest_goes_on(tmp_path: Path, uri: str) -> None:
    rule = tmp_path / "sitecustomize.py"
    rule.write_text(
        "from statelint.rules.shuffled_batches import ShuffledBatches\n"
        "def check(self, trace):\n    print('noise')\n    raise RuntimeError('broken rule')\n    yield\n"
        "ShuffledBatches.check = check\n",
        encoding="utf-8",
    )

    async def scene(editor: Editor) -> None:
        editor.open(uri, f"{HEAD}for i in range(2):\n    model.fit(x, y, batch_size=4)\n")
        shown = await editor.shown(uri)
        assert shown
        assert "SRN201" not in {one.code for one in shown}
        await editor.until(lambda: any("broken rule" in message for message in editor.logged))

    async def played() -> None:
        async with editing(tmp_path, path=[tmp_path]) as editor:
            await scene(editor)

    asyncio.run(played())


def test_a_large_file_holds_nothing_up(tmp_path: Path, uri: str) -> None:
    loops = "".join(f"for i in range({number}):\n    x = x + i\n" for number in range(2500))

    async def scene(editor: Editor) -> None:
        editor.open(uri, SHUFFLED + loops)
        await asyncio.sleep(0.2)
        small = (tmp_path / "small.py").as_uri()
        editor.open(small, SHUFFLED)
        begin = asyncio.get_running_loop().time()
        params = types.HoverParams(types.TextDocumentIdentifier(small), types.Position(0, 0))
        await editor.text_document_hover_async(params)
        took = asyncio.get_running_loop().time() - begin
        assert uri not in editor.published, "the file was too small to tell anything"
        assert took < 5
        assert [one.code for one in await editor.shown(small)] == ["SRN201"]

    play(tmp_path, scene)


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pygls'] = None; sys.argv[1:] = []\n"
        "from statelint.server import main; sys.exit(main())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert 'pip install "statelint[server]"' in ended.stderr
    assert not ended.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [(["--version"], 0, "statelint-server "), (["--help"], 0, "usage:"), (["--no-such"], 2, "")],
)
def test_its_command_line(arguments: list[str], status: int, said: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "statelint.server", *arguments], capture_output=True, text=True, check=False
    )
    assert ended.returncode == status
    assert ended.stdout.startswith(said)
    assert bool(ended.stdout) is not bool(ended.stderr)


def test_a_client_that_goes_away_without_a_word_ends_the_server(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "statelint.server"], input=b"", capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert not ended.stdout
