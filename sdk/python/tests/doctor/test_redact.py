"""Secrets are planted everywhere, and none may come out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure.doctor.finding import Finding, Side, Status
from finsecure.doctor.redact import redact

KEY = "sk_live_9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"
SECRETS = (
    KEY,
    "rk_test_60cnvqhw3m84vkhfac5w9xtynrt0pxm3pqbhnjps",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "pi_01k0x0_secret_h3s8dk20fj3hd83hs",
)
PLACES = (
    "{}",
    "the key {} was refused",
    "Authorization: Bearer {}",
    '{{"authorization": "Bearer {}"}}',
    "curl -H 'Authorization: Bearer {}' https://api.finsecure.com/v1/balance",
    "curl -u {}: https://api.finsecure.com/v1/balance",
    "https://{}@api.finsecure.com/v1/balance",
    "https://api.finsecure.com/v1/balance?key={}",
    "FINSECURE_SECRET_KEY={}",
    "export FINSECURE_SECRET_KEY='{}'",
    'secret_key = "{}"',
    "{}\n",
    "'{}'",
    "({})",
    "a,{},b",
    "key_{}",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_a_key_comes_out_nowhere(place: str, secret: str) -> None:
    out = redact(place.format(secret))
    assert secret not in out
    assert secret.rpartition("_")[2][4:] not in out


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("4242424242424242", "424242424242"),
        ("card 4000 0566 5566 5556 was declined", "0566 5566"),
        ('{"number": "5555-5555-5555-4444"}', "5555-5555-5555"),
        ("378282246310005", "37828224631"),
        ("http://jenny:hunter2@proxy.corp.example:3128", "hunter2"),
        ("http://jenny:hunter2@proxy.corp.example:3128", "jenny"),
        ("redis://:p%40ss@cache:6379/0", "p%40ss"),
        ("rediss://default:s3cr3t@cache:6379/0", "s3cr3t"),
        ("postgresql://user:pass/word@db/x", "pass/word"),
        ("Cookie: session=abc123; theme=dark", "abc123"),
        ("Set-Cookie: session=abc123; HttpOnly", "abc123"),
        ("proxy-authorization: Basic amVubnk6aHVudGVyMg==", "amVubnk6aHVudGVyMg"),
        ("Authorization: Digest username=jenny, response=deadbeef", "deadbeef"),
        ("DATABASE_PASSWORD=hunter2", "hunter2"),
        ('{"password": "hunter2"}', "hunter2"),
        ("FINSECURE_MASTER_KEY=bWFzdGVyLWtleS1vZi1hLXZhdWx0", "bWFzdGVy"),
        ("api_key: abcdef0123456789", "abcdef0123456789"),
        ("access_token=ya29.a0AfH6SMBx", "ya29"),
        ("SK_LIVE_9F8A7B6C5D4E3F2A", "9F8A7B6C"),
        ("sk-test-9f8a7b6c5d4e", "9f8a7b6c"),
    ],
)
def test_other_secrets_come_out_nowhere_either(text: str, secret: str) -> None:
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "the certificate of api.finsecure.com ends in 5 days",
        "sk_test_…4f2a, secret key of test mode",
        "export FINSECURE_SECRET_KEY=sk_test_…",
        'export FINSECURE_SECRET_KEY="$FINSECURE_API_KEY"; unset FINSECURE_API_KEY',
        "export HTTPS_PROXY=http://USER:PASSWORD@proxy.corp.example:3128",
        "export FINSECURE_REDIS_URL=redis://:PASSWORD@127.0.0.1:6379/0",
        "2026-11-23T14:02:11Z req_01k0x0z0w607d6gy7hjg4wdc2zwf pi_01k0x0z0w607d6gy7hjg4wdc2zwf",
        "https://pay.example:8443/webhook",
        "pass a cookie jar to your client",
        "127.0.0.1:4242 in 3 ms, 2001:db8::10 in 4 ms",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_an_example_key_keeps_its_words() -> None:
    assert redact("export FINSECURE_SECRET_KEY=$(cat key)") == "export FINSECURE_SECRET_KEY=$(cat key)"


@given(st.text(alphabet="ab4 :/@=_-\"'\n{}sktelivwhc.,;", max_size=80), st.text(alphabet="ab4 :/@\"'\n;,", max_size=20))
def test_a_key_in_any_text_is_cut_and_cutting_twice_changes_nothing(before: str, after: str) -> None:
    out = redact(f"{before} {KEY}{after}")
    assert KEY[12:] not in out
    assert redact(out) == out


def test_a_finding_cannot_hold_a_secret() -> None:
    one = Finding("api.auth", Status.FAIL, f"the key {KEY}", Side.CONFIGURATION, f"Bearer {KEY}", f"export K={KEY}")
    assert KEY not in repr(one)
    assert KEY not in json.dumps(one.shown())
