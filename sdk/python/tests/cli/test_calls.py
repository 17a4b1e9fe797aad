"""Commands that come from the contract, and `api`: what is sent is what was said."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from finsecure.cli import values
from finsecure.cli.data_tables import table
from finsecure.cli.failures import Stop
from fixtures.scripted import Scripted, reply
from fixtures.shell import Shell

CREATE = ("payments", "create", "--amount", "2000", "--currency", "usd")


def test_a_payment_from_begin_to_end(shell: Shell) -> None:
    made = shell.good(*CREATE, "--capture-method", "manual", "--card", "visa", "--json").json
    assert made["status"] == "requires_capture"
    taken = shell.good("payments", "capture", made["id"], "--amount-to-capture", "1500", "--json").json
    assert (taken["status"], taken["amount_received"]) == ("succeeded", 1500)
    back = shell.good("refunds", "create", "--payment-intent", made["id"], "--metadata", "ticket=811", "--json").json
    assert (back["amount"], back["metadata"]) == (1500, {"ticket": "811"})
    seen = shell.good("payments", "get", made["id"], "-d", "expand[]=latest_charge", "--json").json
    assert seen["latest_charge"]["amount_refunded"] == 1500


def test_every_card_has_its_word(shell: Shell) -> None:
    for word in ("visa", "4242424242424242", "4242 4242 4242 4242", "pm_card_visa", "success"):
        assert shell.good(*CREATE, "--card", word, "--json").json["status"] == "succeeded"
    assert shell.good(*CREATE, "--card", "3ds", "--json").json["status"] == "requires_action"
    wrong = shell.run(*CREATE, "--card", "insuficient_funds")
    assert wrong.code == 2
    assert "insufficient_funds" in wrong.err


def test_a_form_is_sent_and_texts_stay_texts(bare: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"id": "pi_1", "object": "payment_intent"}))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url}
    bare.good(
        *CREATE, "--metadata", "order=007", "--payment-method-types", "card,us_bank_account", "--confirm",
        "-d", "shipping[address][city]=Zürich", "-d", "expand[]=customer", "-d", "expand[]=latest_charge", env=env,
    )  # fmt: skip
    seen = scripted.seen[0]
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert len(seen.headers["idempotency-key"]) > 20
    assert sorted(parse_qsl(seen.body.decode())) == [
        ("amount", "2000"),
        ("confirm", "true"),
        ("currency", "usd"),
        ("expand[]", "customer"),
        ("expand[]", "latest_charge"),
        ("metadata[order]", "007"),
        ("payment_method_types[]", "card"),
        ("payment_method_types[]", "us_bank_account"),
        ("shipping[address][city]", "Zürich"),
    ]


def test_ids_cannot_leave_their_place_in_the_path(bare: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"id": "x", "object": "payment_intent"}))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url}
    bare.good("payments", "get", "../customers/cus_1?x=1", env=env)
    assert scripted.seen[0].path == "/v1/payment_intents/..%2Fcustomers%2Fcus_1%3Fx%3D1"
    assert bare.run("payments", "get", "..", env=env).code == 2
    assert bare.run("payments", "get", " ", env=env).code == 2


def test_secrets_are_cut_and_shown_once_only_on_demand(shell: Shell) -> None:
    made = shell.good(*CREATE, "--json")
    assert "_secret_…" in made.out
    assert shell.good("payments", "get", made.json["id"], "--json", "--reveal").json["client_secret"].count("…") == 0
    endpoint = ("webhooks", "create", "--url", "https://example.com/hook", "--enabled-events", "refund.*")
    assert shell.run(*endpoint).code == 2  # a secret that is shown once would be lost
    whole = shell.good(*endpoint, "--reveal", "--json").json
    assert len(whole["secret"]) > 40
    assert "secret" not in shell.good("webhooks", "get", whole["id"], "--json").json
    assert shell.run("keys", "create", "--name", "x").code == 2
    shell.good("webhooks", "delete", whole["id"], "--yes")


@pytest.mark.parametrize(
    "path", ["/v1/api_keys", "api_keys/", "/v1/webhook_endpoints/we_1/roll_secret", "/v1/%61pi_keys"]
)
def test_a_call_by_its_path_loses_no_secret(bare: Shell, scripted: Scripted, path: str) -> None:
    scripted.script(reply({"id": "key_1", "object": "api_key", "secret": "sk_test_" + "x" * 40}))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url}
    refused = bare.run("api", "POST", path, env=env)
    assert refused.code == 2
    assert "--reveal" in refused.err
    assert not scripted.seen
    assert bare.good("api", "POST", path, "--reveal", env=env).json["secret"] == "sk_test_" + "x" * 40


def test_a_secret_that_nobody_expected_is_not_lost(bare: Shell, scripted: Scripted) -> None:
    scripted.script(reply({"id": "key_1", "object": "api_key", "secret": "sk_test_" + "x" * 40}))
    env = {"FINSECURE_SECRET_KEY": "sk_test_1", "FINSECURE_API_BASE": scripted.url}
    assert bare.good("api", "POST", "/v1/api_keys/key_1/renew", env=env).json["secret"] == "sk_test_" + "x" * 40
    assert not [one for one in bare.home.rglob("*") if one.is_file() and b"x" * 40 in one.read_bytes()]


def test_every_operation_that_tells_a_secret_is_known(shell: Shell) -> None:
    made = shell.good("api", "POST", "/v1/api_keys", "-d", "name=x", "-d", "kind=secret", "--reveal").json
    assert made["secret"].startswith("sk_test_")
    assert "…" not in made["secret"]
    again = shell.good("keys", "roll", made["id"], "--reveal", "--json").json
    assert "…" not in again["secret"]
    shell.good("keys", "revoke", again["id"], "--yes")


def test_times(shell: Shell) -> None:
    shell.good("customers", "create")
    assert shell.good("customers", "list", "--since", "1h", "--id").out
    assert shell.good("customers", "list", "--until", "1h", "--id").out == ""
    assert shell.run("customers", "list", "--since", "yesterday").code == 2
    assert values.moment("10m", now=10_000) == 9_400
    assert values.moment("2026-11-22T00:00:00+00:00") == 1_795_305_600
    assert values.moment("1795348800") == 1_795_348_800
    with pytest.raises(Stop):
        values.moment("soon")


def test_api_calls_anything(shell: Shell) -> None:
    made = shell.good("api", "POST", "customers", "-d", "name=Ann", "-d", "metadata[a]=1").json
    assert (made["name"], made["metadata"]) == ("Ann", {"a": "1"})
    assert shell.good("api", "get", f"/v1/customers/{made['id']}").json["id"] == made["id"]
    assert shell.good("api", "DELETE", f"/v1/customers/{made['id']}").json["deleted"] is True
    assert shell.good("api", "GET", "/health").json["status"] == "ok"
    assert shell.run("api", "GET", "/v1/nothing").code == 3
    assert shell.run("api", "GET", "https://evil.example/v1/balance").code == 2
    assert "request-id: req_" in shell.good("api", "GET", "/v1/balance", "-i").err


def test_api_walks_pages(shell: Shell) -> None:
    ids = [shell.good("customers", "create", "--email", "page@example.com", "--id").out.strip() for _ in range(3)]
    walked = shell.good("api", "GET", "/v1/customers?email=page@example.com", "--paginate").json
    assert [row["id"] for row in walked["data"]] == ids[::-1]
    assert walked["has_more"] is False
    lines = shell.good("api", "GET", "/v1/customers", "-d", "email=page@example.com", "--paginate", "--jsonl").out
    assert [json.loads(line)["id"] for line in lines.splitlines()] == ids[::-1]


def test_a_list_without_pages(shell: Shell) -> None:
    every = shell.good("event-types", "list", "--all", "--json").json["data"]
    assert len(every) > 10
    assert shell.good("event-types", "list", "--limit", "2", "--json").json["data"] == every[:2]


def test_the_same_key_twice_has_one_effect(shell: Shell) -> None:
    first = shell.good(*CREATE, "--idempotency-key", "cli-1", "--id")
    again = shell.good(*CREATE, "--idempotency-key", "cli-1", "--json")
    assert again.json["id"] == first.out.strip()


def test_the_line_for_curl_does_the_same_and_holds_no_key(shell: Shell) -> None:
    said = [
        ("api", "POST", "/v1/customers", "-d", "name=O'Hara $HOME", "-d", "metadata[a b]=c&d", "--curl"),
        ("customers", "create", "--name", "Ann", "--curl"),
        ("api", "GET", "/v1/customers", "-d", "limit=1", "-d", "expand[]=data.default_source", "--curl"),
        ("customers", "list", "--email", "a+b@example.com", "--curl"),
    ]
    for words in said:
        line = shell.good(*words).out.strip()
        assert shell.env["FINSECURE_SECRET_KEY"] not in line
        assert "$FINSECURE_SECRET_KEY" in line
        done = subprocess.run(
            ["sh", "-c", f"{line} -s"], env=shell.environ(), capture_output=True, text=True, check=True
        )
        answer = json.loads(done.stdout)
        assert "error" not in answer or answer["error"]["code"] == "expand_invalid", answer
        if words[0] == "api" and words[1] == "POST":
            assert answer["name"] == "O'Hara $HOME"
            assert answer["metadata"] == {"a b": "c&d"}


def test_values_from_files(tmp_path: Path) -> None:
    path = tmp_path / "evidence.txt"
    path.write_text("It was delivered.")
    assert values.pairs([f"a=@{path}", "b=@@x", "c[]=1", "c[]=2", "d=1", "d=2", "e="]) == {
        "a": "It was delivered.",
        "b": "@x",
        "c": ["1", "2"],
        "d": ["1", "2"],
        "e": "",
    }
    for wrong in ("novalue", "=1", "a=@/does/not/exist"):
        with pytest.raises(Stop):
            values.pairs([wrong])


def test_every_operation_of_the_contract_is_a_command() -> None:
    from finsecure.cli.resources import resource

    for name, methods in table("operations").items():
        group = resource(name)
        assert len(group.methods) == len(methods), name
