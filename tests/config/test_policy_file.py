"""The policy file: what people write is understood, and every mistake is named with file, line and cure."""

import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import calendar_of, load_policy
from bot.config.policy_file import PolicyMistakes, read_policy
from bot.domain.errors import Misconfigured
from bot.domain.policy import DigestPlan, Policy

EXAMPLE = Path(__file__).parents[2] / "policy.example.yml"
BUSINESS = "business: {name: Northwind IT, timezone: America/New_York, currency: USD}\n"


def read(text: str, business: str = BUSINESS) -> Policy:
    return read_policy(business + text)


def mistakes(text: str, business: str = BUSINESS) -> str:
    with pytest.raises(Misconfigured) as caught:
        read_policy(business + text)
    return caught.value.sentence


def ladder(*levels: str, more: str = "") -> str:
    return "ladder:\n" + more + "  levels:\n" + "".join(f"    - {{{level}}}\n" for level in levels)


def test_mistakes_can_be_had_one_by_one() -> None:
    with pytest.raises(PolicyMistakes) as caught:
        read_policy(BUSINESS + "laddder:\napprovals: {number: many, void: maybe}\n")
    problems = caught.value.problems
    assert [problem.line for problem in problems] == [2, 3, 3]
    assert all(problem.words in caught.value.sentence for problem in problems)


def test_the_example_loads_whole() -> None:
    policy = load_policy(EXAMPLE)
    assert policy.business.name == "Northwind IT"
    assert policy.business.weekend == {5, 6}
    assert policy.digests == (
        DigestPlan("C0BILLING", time(9), frozenset(range(5)), "America/New_York", weekly=0),
    )
    assert policy.channels.approvals == "C0APPROVE"
    assert policy.people.owner_of("12345") == "U0DANA"
    assert policy.people.owner_of("1") == "U0CLERK"
    assert policy.roles.approvers == {"U0BOSS", "S0FINANCE"}
    assert not policy.roles.everyone_views
    assert policy.approvals.void
    assert policy.approvals.payment is not None
    assert policy.approvals.payment.above == {"USD": 5000_00}
    assert policy.ladder.min_amount == 25_00
    assert (policy.ladder.build_at, policy.ladder.send_at) == (time(8), time(10))
    assert [level.days for level in policy.ladder.levels] == [-3, 1, 7, 15, 30, 45, 60]
    assert policy.ladder.levels[-1].to == ("manager", "channel")
    assert policy.ladder.levels[-1].approval
    assert not policy.customers["12345"].ladder
    assert policy.customers["12345"].auto_pay
    assert policy.syncro_own_reminders is False
    assert policy.syncro_late_fees is False


def test_little_is_needed() -> None:
    policy = read("")
    assert policy.ladder.levels == ()
    assert policy.syncro_own_reminders is None
    assert policy.approvals.payment is None


def test_the_version_follows_the_text() -> None:
    assert read("").version == read("").version
    assert read("").version != read("# a remark\n").version


@pytest.mark.parametrize("word", ["off", "'off'", "Off", "no", "false"])
def test_off_means_off_quoted_or_not(word: str) -> None:
    assert read(f"syncro: {{own_reminders: {word}}}\n").syncro_own_reminders is False


@pytest.mark.parametrize("word", ["on", '"on"', "yes", "true"])
def test_on_means_on_quoted_or_not(word: str) -> None:
    assert read(f"syncro: {{own_reminders: {word}}}\n").syncro_own_reminders is True


@pytest.mark.parametrize("clock", ["09:30", '"09:30"', "9:30"])
def test_times_quoted_or_not(clock: str) -> None:
    assert read(f"digest:\n  - {{channel: C0BILLING, at: {clock}}}\n").digests[0].at == time(9, 30)


def test_norway_is_a_country() -> None:
    policy = read("", "business: {name: N, timezone: Europe/Oslo, currency: NOK, holidays: NO}\n")
    assert policy.business.holidays == "NO"


@pytest.mark.parametrize("key", ["12345", '"12345"', "00123"])
def test_customer_ids_stay_as_typed(key: str) -> None:
    assert list(read(f"customers:\n  {key}: {{ladder: none}}\n").customers) == [key.strip('"')]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("[mon, wed]", {0, 2}),
        ("Mon, Wednesday", {0, 2}),
        ("sat-mon", {5, 6, 0}),
        ("[mon-tue, fri]", {0, 1, 4}),
    ],
)
def test_days(days: str, expected: set[int]) -> None:
    quoted = days if days.startswith("[") else f'"{days}"'
    assert read(f"digest:\n  - {{channel: C0BILLING, days: {quoted}}}\n").digests[0].days == expected


def test_a_channel_may_have_another_digest_on_other_days() -> None:
    policy = read(
        "digest: [{channel: C0A1, days: mon}, {channel: C0A1, days: tue}, {channel: C0B1, days: mon}]\n"
    )
    assert len(policy.digests) == 3


def test_a_digest_has_its_own_time_zone_or_the_businesss() -> None:
    policy = read("digest:\n  - {channel: C0A1}\n  - {channel: C0B1, timezone: Europe/Berlin, filter: 60+}\n")
    assert [plan.timezone for plan in policy.digests] == ["America/New_York", "Europe/Berlin"]
    assert [plan.filter for plan in policy.digests] == ["", "60+"]


def test_thresholds_in_several_currencies() -> None:
    policy = read("approvals: {payment: {above: {USD: 5000, jpy: 700000}}, send: {above: 99.5}}\n")
    assert policy.approvals.payment is not None
    assert policy.approvals.payment.above == {"USD": 500_000, "JPY": 700_000}
    assert policy.approvals.send is not None
    assert policy.approvals.send.above == {"USD": 9950}


def test_amounts_are_in_the_businesss_currency() -> None:
    yen = "business: {name: N, timezone: Asia/Tokyo, currency: JPY}\n"
    assert read("ladder: {min_amount: 25}\n", yen).ladder.min_amount == 25
    assert "ladder.min_amount: 25.5 has more digits than JPY knows" in mistakes(
        "ladder: {min_amount: 25.5}\n", yen
    )


FEES_OFF = "syncro: {late_fees: off}\n"


def test_levels_are_sorted_by_days_and_carry_late_fees() -> None:
    policy = read(
        FEES_OFF
        + ladder(
            "name: b, days: 9, to: customer, template: b, late_fee: {percent: 1.5}",
            "name: a, days: 2, to: customer, stock_email: true, late_fee: {amount: 25}",
        )
    )
    first, second = policy.ladder.levels
    assert (first.name, first.late_fee_amount, first.late_fee_percent) == ("a", 2500, None)
    assert (second.name, second.late_fee_amount, second.late_fee_percent) == ("b", None, Decimal("1.5"))


@pytest.mark.parametrize("declared", ["", "syncro: {late_fees: on}\n", "syncro: {own_reminders: off}\n"])
def test_a_late_fee_is_refused_until_syncro_is_declared_to_add_none(declared: str) -> None:
    levels = ladder("name: a, days: 2, to: customer, template: a, late_fee: {amount: 25}")
    line = 4 + declared.count("\n")
    said = mistakes(declared + levels)
    assert f'policy.yml:{line}: level "a" adds a late fee, but it isn\'t declared' in said
    assert "turn them off in Syncro and write syncro: {late_fees: off}" in said
    assert read(FEES_OFF + levels).ladder.levels[0].late_fee_amount == 2500


@pytest.mark.parametrize("off", ["off", '"off"', "false", "no", "OFF"])
def test_off_is_understood_however_it_is_written(off: str) -> None:
    levels = ladder("name: a, days: 2, to: customer, template: a, late_fee: {amount: 25}")
    assert read(f"syncro: {{late_fees: {off}}}\n{levels}").syncro_late_fees is False


@pytest.mark.parametrize(
    ("level", "said", "cure"),
    [
        ("days: 15, to: manager", "doesn't go to the customer", "move late_fee to a level whose to includes"),
        ("days: -3, to: customer, template: a", "before an invoice is past due", "a level of 1 day or more"),
        ("days: 0, to: customer, template: a", "before an invoice is past due", "a level of 1 day or more"),
    ],
)
def test_a_late_fee_follows_a_contact_with_a_late_customer(level: str, said: str, cure: str) -> None:
    people = "people: {manager: U0BOSS}\n"
    found = mistakes(FEES_OFF + people + ladder(f"name: a, {level}, late_fee: {{amount: 25}}"))
    assert 'policy.yml:6: level "a" adds a late fee' in found
    assert said in found
    assert cure in found


@pytest.mark.parametrize(("viewers", "everyone"), [("all", True), ("[all]", True), ("[U0A1]", False)])
def test_viewers_may_be_all(viewers: str, everyone: bool) -> None:
    roles = read(f"roles: {{viewers: {viewers}}}\n").roles
    assert roles.everyone_views is everyone
    assert roles.viewers == (frozenset() if everyone else {"U0A1"})


def test_all_is_for_viewers_only() -> None:
    assert 'roles.admins[1]: "all" is no user' in mistakes("roles: {admins: all}\n")


def test_an_empty_value_counts_as_left_out() -> None:
    assert read("digest:\nroles:\n  admins:\n  viewers: ~\n").roles.admins == frozenset()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("digst: []\n", 'policy.yml:2: unknown key "digst" (did you mean "digest"?)'),
        (
            "\nladder:\n  min_amont: 1\n",
            'policy.yml:4: unknown key "ladder.min_amont" (did you mean "min_amount"?)',
        ),
        (
            "syncro: {colour: red}\n",
            'unknown key "syncro.colour": the keys here are own_reminders, late_fees',
        ),
        ("syncro: {own_reminders: of}\n", 'policy.yml:2: syncro.own_reminders: "of" must be on or off'),
        ("people: {manager: boss}\n", 'people.manager: "boss" is no user id: copy the id from Slack'),
        ("people: {manager: S0GROUP}\n", "is no user id"),
        ("channels: {approvals: '#billing'}\n", "is no channel id"),
        ("digest: [{at: 09:00}]\n", "policy.yml:2: digest[1].channel is missing"),
        ("digest: [{channel: C0A1, at: 25:00}]\n", '"25:00" is no time of day: write it as "09:00"'),
        ("digest: [{channel: C0A1, at: 540}]\n", "is no time of day"),
        ("digest: [{channel: C0A1, days: []}]\n", "names no day"),
        ("digest: [{channel: C0A1, days: mon-fry}]\n", '"fry" is no day'),
        (
            "digest: [{channel: C0A1, days: tue-fri, weekly: mon}]\n",
            "policy.yml:2: digest[1].weekly: no digest is posted on that day: name one of its days",
        ),
        (
            "digest: [{channel: C0A1, days: mon-tue}, {channel: C0A1, days: tue-wed}]\n",
            "policy.yml:2: digest: two digests for C0A1 stand on the same day",
        ),
        ("digest: [{channel: C0A1, weekly: sun}]\n", "no digest is posted on that day"),
        ("digest: {channel: C0A1}\n", "digest must be a list"),
        ("digest: [{channel: C0A1, timezone: Europe/Berln}]\n", '(did you mean "Europe/Berlin"?)'),
        ("approvals: {payment: {above: 5,000}}\n", 'unknown key "approvals.payment.000"'),
        ("approvals: {payment: {above: '5,000'}}\n", '"5,000" is no amount: write digits only'),
        ("approvals: {payment: {above: -1}}\n", "is no amount"),
        ("approvals: {payment: {above: 1e3}}\n", "is no amount"),
        ("approvals: {payment: {above: {DOLLARS: 1}}}\n", '"DOLLARS" is no currency'),
        ("approvals: {payment: {}}\n", "approvals.payment.above is missing"),
        ("approvals: {number: 0}\n", "approvals.number must be at least 1"),
        ("approvals: {expires_hours: soon}\n", '"soon" must be a whole number'),
        ("ladder: {build_at: 10:00, send_at: 09:00}\n", "send_at must be later than build_at"),
        (ladder("name: a, days: 1, to: custmer, template: a"), '(did you mean "customer"?)'),
        (ladder("name: a, days: 1, to: []"), "ladder.levels[1].to is empty"),
        (ladder("name: a, days: 1, to: customer"), "add template: NAME, or stock_email: true"),
        (
            ladder("name: a, days: 1, to: customer, template: a, late_fee: {amount: 1, percent: 1}"),
            "either an amount or a percent",
        ),
        ("customers: {1: {lader: none}}\n", 'unknown key "customers.1.lader" (did you mean "ladder"?)'),
        ("customers: {1: {ladder: nope}}\n", '"nope" is not one of none'),
        ("roles: 3\n", "roles must be a group of keys"),
        ("templates: [a]\n", "templates must be a single value"),
        ("roles: {admins: &a [U0A1], approvers: *a}\n", "anchors and aliases"),
        ("? [a]\n: b\n", "a key must be a plain word"),
    ],
)
def test_a_mistake_is_named_with_its_cure(text: str, said: str) -> None:
    assert said in mistakes(text)


@pytest.mark.parametrize(
    ("business", "said"),
    [
        ("", "policy.yml:1: business is missing"),
        ("business:\n  name: N\n  currency: USD\n", "policy.yml:1: business.timezone is missing"),
        ("business: {name: N, timezone: Mars/Base, currency: USD}\n", "is no time zone"),
        ("business: {name: N, timezone: UTC, currency: dollars}\n", '"dollars" is no currency'),
        ("business: {name: N, timezone: UTC, currency: USD, holidays: ZZ}\n", "or none"),
        ("business: {name: N, timezone: UTC, currency: USD, weekend: mon-sun}\n", "leaves no business day"),
        ("- a\n", "policy.yml:1: the file must be a group of keys"),
        ("just words\n", "policy.yml:1: the file must be a group of keys"),
    ],
)
def test_a_mistake_in_the_business_is_named(business: str, said: str) -> None:
    assert said in mistakes("", business)


@pytest.mark.parametrize(
    ("audience", "cure"),
    [
        ("owner", "people.owners.default"),
        ("manager", "people.manager"),
        ("channel", "channels.escalation"),
    ],
)
def test_a_level_needs_somebody_behind_its_audience(audience: str, cure: str) -> None:
    said = mistakes(
        ladder("name: ok, days: 1, to: customer, template: a", f"name: call, days: 2, to: [{audience}]")
    )
    assert said.startswith(
        f'policy.yml:5: level "call" goes to the {audience}, but nobody is behind it: set {cure}'
    )


def test_an_owner_of_one_customer_is_not_the_owner_of_all() -> None:
    assert "nobody is behind it" in mistakes(
        "people: {owners: {'1': U0A1}}\n" + ladder("name: a, days: 1, to: owner")
    )


def test_levels_have_their_own_names_and_days() -> None:
    people = "people: {manager: U0A1}\n"
    said = mistakes(people + ladder("name: a, days: 1, to: manager", "name: A, days: +1, to: manager"))
    assert 'policy.yml:6: two levels are called "A"' in said
    assert "policy.yml:6: two internal levels stand at 1 days" in said


def test_the_two_tracks_may_share_a_day() -> None:
    people = "people: {manager: U0A1}\n"
    read(people + ladder("name: a, days: 1, to: manager", "name: b, days: 1, to: customer, template: b"))


def test_a_key_that_stands_twice_is_refused() -> None:
    assert 'policy.yml:2: "business" stands here twice (first on line 1)' in mistakes(BUSINESS)


def test_all_mistakes_are_named_at_once() -> None:
    said = mistakes(
        "digst: []\nsyncro: {own_reminders: of}\nsyncro: {}\n" + ladder("name: a, days: 1, to: manager")
    ).splitlines()
    assert said[0] == "policy.yml has 4 mistakes:"
    assert [line.split(":")[1] for line in said[1:]] == ["2", "3", "4", "7"]


@pytest.mark.parametrize("text", ["digest: [\n", "a: 'b\n", "\tx: 1\n", "a: b\n---\nc: d\n", "a: \x00\n"])
def test_what_is_no_yaml_is_said_to_be_none(text: str) -> None:
    said = mistakes(text)
    assert said.startswith("policy.yml:")
    assert "is no YAML" in said


def judged(text: str) -> None:
    """Reads ``text``: a policy or a sentence, never anything else."""
    said = "policy.yml:1: "
    try:
        read_policy(text)
    except Misconfigured as error:
        said = error.sentence
    assert re.match(r"policy\.yml(:\d+: | has \d+ mistakes:)", said)


@given(st.text(alphabet="abc:{}[]-,&*!'\"|>?%@`#0.5 \n\t\ufeffé", max_size=60))
def test_any_text_is_a_policy_or_a_sentence(text: str) -> None:
    judged(text)
    judged(BUSINESS + text)


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(0, 3000),
    cut=st.integers(0, 12),
    put=st.sampled_from(["", "x", "9", "~", "[", "{}", ": ", ","]),
)
def test_a_slip_of_the_hand_is_a_policy_or_a_sentence(at: int, cut: int, put: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    at %= len(text)
    judged(text[:at] + put + text[at + cut :])


def test_nothing_in_the_file_can_run() -> None:
    assert "must be a group of keys" in mistakes("roles: !!python/object/apply:os.system ['true']\n")


def test_a_missing_file_says_what_to_copy(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"copy policy\.example\.yml"):
        load_policy(tmp_path / "policy.yml")


def test_an_unreadable_file_is_a_sentence_too(tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(Misconfigured, match="UTF-8"):
        load_policy(tmp_path / "policy.yml")
    with pytest.raises(Misconfigured, match="can't be read"):
        load_policy(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "policy.yml").write_text(BUSINESS, encoding="utf-8-sig")
    assert load_policy(tmp_path / "policy.yml").business.currency == "USD"


def test_the_calendar_knows_weekend_and_holidays() -> None:
    calendar = calendar_of(load_policy(EXAMPLE))
    assert not calendar.is_business_day(date(2026, 7, 3))  # Independence Day, observed
    assert not calendar.is_business_day(date(2026, 7, 4))  # a Saturday
    assert calendar.is_business_day(date(2026, 7, 6))


def test_without_holidays_only_the_weekend_counts() -> None:
    calendar = calendar_of(read("", BUSINESS.replace("}", ", weekend: [fri, sat]}")))
    assert calendar.is_business_day(date(2026, 12, 25).replace(day=24))
    assert not calendar.is_business_day(date(2026, 12, 25))
    assert calendar.is_business_day(date(2026, 12, 27))
