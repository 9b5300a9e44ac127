"""The table from traditional to simplified characters, and its inverse."""

from archive.chinese.simplified import simplified_of, traditional_of


def test_every_form_is_one_character_that_is_simplified_itself() -> None:
    table = simplified_of()
    assert len(table) > 3000
    assert all(len(form) == 1 for form in table.values())
    assert table["國"] == "国"
    assert "国" not in table


def test_the_way_back_leads_to_all_traditional_forms() -> None:
    assert set("發髮") <= set(traditional_of()["发"])
    assert all(simplified_of()[each] == form for form, many in traditional_of().items() for each in many)
