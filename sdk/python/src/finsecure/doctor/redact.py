"""The one redactor: whatever doctor prints or packs goes through `redact`.

It knows what the rest of the package masks (keys, webhook secrets, client secrets, card numbers, bearer tokens), and
what else a report may pick up: authorization and cookie headers, passwords in addresses, and variables that are secret
by their name.
"""

from __future__ import annotations

import re
from typing import Final

from finsecure._core.redact import redact as _masked

_CUT: Final = "[redacted]"

#: A header with its whole value, as text, as JSON or as a shell word.
_HEADER: Final = re.compile(
    r"(?i)\b((?:proxy-)?authorization|set-cookie2?|cookie|x-api-key|idempotency-key)(\"?'?\s*[:=]\s*)(\"[^\"]*\"|[^\r\n\"']+)"
)
#: scheme://user:password@host, and scheme://:password@host, but for the words that our fixes write there.
_USERINFO: Final = re.compile(
    r"\b([A-Za-z][A-Za-z0-9+.-]*://)(?!(?:USER)?:PASSWORD@)[^\s/@:]*(?::(?![0-9]+/)\S*)?@(?=[^\s/@]+)"
)
#: A variable or a member that is secret by its name.
_NAMED: Final = re.compile(
    r"(?i)\b((?:[a-z0-9]+[_-])*(?:password|passwd|secret|secret[_-]?key|api[_-]?key|access[_-]?token|token|master[_-]?key))"
    r"(\"?\s*[=:]\s*)(\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s\"',;&$<>]+)"
)
#: A key whose tail is broken by white space or a mark that no key has, cut short, or in capitals.
_LOOSE: Final = re.compile(
    r"(?i)(?<![a-z0-9])((?:sk|rk|pk)[_-](?:live|test)[_-]|whsec[_-])[a-z0-9+/=_-]+"
    r"|(_secret_)(?=[a-z_]*[0-9])[a-z0-9_]{8,}"
)
_NO_SECRETS: Final = frozenset({_CUT, "PASSWORD", "true", "false", "null", "None", ""})
#: `$NAME`, `${NAME}`, `$(command …`: the name of what is secret, in a line for a shell.
_VARIABLE: Final = re.compile(r"\$(?:[A-Z][A-Z0-9_]*\Z|\{[A-Z][A-Z0-9_]*\}\Z|\()")


def redact(text: str) -> str:
    """The text without anything that is secret. What it has cut, it cuts again to the same."""
    text = _USERINFO.sub(rf"\1{_CUT}@", text)
    text = _HEADER.sub(rf"\1\2{_CUT}", text)
    text = _LOOSE.sub(lambda found: f"{found[1] or found[2]}…", _masked(text))
    return _NAMED.sub(_named, text)


def _named(found: re.Match[str]) -> str:
    value = found[3]
    masked = value.strip("\"'")
    plain = masked.endswith("…") or masked in _NO_SECRETS or _VARIABLE.match(masked)
    return found[0] if plain else f"{found[1]}{found[2]}{_CUT}"
