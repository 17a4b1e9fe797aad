"""Blocks are found where people see them, and come out byte for byte."""

from __future__ import annotations

import pytest

from acceptance.blocks import Block, extract

NESTED = """\
# Help
```python
a = "```"
```

```markdown
## Template
```json
{}
```
after
```
Prose.
```bash
echo $X
```
"""


def test_a_block_comes_out_as_it_is_written() -> None:
    text = 'x\n```python\ndef f():\n\n    return "ü\\n"  \n```\n'
    assert extract(text) == [Block(1, 2, "python", 'def f():\n\n    return "ü\\n"  \n')]


def test_a_block_in_a_template_ends_itself_and_not_the_template() -> None:
    blocks = extract(NESTED)
    assert [(block.number, block.line, block.language, block.inside, block.code) for block in blocks] == [
        (1, 2, "python", "", "python"),
        (2, 6, "markdown", "", None),
        (3, 8, "json", "markdown", None),
        (4, 14, "bash", "", "bash"),
    ]
    assert blocks[1].text == "## Template\n```json\n{}\n```\nafter\n"
    assert blocks[3].text == "echo $X\n"


def test_code_in_a_template_is_an_example_and_is_not_run() -> None:
    (_, inner) = extract("```md\n```python\nx\n```\n```\n")
    assert (inner.language, inner.code) == ("python", None)


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("~~~js\nx\n~~~\n", "js", "javascript"),
        ("````sh\n```\nx\n````\n", "sh", "bash"),
        ("```Python title=a\nx\n```\n", "python", "python"),
        ("1. So:\n   ```bash\n   x\n   ```\n", "bash", "bash"),
        ("```\nx\n```\n", "", None),
        ("```mermaid\nx\n```\n", "mermaid", None),
    ],
)
def test_every_way_to_write_a_fence(text: str, language: str, code: str | None) -> None:
    (block,) = extract(text)
    assert (block.language, block.code) == (language, code)
    assert block.text.endswith("x\n")
    assert not block.text.startswith(" ")


def test_a_fence_with_a_language_in_a_program_is_text() -> None:
    (block,) = extract('```python\n"""\n```bash\n"""\n```\n')
    assert block.text == '"""\n```bash\n"""\n'


def test_a_block_that_is_never_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 2"):
        extract("a\n```bash\necho\n")
