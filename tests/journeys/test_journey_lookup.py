"""What people look up, and what they are told when there is nothing to show."""

import pytest


async def test_a_number_shows_the_card_privately(world):
    clerk = world.person()
    await clerk.command("C0BILLING", "/invoice 1042")
    card = await clerk.sees("INV-2024-1042")
    assert card.get("is_ephemeral"), card
    assert not [m for m in world.person("U0BOSS").messages("C0BILLING") if "1042" in str(m)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/invoice 999999", "There is no invoice 999999"),
        ("/invoice find zzzzqqq", "No customer is called anything like"),
        ("/invoice pya 1042", "Did you mean"),
        ("/invoice pay 1042 12,34,5", "12,34,5"),
        ("/invoice pay 1042 -5", "-5"),
        ("/invoice pay 1042 1e9", "1e9"),
        ("/invoice pay 1042 NaN", "NaN"),
        ("/invoice pay 1042 ٣", "٣"),
        ("/invoice pay 1042 0", "zero"),
        ("/invoice find acme from 2026-02-31", "2026-02-31"),
        ("/invoice statement acme", "isn't in this version"),
    ],
)
async def test_bad_input_is_answered_where_the_person_stands(world, typed, said):
    clerk = world.person()
    await clerk.command("C0BILLING", typed)
    assert (await clerk.sees(said))["channel"] == "C0BILLING"
    assert not clerk.views()
    assert world.stage.slack.problems == []


async def test_a_person_without_a_role_sees_nothing(world):
    nobody = world.person("U0NOROLE")
    await nobody.command("C0GENERAL", "/invoice 1042")
    refused = await nobody.sees("you need the role viewer")
    assert "Acme" not in str(refused)
