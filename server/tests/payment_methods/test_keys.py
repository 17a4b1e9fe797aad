import base64
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from finsecure_server.payment_methods import keys
from finsecure_server.payment_methods.keys import KeysError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "finsecure" / "keys.toml"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_the_first_start_makes_them_for_the_owner_alone(path: Path, data: Path) -> None:
    made = keys.load_or_create(path, data)
    assert made.created
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_the_next_start_finds_the_same(path: Path, data: Path) -> None:
    made, found = keys.load_or_create(path, data), keys.load_or_create(path, data)
    assert not found.created
    assert (found.test.masters, found.test.fingerprint) == (made.test.masters, made.test.fingerprint)
    assert (found.live.masters, found.live.fingerprint) == (made.live.masters, made.live.fingerprint)


def test_many_first_starts_at_once_agree(path: Path, data: Path) -> None:
    barrier = threading.Barrier(8)
    found: list[frozenset[str]] = []

    def start() -> None:
        barrier.wait()
        found.append(keys.load_or_create(path, data).names())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_every_key_is_another(path: Path) -> None:
    made = keys.load_or_create(path, None)
    every = [*made.test.masters.values(), *made.live.masters.values(), made.test.fingerprint, made.live.fingerprint]
    assert len({bytes(key) for key in every}) == 4
    assert {len(key) for key in every} == {32}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o777])
def test_refused_when_others_may_read_it(path: Path, mode: int) -> None:
    keys.load_or_create(path, None)
    path.chmod(mode)
    with pytest.raises(KeysError, match=re.escape(f"(mode {mode:04o}). Run: chmod 600 {path}")):
        keys.load(path)


def test_refused_when_it_belongs_to_another_user(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.load_or_create(path, None)
    if os.geteuid() == 0:
        os.chown(path, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(KeysError, match="belongs to another user"):
        keys.load(path)


def test_refused_inside_the_data_directory(data: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(data)
    for place in (data / "keys.toml", data / "deep" / "keys.toml", tmp_path / "link" / "keys.toml"):
        with pytest.raises(KeysError, match="lies in the data directory"):
            keys.load_or_create(place, data)
    assert list(data.iterdir()) == []


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeysError, match="Not a directory"):
        keys.load_or_create(tmp_path / "file" / "keys.toml", None)


def test_a_link_to_nothing_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(KeysError, match="cannot be read: No such file"):
        keys.load_or_create(tmp_path / "keys.toml", None)


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({"XDG_CONFIG_HOME": "/etc/xdg"}, "/etc/xdg/finsecure/keys.toml"),
        ({"XDG_CONFIG_HOME": ""}, "{home}/.config/finsecure/keys.toml"),
        ({}, "{home}/.config/finsecure/keys.toml"),
    ],
)
def test_where_it_lies(environ: dict[str, str], place: str) -> None:
    assert str(keys.default_path(environ)) == place.format(home=Path.home())


# -- what is in it ----------------------------------------------------------------------------------------------------

Edit = Callable[[str], str]


def swap(pattern: str, replacement: str) -> Edit:
    def edit(text: str) -> str:
        assert re.search(pattern, text, flags=re.MULTILINE), pattern
        return re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)

    return edit


def live_key_for_test(text: str) -> str:
    """The live section with the test section's keys."""
    values = re.findall(r'"([A-Za-z0-9+/]{43}=)"', text)
    return text.replace(values[2], values[0])


BAD: dict[str, tuple[Edit, str]] = {
    "no TOML": (lambda text: "]" + text, "does not hold a key file"),
    "not text": (lambda text: text.replace("format", "\udc80"), "does not hold a key file"),
    "another format": (swap("format = 1", "format = 2"), "a format that this version knows"),
    "no live section": (lambda text: text[: text.index("[live]")], "has no keys for live mode"),
    "no test keys": (swap(r"^test-1-.*$", ""), "has no keys for test mode"),
    "a number for a section": (lambda text: "live = 1\n" + text[: text.index("[live]")], "has no keys for live mode"),
    "a renamed key": (swap(r"^test-1-", "test-2-"), "was damaged or edited"),
    "a name of its own": (swap(r"^test-1-.{8} =", "mine ="), "Leave the names as they were made"),
    "a key of the other mode": (swap(r"^live-1-", "test-1-"), "names a key of live mode 'test-1-"),
    "a damaged key": (swap(r'^(test-1-.{8}) = ".....', r'\1 = "AAAAA'), "was damaged or edited"),
    "a short key": (swap(r'^(test-1-.{8}) = "....', r'\1 = "'), "is not 32 bytes in base64"),
    "no base64": (swap(r'^(test-1-.{8}) = "..', r'\1 = "**'), "is not 32 bytes in base64"),
    "a key that is a number": (swap(r'^(test-1-.{8}) = ".*$', r"\1 = 7"), "is not 32 bytes in base64"),
    "no fingerprint key": (swap(r"^fingerprint = .*$", ""), "is not 32 bytes in base64"),
    "no such current key": (swap(r'^current = "test-1', 'current = "test-9'), "which key of test mode is the current"),
    "one fingerprint key for both": (live_key_for_test, "has the same key twice"),
}  # fmt: skip


@pytest.mark.parametrize("edit,says", BAD.values(), ids=BAD.keys())  # noqa: PT006  the ids stand beside what they name
def test_a_wrong_file_is_refused_and_not_quoted(path: Path, edit: Edit, says: str) -> None:
    keys.load_or_create(path, None)
    text = path.read_text()
    secrets = re.findall(r'"([A-Za-z0-9+/]{43}=)"', text)
    path.write_bytes(edit(text).encode(errors="surrogateescape"))
    with pytest.raises(KeysError, match=re.escape(says)) as raised:
        keys.load(path)
    assert len(secrets) == 4
    assert not any(secret[:8] in str(raised.value) for secret in secrets)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


# -- from the environment ---------------------------------------------------------------------------------------------


def test_the_environment_may_hold_the_file(path: Path, data: Path) -> None:
    made = keys.load_or_create(path, data)
    found = keys.obtain(keys.export(path) + "\n", path, data)
    assert found.names() == made.names()
    assert found.live.masters == made.live.masters
    assert found.source == "FINSECURE_MASTER_KEY"


def test_else_the_file_is_read(path: Path, data: Path) -> None:
    assert keys.obtain(None, path, data).created


@pytest.mark.parametrize("value", ["", "ä", "$$$", "c2VjcmV0", base64.b64encode(b"\xff" * 32).decode()])
def test_a_wrong_value_is_refused(value: str, path: Path) -> None:
    with pytest.raises(KeysError, match=r"FINSECURE_MASTER_KEY (is not (base64|a key file)|does not hold a key file)"):
        keys.obtain(value, path, None)


# -- changing them ----------------------------------------------------------------------------------------------------


def test_rotation_adds_a_key_to_each_mode_and_keeps_the_rest(path: Path) -> None:
    old = keys.load_or_create(path, None)
    names = keys.rotate(path)
    new = keys.load(path)
    assert new.current() == names
    assert sorted(name.rsplit("-", 1)[0] for name in names) == ["live-2", "test-2"]
    assert new.names() == old.names() | names
    assert new.test.fingerprint == old.test.fingerprint
    assert path.stat().st_mode & 0o777 == 0o600


def test_rotations_at_once_lose_nothing(path: Path) -> None:
    keys.load_or_create(path, None)
    threads = [threading.Thread(target=keys.rotate, args=[path]) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = keys.load(path)
    assert sorted(int(name.split("-")[1]) for name in found.test.masters) == list(range(1, 12))
    assert list(path.parent.iterdir()) == [path]


def test_an_unused_old_key_can_go(path: Path) -> None:
    old = keys.load_or_create(path, None)
    keys.rotate(path)
    for name in old.names():
        keys.remove(path, name, in_use=keys.load(path).current())
    assert keys.load(path).names() == keys.load(path).current()
    keys.rotate(path)
    assert sorted(name.rsplit("-", 1)[0] for name in keys.load(path).current()) == ["live-3", "test-3"]


def test_a_key_that_is_needed_stays(path: Path) -> None:
    old = keys.load_or_create(path, None)
    with pytest.raises(KeysError, match="Run `keys rotate` first"):
        keys.remove(path, old.test.current, in_use=())
    keys.rotate(path)
    with pytest.raises(KeysError, match="Run `rekey` first"):
        keys.remove(path, old.test.current, in_use={old.test.current})
    with pytest.raises(KeysError, match="There is no key test-7"):
        keys.remove(path, "test-7-00000000", in_use=())
    assert old.names() < keys.load(path).names()


def test_a_link_is_followed_and_stays(path: Path, tmp_path: Path) -> None:
    keys.load_or_create(path, None)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    keys.rotate(link)
    assert link.is_symlink()
    assert len(keys.load(path).names()) == 4


def test_what_cannot_be_changed_is_said(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeysError, match="cannot be read: No such file"):
        keys.rotate(tmp_path / "nowhere" / "keys.toml")
    keys.load_or_create(path, None)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeysError, match="cannot be written: No space left on device"):
        keys.rotate(path)
    assert path.read_bytes() == before
