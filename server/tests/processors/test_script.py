import pytest
from hypothesis import given
from hypothesis import strategies as st

from finsecure_server.core.attempt import Kind
from finsecure_server.core.declines import DECLINES
from finsecure_server.core.errors import Code, Refused
from finsecure_server.core.test_cards import CARDS
from finsecure_server.processors.script import WORDS, parse_script, word_for

CHARGES = {Kind.AUTHORIZE, Kind.VERIFY}
OTHERS = set(Kind) - CHARGES


def test_a_sequence_answers_attempt_by_attempt_and_its_end_repeats() -> None:
    script = parse_script(" insufficient_funds , do_not_honor,approved")
    said = [word_for(script, Kind.AUTHORIZE, number) for number in range(1, 6)]
    assert [word.name for word in said if word] == [
        "insufficient_funds",
        "do_not_honor",
        "approved",
        "approved",
        "approved",
    ]


@pytest.mark.parametrize(
    "word", [*DECLINES, "approved", "lost", "lost_declined", "missing", "unreachable", "slow:5", "three_d_secure"]
)
def test_a_word_without_a_kind_answers_charges(word: str) -> None:
    script = parse_script(word)
    for kind in Kind:
        said = word_for(script, kind, 1)
        assert (said is not None) == (kind in CHARGES)
        assert said is None or said.name == word.partition(":")[0]


@pytest.mark.parametrize("kind", Kind)
def test_a_word_with_a_kind_answers_that_kind_alone(kind: Kind) -> None:
    for word in (*DECLINES, "approved", "lost", "lost_declined", "missing", "unreachable", "slow:5"):
        script = parse_script(f"{kind.value}:{word}")
        assert [other for other in Kind if word_for(script, other, 1)] == [kind]


def test_each_kind_counts_its_own_words() -> None:
    script = parse_script("approved,capture:lost,do_not_honor,capture:approved")
    names = {
        (kind, number): word.name
        for kind in (Kind.AUTHORIZE, Kind.CAPTURE, Kind.REFUND)
        for number in (1, 2, 3)
        if (word := word_for(script, kind, number))
    }
    assert names == {
        (Kind.AUTHORIZE, 1): "approved",
        (Kind.AUTHORIZE, 2): "do_not_honor",
        (Kind.AUTHORIZE, 3): "do_not_honor",
        (Kind.CAPTURE, 1): "lost",
        (Kind.CAPTURE, 2): "approved",
        (Kind.CAPTURE, 3): "approved",
    }


@pytest.mark.parametrize(("text", "ms"), [("slow:0", 0), ("slow:1500", 1500), ("refund:slow:60000", 60000)])
def test_a_delay_is_milliseconds(text: str, ms: int) -> None:
    [word] = parse_script(text)
    assert (word.name, word.delay_ms) == ("slow", ms)


BAD = {
    "": "does not know the word ''. Use a decline code or one of approved, lost,",
    "approved,": "does not know the word ''",
    ",,": "does not know the word ''",
    "insuficient_funds": "Did you mean insufficient_funds?",
    "approve": "Did you mean approved?",
    "APPROVED": "does not know the word 'APPROVED'",
    "refund:aproved": "does not know the word 'aproved'. Did you mean approved?",
    "refund:": "does not know the word ''",
    "authorize": "does not know the word",
    "pay:approved": "does not know the word 'pay:approved'",
    "approved:5": "Did you mean approved?",
    "capture:refund:lost": "does not know the word",
    "slow": "The word slow takes milliseconds: slow:1500.",
    "void:slow": "The word slow takes milliseconds: slow:1500.",
    "slow:": "whole milliseconds from 0 to 60000",
    "slow:60001": "whole milliseconds from 0 to 60000",
    "slow:999999999999": "whole milliseconds from 0 to 60000",
    "slow:-1": "whole milliseconds from 0 to 60000",
    "slow:1.5": "whole milliseconds from 0 to 60000",
    "slow:１００": "whole milliseconds from 0 to 60000",
    "pending": "write refund:pending",
    "capture:pending_fails": "write refund:pending_fails",
    "refund:three_d_secure": "does not answer a question of the kind refund",
    ",".join(["approved"] * 51): "at most 50 steps",
    "x" * 10_000: f"'{'x' * 60}'",
}


@pytest.mark.parametrize("text,says", BAD.items(), ids=lambda text: text[:30])  # noqa: PT006  beside what they name
def test_a_script_that_means_nothing_is_refused(text: str, says: str) -> None:
    with pytest.raises(Refused) as raised:
        parse_script(text)
    assert (raised.value.code, raised.value.param) == (Code.SIMULATION_INVALID, "metadata[simulate]")
    assert says in raised.value.message
    assert len(raised.value.message) < 250


def test_fifty_steps_are_allowed() -> None:
    assert len(parse_script(",".join(["approved"] * 50))) == 50


def test_every_card_speaks_the_same_language() -> None:
    for card in CARDS:
        if card.script:
            parse_script(card.script)


def test_no_word_is_also_a_decline_code_or_a_kind() -> None:
    assert not set(WORDS) & set(DECLINES)
    assert not {kind.value for kind in Kind} & (set(WORDS) | set(DECLINES))


@given(st.text(max_size=80) | st.lists(st.sampled_from([*WORDS, *DECLINES, "slow:1", "refund:lost"])).map(",".join))
def test_whatever_is_sent_is_understood_or_refused(text: str) -> None:
    try:
        script = parse_script(text)
    except Refused:
        return
    assert any(word_for(script, kind, 1) for kind in Kind)
