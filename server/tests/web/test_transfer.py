"""Only what anybody may keep is compressed, and only for whoever asks."""

from __future__ import annotations

import gzip

import pytest

from finsecure_server.web.transfer import SMALLEST, fitted, tag

BODY = b"<p>All of it.</p>" * 100
PUBLIC = [(b"content-type", b"text/html"), (b"content-length", b"1700"), (b"cache-control", b"public, max-age=300")]
GZIP = {b"accept-encoding": b"gzip, br"}


def test_a_public_page_is_compressed_for_whoever_asks() -> None:
    status, body, headers = fitted(GZIP, 200, BODY, [*PUBLIC, (b"vary", b"Origin")])
    told = dict(headers)
    assert (status, gzip.decompress(body)) == (200, BODY)
    assert told[b"content-encoding"] == b"gzip"
    assert told[b"content-length"] == b"%d" % len(body)
    assert told[b"vary"] == b"Origin, Accept-Encoding"
    assert len(told) == len(headers)


@pytest.mark.parametrize("accepted", [b"", b"br", b"gzip;q=0", b"gzip; q=0.000", b"identity, deflate"])
def test_whoever_does_not_ask_gets_it_as_it_is(accepted: bytes) -> None:
    status, body, headers = fitted({b"accept-encoding": accepted}, 200, BODY, PUBLIC)
    assert (status, body) == (200, BODY)
    assert dict(headers)[b"vary"] == b"Accept-Encoding"
    assert b"content-encoding" not in dict(headers)


@pytest.mark.parametrize("accepted", [b"gzip", b"GZIP", b"br;q=1, gzip;q=0.5", b"x-gzip", b"gzip;q=1.0"])
def test_whoever_asks_in_other_words_is_understood(accepted: bytes) -> None:
    assert fitted({b"accept-encoding": accepted}, 200, BODY, PUBLIC)[1] != BODY


@pytest.mark.parametrize("kept", [b"no-store", b"private, no-store", b""])
def test_what_may_hold_a_secret_is_never_compressed(kept: bytes) -> None:
    headers = [(b"content-type", b"text/html"), (b"cache-control", kept)]
    assert fitted({**GZIP, b"if-none-match": b"*"}, 200, BODY, headers) == (200, BODY, headers)


def test_what_is_small_or_packed_already_goes_as_it_is() -> None:
    assert fitted(GZIP, 200, BODY[: SMALLEST - 1], PUBLIC)[1] == BODY[: SMALLEST - 1]
    assert fitted(GZIP, 200, BODY, [(b"content-type", b"image/png"), *PUBLIC[1:]])[1] == BODY


@pytest.mark.parametrize("condition", [tag(BODY), b'"other", ' + tag(BODY), b"*"])
def test_what_is_known_does_not_travel_again(condition: bytes) -> None:
    status, body, headers = fitted({**GZIP, b"if-none-match": condition}, 200, BODY, PUBLIC)
    assert (status, body, dict(headers)[b"etag"]) == (304, b"", tag(BODY))


def test_what_has_changed_travels_and_so_does_what_is_missing() -> None:
    assert fitted({b"if-none-match": b'W/"old"'}, 200, BODY, PUBLIC)[0] == 200
    assert fitted({b"if-none-match": b"*"}, 404, BODY, PUBLIC)[:2] == (404, BODY)
