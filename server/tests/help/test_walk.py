"""The walk itself: each kind of block does what it is there for, and whatever is wrong in a guide is found."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import pytest

from finsecure_server.help.page import PageError
from tests.help.fences import Malformed
from tests.help.matching import json_differs, text_differs
from tests.help.walk import Failed, here, walk, walk_guide

ENVIRON: Final = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}


def guide(*blocks: tuple[str, str]) -> str:
    """A guide of blocks: what their fences say, and what stands in them."""
    return "Prose.\n\n" + "\n".join(f"```{info}\n{text}\n```\n" for info, text in blocks)


def walked(folder: Path, *blocks: tuple[str, str], port: int = 4242) -> Path:
    """The working directory after a walk."""
    walk("guide.md", guide(*blocks), folder, ENVIRON, port=port)
    return folder / "here"


# -- what each kind does ----------------------------------------------------------------------------------------------


def test_what_is_exported_and_where_it_is_stay_with_the_shell(tmp_path: Path) -> None:
    walked(
        tmp_path,
        ("sh", "export NAME='two\nlines'; unseen=1; mkdir shop; cd shop"),
        ("sh", 'echo "$NAME"; echo "${unseen-gone}"; basename "$PWD"'),
        ("output", "two\nlines\ngone\nshop"),
        ("python", "import os; print(os.environ['NAME'][:3], os.path.basename(os.getcwd()))"),
        ("output", "two shop"),
        ("js", "console.log(process.env.NAME.slice(4))"),
        ("output", "lines"),
    )


@pytest.mark.parametrize("text", ["false; true", "echo $unset", "false | true"])
def test_a_shell_stops_at_the_first_failure(tmp_path: Path, text: str) -> None:
    with pytest.raises(Failed, match=r"guide.md:3: it ended with 1"):
        walked(tmp_path, ("sh", text))


def test_python_is_one_namespace(tmp_path: Path) -> None:
    walked(
        tmp_path,
        ("python", "import finsecure\nfirst = 1"),
        ("python", "def more():\n    return first + 1\n\nprint(more(), finsecure.__name__)"),
        ("output", "2 finsecure"),
    )


def test_a_traceback_names_the_line_of_the_guide(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r'File "guide.md", line 5, in <module>'):
        walked(tmp_path, ("python", "first = 1\n1 / 0"))


def test_javascript_is_one_module_run_as_far_as_each_block(tmp_path: Path) -> None:
    walked(
        tmp_path,
        ("js", 'import FinSecure from "finsecure";\nconsole.log("first");\nconst name = await FinSecure.name;'),
        ("output", "first"),
        ("js fails", "throw new Error(name)"),
        ("js", "console.log(name)"),
        ("output", "FinSecure"),
    )


def test_a_file_is_written_and_not_run(tmp_path: Path) -> None:
    here = walked(
        tmp_path,
        ("python file=shop/app.py", "raise SystemExit(3)"),
        ("toml file=shop.toml", "a = 1"),
        ("sh fails=3", "python shop/app.py"),
        ("js file=shop.mjs", 'import "finsecure"; console.log(1)'),
        ("sh", "node shop.mjs"),
        ("output", "1"),
    )
    assert (here / "shop.toml").read_text() == "a = 1\n"


def test_python_imports_what_was_written(tmp_path: Path) -> None:
    walked(
        tmp_path, ("python file=shop.py", "price = 5"), ("python", "import shop\nprint(shop.price)"), ("output", "5")
    )


SERVE: Final = """
import http.server, sys
print("ready on", sys.argv[2])
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def test_the_next_block_uses_what_runs_in_the_background(tmp_path: Path) -> None:
    walked(
        tmp_path,
        ("python file=serve.py", SERVE),
        ("sh background port=5000", "python serve.py --port 5000"),
        ("sh", "curl -s http://127.0.0.1:5000/ | grep -o serve.py | head -1; echo amount=5000"),
        ("output", "serve.py\namount=5000"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:5000/webhook",
        "{host}:5000",
        "flask run --port 5000",
        "serve -p 5000",
        "PORT=5000",
        "run(port=5000)",
        "port = 5000",
        '{"port": 5000}',
        '{"port":5000}',
        "app.listen(5000)",
    ],
)
def test_a_port_is_known_where_it_stands(text: str) -> None:
    assert here(text, {5000: 61234}) == text.replace("5000", "61234")


@pytest.mark.parametrize("text", ["amount=5000", '"amount":5000', '"amount": 5000', ":50001", "50.00", "$5000"])
def test_an_amount_is_no_port(text: str) -> None:
    assert here(text, {5000: 61234}) == text


def test_the_output_of_a_background_block_is_waited_for(tmp_path: Path) -> None:
    walked(tmp_path, ("sh background", "sleep 0.3; echo ready; sleep 60"), ("output", "ready"))


def test_a_port_that_never_answers_fails(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"nothing answers at port 5000\n(.|\n)*no such program"):
        walked(tmp_path, ("sh background port=5000", "echo no such program >&2; exit 1"))


def test_what_ends_badly_in_the_background_fails(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"guide\.md:3: it ended with 4"):
        walked(tmp_path, ("sh background", "exit 4"), ("sh", "sleep 0.5"))


def test_the_servers_address_is_its_own_and_printed_as_the_guide_has_it(tmp_path: Path) -> None:
    walked(
        tmp_path,
        ("sh", 'a=http://127.0.0.1:4242; echo "$a" localhost:4242; echo "${#a}"'),
        ("output", "http://127.0.0.1:4242 localhost:4242\n20"),
        port=987,
    )


def test_text_is_not_run(tmp_path: Path) -> None:
    walked(tmp_path, ("text", "exit 1"), ("text", "exit 1"))


@pytest.mark.parametrize(
    ("info", "text"),
    [("sh fails=6", "exit 6"), ("sh fails", "exit 2"), ("python fails=2", "exit(2)"), ("js fails=1", "throw 1")],
)
def test_what_must_fail_may_and_must(tmp_path: Path, info: str, text: str) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    walked(tmp_path / "a", (info, text))
    with pytest.raises(Failed, match="it ended with 0"):
        walked(tmp_path / "b", (info, "// fine" if info.startswith("js") else "# fine"))


def test_another_exit_code_than_that_fails(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="it ended with 5, not with 6"):
        walked(tmp_path, ("sh fails=6", "exit 5"))


def test_hidden_blocks_are_run(tmp_path: Path) -> None:
    walked(tmp_path, ("sh hidden", "export A=1"), ("sh", "echo $A"), ("output", "1"))


# -- what is printed --------------------------------------------------------------------------------------------------


def test_a_wrong_output_fails_and_says_what_was_printed(tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        walked(tmp_path, ("sh", "echo one; echo why >&2"), ("output", "two"))
    assert str(caught.value).splitlines() == [
        "guide.md:3: it printed something else than its output block says",
        "--- expected (line 7)",
        "two",
        "--- sh",
        "echo one; echo why >&2",
        "--- printed",
        "one",
        "--- on standard error",
        "why",
    ]


def test_a_wrong_json_fails(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"the JSON\.error\.code is \"a\", not \"b\""):
        walked(tmp_path, ("sh", 'echo \'{"error": {"code": "a"}}\''), ("json output", '{"error": {"code": "b"}}'))


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("pi_… succeeded", "pi_1234 succeeded\n", True),
        ("pi_… succeeded", "pi_1234\n succeeded", False),
        ("a\n…\nb", "a\nx\ny\nb", True),
        ("a\n…\nb", "a\nb", True),
        ("a\n…\nb", "a\nx", False),
        ("a", "a  \n\n", True),
        ("a.c", "abc", False),
        ("…", "", True),
        ("", "a", False),
    ],
)
def test_dots_stand_for_what_differs(expected: str, printed: str, same: bool) -> None:
    assert (text_differs(expected, printed) == "") is same


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ('{"a": 1}', '{"a": 1, "b": 2}', True),
        ('{"a": {"b": "pi_…"}}', '{"a": {"b": "pi_1"}}', True),
        ('{"a": "…"}', '{"a": [1]}', True),
        ('{"a": "pi_…"}', '{"a": null}', False),
        ('{"a": 1}', '{"a": true}', False),
        ('{"a": 1}', "[]", False),
        ('{"a": 1}', "{}", False),
        ("[1]", "[1, 2]", False),
        ('[1, "…"]', "[1, 2, 3]", True),
        ("[1, 2]", "[1, 3]", False),
        ("{", "{}", False),
        ("{}", "{", False),
    ],
)
def test_json_is_contained(expected: str, printed: str, same: bool) -> None:
    assert (json_differs(expected, printed) == "") is same


# -- guides that are refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("info", "why"),
    [
        ("", "a block without a language"),
        ("ruby", "'ruby'"),
        ("json", "'json'"),
        ("python output", "'python'"),
        ("sh loud", "'loud'"),
        ("sh file", "'file'"),
        ("sh file=", "'file='"),
        ("sh hidden=1", "'hidden=1'"),
        ("sh fails fails=2", "said twice"),
        ("sh fails=0", "'0' is no number"),
        ("sh background port=x", "'x' is no number"),
        ("sh port=5000", "in the background"),
        ("python background", "sh blocks only"),
        ("sh background fails", "may not fail"),
        ("text fails", "only a block that is run"),
        ("python file=../a.py", "not in the working directory"),
        ("python file=/a.py", "not in the working directory"),
        ("text file=a.txt", "'text'"),
        ("output", "no block above"),
    ],
)
def test_a_fence_that_means_nothing_is_refused(tmp_path: Path, info: str, why: str) -> None:
    with pytest.raises(Malformed, match=f"^3: .*{why}"):
        walked(tmp_path, (info, ""))


def test_one_block_has_one_output(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no block above"):
        walked(tmp_path, ("sh", "echo 1"), ("output", "1"), ("output", "1"))


def test_only_two_blocks_may_not_be_run(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"^11: more than 2 blocks that are not run"):
        walked(tmp_path, ("text", "a"), ("text", "b"), ("text", "c"))


def test_a_block_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"^1: the block is never closed"):
        walk("guide.md", "```sh\ntrue\n", tmp_path, ENVIRON)


def test_a_block_that_is_indented_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match=r"^3: a block that is indented"):
        walk("guide.md", "Prose.\n\n    false\n", tmp_path, ENVIRON)


def test_a_block_in_a_list_is_run(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"^guide.md:3: it ended with 1\n--- sh\nfalse"):
        walk("guide.md", "1. First:\n\n   ```sh\n   false\n   ```\n", tmp_path, ENVIRON)


def test_a_guide_without_its_facts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text('+++\ntitle = "A"\n+++\n\nProse.\n')
    with pytest.raises(PageError, match="guide: lead must be there"):
        walk_guide(path, tmp_path, ENVIRON, 4242)


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    facts = 'title = "A"\nlead = "B."\naliases = []\nsymptoms = []\nidentifiers = []\nowner = "payments"\n'
    path.write_text(f"+++\n{facts}verified = 2026-11-23\nrelated = []\n+++\n\nProse.\n\n```sh\nfalse\n```\n")
    with pytest.raises(Failed, match=r"guide\.md:14: it ended with 1"):
        walk_guide(path, tmp_path, ENVIRON, 4242)
