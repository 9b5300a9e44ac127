"""No name is readable on disk: two hundred requests, half of the names inside the text, and every byte that is kept."""

import logging
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random

import pytest

from archive.errors import GongkaiError
from archive.registers.everything import Everything
from archive.registers.notices import packaged
from archive.registers.requests import exchange
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Position, Said
from archive.registers.requests.findable import proposed
from archive.registers.requests.letterbook import Outgoing
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.search_record import Conclusion, Hit, Mark, Place, Scope, Search
from archive.registers.requests.states import Event
from archive.registers.staff import DUMP, Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from indexer import sync
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.opening import open_staff_engine
from tests.archive.registers.requests.conftest import CLERK, HEAD, Apply, Today
from tests.conftest import in_a_file

SERIES = Pattern("沭公开〔{{年}}〕{{序号}}号")
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
# Letters that are in no word of the program: a name is found wherever it stands.
_GIVEN = "玥琬骞翀旻昱煊珺瑄祺瀚霖嫣婳婧姝妤媛翊翎"


def _names(count: int) -> list[str]:
    random = Random(18)  # noqa: S311  # names, not secrets
    pairs = {random.choice(_FAMILY) + "".join(random.sample(_GIVEN, 2)) for _ in range(2 * count)}
    return sorted(pairs)[:count]


_SPELT: tuple[Callable[[str], bytes], ...] = (
    str.encode,
    lambda word: word.encode("gb18030"),
    lambda word: word.encode("utf-16-le"),
    lambda word: word.encode("utf-16-be"),
    lambda word: word.encode("unicode_escape"),
    lambda word: word.encode("unicode_escape").upper().replace(b"\\U", b"\\u"),
)


def named(kept: bytes, names: list[str]) -> list[str]:
    """Return which names stand in some bytes, in any spelling; they are of one length and few families."""
    found = []
    for spelt in _SPELT:
        known = {spelt(name): name for name in names}
        for begin in {spelt(name[0]) for name in names}:
            for place in re.finditer(re.escape(begin), kept):
                at = place.start()
                found += [known[word] for word in {kept[at : at + len(next(iter(known)))]} & known.keys()]
    return sorted(set(found))


def _recorded(register: Register, id: str, name: str, other: str, on: date) -> None:
    """Put a search on record with names wherever something is written freely, and conclude it."""
    hit = Hit("a1", f"关于{other}的批复", None, None, "待审", 1, "a" * 64)
    search = Search(f"{name} 补偿协议", f"检索：{name}", Scope.ALL, {}, "00000007", 31, 1, (hit,))
    record = register.searches.open(id, f"请公开{name}与{other}之间的协议。", search, CLERK.person)
    register.searches.search(record.id, replace(search, typed=other), CLERK.person)
    register.searches.mark(record.id, {"a1": Mark.NOT}, CLERK.person)
    register.searches.place(record.id, Place(f"{other}的卷宗", "己六", on, f"没有{name}的"), CLERK.person)
    frozen = register.searches.conclude(record.id, Conclusion.ABSENT, f"{name}与{other}没有协议", CLERK.person)
    assert name in str(frozen.plain) and other in str(register.searches.look(record.id, CLERK.person).plain)


def _letter(name: str, number: str) -> bytes:
    return f"{name}：{number}".encode()


@in_a_file
@pytest.mark.parametrize("count", [20, pytest.param(80, marks=pytest.mark.slow)])
def test_no_byte_that_is_kept_says_who_asked(
    catalogue: Catalogue,
    analyzer: Analyzer,
    application: Apply,
    today: Today,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    count: int,
) -> None:
    # Whatever is logged, also each statement with its values.
    caplog.set_level(logging.INFO)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for variable in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(variable, str(temporary))
    names = _names(2 * count)
    applicants, others = names[:count], names[count:]
    assert len(names) == 2 * count
    staff = Staff(f"sqlite:///{tmp_path / 'staff.sqlite3'}", catalogue.keys)
    register = Register(staff, catalogue, Calendar(packaged()), today, series=(SERIES,))
    refused: list[str] = []
    masked: list[str] = []
    for at, (name, other) in enumerate(zip(applicants, others, strict=True)):
        # Of every other request the names stand inside the text only.
        inside = at % 2
        text = f"请公开{name}与{other}之间的征地补偿协议。" if inside else "请公开征地补偿协议。"
        called = f"申请人{at}" if inside else name
        made = register.register(application(called, text=text, contact=f"{name}转", obtain=f"寄{other}收"), CLERK)
        try:
            register.act(made.id, Event.ANSWER, Said(today.day, answer="secret", number=name, note=name), CLERK)
        except GongkaiError as error:
            refused.append(str(error).replace(f"“{name}”", ""))
        _recorded(register, made.id, name, other, today.day)
        register.act(made.id, Event.ASK_THIRD_PARTY, Said(today.day, note=other), CLERK)
        said = Said(today.day, at=0, position=Position.OBJECTS, note=f"{other}不同意")
        register.act(made.id, Event.OPINION, said, CLERK)
        reasons = {Content.REASONS: f"第三方{other}不同意，告知{name}"}
        # Also a letter's text and what was typed for it, of a draft and of one that is sent.
        typed = {"whom": other, "body": f"{name}：第三方{other}不同意。"}
        draft = Outgoing("answer-third-party", today.day, partial(_letter, name), typed)
        register.act(made.id, Event.DRAFT, Said(today.day), CLERK, letter=draft)
        answered = Said(today.day, answer="third-party", contents=reasons)
        register.act(made.id, Event.ANSWER, answered, CLERK, letter=replace(draft, pattern=SERIES, letter=1))
        if not at % 20:
            opened = register.look(made.id, CLERK)
            # What is found again is proposed with both masked, and refused with one of them.
            again = proposed(opened.values, [other])
            with pytest.raises(GongkaiError) as still:
                register.found_again.confirm(made.id, text + called, "", CLERK.person)
            refused.append(str(still.value))
            register.found_again.confirm(made.id, again.asked, again.answered, CLERK.person)
            masked.append(made.id)
    register.replace_key(HEAD)
    # A register with its columns in the wrong places.
    old = tmp_path.parent / f"{tmp_path.name}-old.csv"
    old.write_text(
        f"登记号,收到渠道,提交日,申请人类型,姓名\n{names[0]},当面,x,{names[1]},{names[2]}\n", encoding="utf-8"
    )
    refused += [each.reason for each in exchange.take_in(register, old, CLERK, today.day).refused]
    exchange.write(register, tmp_path / "register.csv", CLERK)
    assert [*problems(staff, catalogue)] == []
    everything = Everything(catalogue, [register.found_again])
    with closing(open_staff_engine(tmp_path, analyzer, 1 << 20, catalogue.keys)) as engine:
        sync.build(everything, engine)
        assert engine.count() == len(masked) == count // 20
        assert engine.search(SearchRequest(query=parse("征地补偿协议"))).total == len(masked)
        for name in names:
            assert engine.search(SearchRequest(query=parse(name))).total == 0
    staff.dump(tmp_path / DUMP)
    today.day = date(2038, 1, 1)
    half = register.to_anonymise()[: count // 2]
    for each in half:
        register.act(each.id, Event.ANONYMISE, Said(today.day), HEAD)
    # While the databases are open, so that what has not come out of the -wal files is there too.
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"staff.sqlite3", "staff.sqlite3-wal", "catalogue.sqlite3", DUMP} <= {path.name for path in files}
    kept = b"\n".join(path.read_bytes() for path in files) + "\n".join((*refused, caplog.text)).encode()
    assert len(kept) > 500_000
    assert named(kept, names) == []
    for spelt in _SPELT:
        assert named(kept[:5000] + spelt(names[7]) + kept[:100], names) == [names[7]]
    # They were there to be found: the register has them.
    (last,) = register.all()[-1:]
    assert applicants[-1] in register.letter(last.id, register.letters(last.id)[-1].event, CLERK).docx.decode()
    assert applicants[-1] in str(register.look(last.id, CLERK).values)
    # What was deleted is gone from the file: not even what was encrypted is left.
    with closing(sqlite3.connect(tmp_path / "staff.sqlite3")) as connection:
        assert connection.execute("SELECT count(DISTINCT request_id) FROM request_persons").fetchone() == (count // 2,)
        assert connection.execute("SELECT count(sealed) FROM search_records").fetchone() == (count // 2,)
    staff.close()


@in_a_file
def test_what_was_deleted_is_overwritten(
    catalogue: Catalogue, application: Apply, today: Today, tmp_path: Path
) -> None:
    staff = Staff(f"sqlite:///{tmp_path / 'staff.sqlite3'}", catalogue.keys)
    register = Register(staff, catalogue, Calendar(packaged()), today)
    made = register.register(application(), CLERK)

    def lying_there() -> list[bytes]:
        with closing(sqlite3.connect(tmp_path / "staff.sqlite3")) as connection:
            query = "SELECT sealed FROM request_persons UNION SELECT sealed FROM search_records"
            return [row[0].encode() for row in connection.execute(query)]

    search = Search("张三丰", "张三丰", Scope.ALL, {}, "00000007", 31, 0, ())
    record = register.searches.open(made.id, "张三丰的协议", search, CLERK.person)
    sealed = lying_there()
    register.searches.search(record.id, search, CLERK.person)
    register.act(made.id, Event.WITHDRAW, Said(today.day), CLERK)
    sealed = sorted({*sealed, *lying_there()})
    today.day = date(2038, 1, 1)
    register.act(made.id, Event.ANONYMISE, Said(today.day), HEAD)
    staff.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("staff.sqlite3*"))
    assert sealed and not [each for each in sealed if each in kept]
