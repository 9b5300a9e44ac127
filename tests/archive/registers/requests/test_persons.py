"""What is personal: encrypted on disk, bound to its place, and told when its key is lost or another's."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.errors import KeyUnusable, PersonalDataDamaged
from archive.registers.requests import persons
from archive.registers.requests.facts import Field, Said
from archive.registers.requests.persons_key import KEY, PersonsKey, PersonsKeys
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event
from archive.registers.requests.tables import request_persons
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, HEAD, Apply, Today


@pytest.fixture
def key_file(catalogue: Catalogue) -> Path:
    return catalogue.keys.folder / KEY


def test_it_is_read_as_it_was_written_and_lists_show_a_mask(register: Register, application: Apply) -> None:
    made = register.register(application(), CLERK)
    opened = register.look(made.id, CLERK)
    assert opened.values[Field.NAME] == "张三丰"
    assert opened.values[Field.TEXT] == "申请公开张三丰所在村的征地补偿方案。"
    assert register.masked_names() == {made.id: "张**"}


def test_what_was_said_with_an_event_is_personal_too(
    register: Register, application: Apply, staff: Staff, today: Today
) -> None:
    made = register.register(application(), CLERK)
    register.act(made.id, Event.WITHDRAW, Said(today.day, note="张三丰来电"), CLERK)
    assert register.look(made.id, CLERK).by_event[2] == {Field.NOTE: "张三丰来电"}
    with staff.reading() as connection:
        assert "三丰" not in str(connection.execute(select(request_persons)).all())


def test_the_key_is_made_once_and_read_by_its_owner_alone(
    register: Register, application: Apply, key_file: Path
) -> None:
    assert not key_file.exists()
    register.register(application(), CLERK)
    first = key_file.read_text(encoding="ascii")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    register.register(application(), CLERK)
    assert key_file.read_text(encoding="ascii") == first


def test_lengths_of_names_are_filled_up(register: Register, application: Apply, staff: Staff) -> None:
    for name in ("张三", "欧阳锋", "阿依古丽·买买提"):
        register.register(application(name), CLERK)
    with staff.reading() as connection:
        sealed = connection.scalars(
            select(request_persons.c.sealed).where(request_persons.c.field == Field.NAME.value)
        ).all()
    assert len({len(each) for each in sealed}) == 1


def _all(register: Register, id: str) -> None:
    register.look(id, CLERK)


@pytest.mark.parametrize(
    "call",
    [
        _all,
        lambda register, id: register.masked_names(),
        lambda register, id: register.count_in_month(id),
        lambda register, id: register.act(id, Event.EXTEND, Said(register.today(), days=3, note="多"), HEAD),
        lambda register, id: register.replace_key(CLERK),
    ],
    ids=["look", "list", "count", "write", "replace"],
)
@pytest.mark.parametrize("how", ["lost", "another", "torn"])
def test_without_the_right_key_there_is_a_sentence_and_nothing_changes(
    register: Register,
    application: Apply,
    key_file: Path,
    call: Callable[[Register, str], object],
    how: str,
) -> None:
    made = register.register(application(), CLERK)
    right = key_file.read_text(encoding="ascii")
    if how == "lost":
        key_file.unlink()
    else:
        key_file.write_text(PersonsKey.new().written() if how == "another" else right[:-20], encoding="ascii")
    wrong = key_file.read_text(encoding="ascii") if key_file.exists() else None
    says = {"lost": "gongkai key import", "another": PersonsKey.read(right, "").id, "torn": "不是完整的密钥文件"}  # type: ignore[union-attr]  # it was written a moment ago
    with pytest.raises(KeyUnusable, match=says[how]):
        call(register, made.id)
    assert (key_file.read_text(encoding="ascii") if key_file.exists() else None) == wrong
    assert register.request(made.id) == made
    key_file.write_text(right, encoding="ascii")
    assert register.masked_names() == {made.id: "张**"}


def test_a_new_key_is_not_made_beside_rows_of_another(register: Register, application: Apply, key_file: Path) -> None:
    register.register(application(), CLERK)
    key_file.unlink()
    with pytest.raises(KeyUnusable):
        register.register(application("乙二"), CLERK)
    assert not key_file.exists() and len(register.all()) == 1


@pytest.mark.parametrize("what", ["request_id", "number", "field", "bit"])
def test_a_value_can_not_be_put_in_anothers_place(
    register: Register, application: Apply, staff: Staff, today: Today, what: str
) -> None:
    one, two = (register.register(application(name), CLERK) for name in ("甲一", "乙二"))
    at = request_persons.c
    name = (at.request_id == one.id) & (at.field == Field.NAME.value)
    with staff.writing() as connection:
        sealed = connection.execute(select(at.sealed).where(name)).scalar_one()
        if what == "request_id":
            other = (at.request_id == two.id) & (at.field == Field.NAME.value)
            connection.execute(update(request_persons).where(other).values(sealed=sealed))
        elif what == "field":
            other = (at.request_id == one.id) & (at.field == Field.CONTACT.value)
            connection.execute(update(request_persons).where(other).values(sealed=sealed))
        elif what == "number":
            connection.execute(update(request_persons).where(name).values(number=7))
        else:
            flipped = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]
            connection.execute(update(request_persons).where(name).values(sealed=flipped))
    with pytest.raises(PersonalDataDamaged, match="被改动或已损坏") as caught:
        register.masked_names() if what != "field" else register.look(one.id, CLERK)
    assert "甲一" not in str(caught.value)


def test_a_new_key_encrypts_everything_anew(
    register: Register, application: Apply, staff: Staff, key_file: Path, catalogue: Catalogue
) -> None:
    made = register.register(application(), CLERK)
    before = PersonsKeys(key_file.parent).current()
    assert register.replace_key(HEAD) == 4
    after = PersonsKeys(key_file.parent).current()
    assert after.secret != before.secret and after.former == (before.secret,)
    with staff.reading() as connection:
        assert {*connection.scalars(select(request_persons.c.key))} == {after.id}
    assert register.look(made.id, CLERK).values[Field.NAME] == "张三丰"
    (told,) = (each for each in catalogue.events() if each.action == "request.key")
    assert (told.actor, told.details["key"], told.details["rows"]) == ("戊五", after.id, 4)


def test_a_replacement_that_is_cut_short_loses_nothing(
    register: Register, application: Apply, catalogue: Catalogue
) -> None:
    made = register.register(application(), CLERK)
    seal = catalogue.keys.folder / "private.key"
    seal.rename(seal.with_name("away"))
    with pytest.raises(KeyUnusable):
        register.replace_key(HEAD)
    seal.with_name("away").rename(seal)
    assert register.look(made.id, CLERK).values[Field.NAME] == "张三丰"
    register.replace_key(HEAD)
    assert register.look(made.id, CLERK).values[Field.NAME] == "张三丰"


def test_a_key_is_read_as_it_was_printed_also_below_another(catalogue: Catalogue) -> None:
    key = PersonsKey(PersonsKey.new().secret, (PersonsKey.new().secret,))
    assert PersonsKey.read(key.written().upper(), "paper") == key
    assert PersonsKey.read(catalogue.keys.exported().written() + "\n" + key.written(), "paper") == key
    assert PersonsKey.read(catalogue.keys.exported().written(), "paper") is None
    with pytest.raises(KeyUnusable, match="paper"):
        PersonsKey.read(key.written().replace("secret", "secrets"), "paper")


@pytest.mark.parametrize("at_once", [1, 2, 7, 12])
def test_what_is_personal_is_read_some_rows_at_a_time(
    register: Register, application: Apply, staff: Staff, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    made = [register.register(application(name), CLERK) for name in ("甲一", "乙二", "丙三")]
    monkeypatch.setattr(persons, "_AT_ONCE", at_once)
    assert register.masked_names() == {each.id: f"{name}**" for each, name in zip(made, "甲乙丙", strict=True)}
    assert [len(register.look(each.id, CLERK).values) for each in made] == [4, 4, 4]
    assert register.replace_key(HEAD) == 12
    assert {each.id for each in made} == {*register.look_at_all(CLERK)}
