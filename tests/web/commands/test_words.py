"""What may be typed: the words of a choice, in English and in Chinese, and days."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
import pytest

from archive.chinese.dates import office_today
from tests.web.commands.conftest import Run
from web.commands.cli import cli
from web.commands.words import Words

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_a_renewal_is_for_years_and_a_mistyped_year_is_refused(run: Run, folder: Path) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    who = ("--person", "法制科", "--reason", "云政发〔2025〕3号")
    today = office_today()
    for years, code in ((5, 0), (20, 0), (21, 1)):
        until = f"{today.year + years}-{today.month:02}-28"
        told = run("validity", id, "现行有效", "--since", f"{today:%Y-%m}-28", "--until", until, *who, code=code)
    assert "20 年" in told.stderr and "一般不超过 5 年" in told.stderr
    for since in ("1948-12-31", f"{today.year + 6}-01-01"):
        assert "起始日期" in run("validity", id, "已废止", "--since", since, *who, code=1).stderr
    assert "20 年" in run("validity", "--help").output or "20 years" in run("validity", "--help").output


@pytest.mark.parametrize(
    ("option", "english", "chinese"),
    [
        ("--as", ("active", "on-request"), ("主动公开", "依申请公开")),
        ("--aspect", ("truthfulness", "confidentiality"), ("真实性", "保密性")),
        ("--outcome", ("passed", "failed"), ("通过", "不通过")),
        (
            "--status",
            ("waiting", "published", "refused", "withdrawn", "all"),
            ("待审", "已公开", "不予发布", "已撤回", "全部"),
        ),
        ("STATE", ("in-force", "not-yet", "repealed", "expired"), ("现行有效", "尚未施行", "已废止", "已失效")),
    ],
)
def test_a_choice_is_typed_in_english_or_in_chinese(
    run: Run, folder: Path, option: str, english: tuple[str, ...], chinese: tuple[str, ...]
) -> None:
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    given = {"--aspect": "真实性", "--outcome": "passed"}
    commands = {
        "--as": ("review", "classify", id, "--reviewer", "甲", "--basis", "乙", "--as"),
        "--status": ("review", "list", "--status"),
        "STATE": ("validity", id, "--since", "2026-01-31", "--person", "甲", "--reason", "乙"),
    }
    for pair in zip(english, chinese, strict=True):
        said = set()
        for word in (*pair, f" {pair[0].upper()}"):
            if option in given:
                rest = [each for name, value in ({**given, option: word}).items() for each in (name, value)]
                command = ("review", "examine", id, "--reviewer", "甲", "--basis", "乙", *rest)
            else:
                command = (*commands[option], word)
            said.add(run(*command).output)
        assert len(said) == 1
    known = "validity" if option == "STATE" else {"--as": "classify", "--status": "list"}.get(option, "examine")
    shown = "".join(run(*([known] if option == "STATE" else ["review", known]), "--help").output.split())
    assert all(f"{pair[0]}/{pair[1]}" in shown for pair in zip(english, chinese, strict=True))


def test_a_word_that_names_nothing_is_told_with_those_that_do(run: Run) -> None:
    wrong = run("review", "list", "--status", "公开", code=2).stderr
    assert "“公开”" in wrong and "published/已公开" in wrong


def test_a_facet_goes_by_its_name_on_the_page_too(run: Run, folder: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    assert (
        run("search", "通知", "--facet", "文件类型=通知").output
        == run("search", "通知", "--facet", "genre=通知").output
    )
    id = run("review", "list", "--status", "已公开").stdout.split()[0]
    run("validity", id, "repealed", "--since", "2025-03-01", "--person", "甲", "--reason", "乙")
    run("reindex")
    for facet in ("validity=repealed", "有效性=已废止"):
        assert "共 1 件" in run("search", "通知", "--facet", facet).output


def test_no_choice_takes_the_words_of_one_language_alone() -> None:
    def within(command: click.Command, name: str) -> Iterator[tuple[str, click.Parameter]]:
        yield from ((f"{name} {each.name}", each) for each in command.params)
        if isinstance(command, click.Group):
            context = click.Context(command)
            for sub in command.list_commands(context):
                under = command.get_command(context, sub)
                assert under is not None
                yield from within(under, f"{name} {sub}")

    choices = {where: each.type for where, each in within(cli, "gongkai") if isinstance(each.type, click.Choice)}
    assert len(choices) > 9
    assert {where for where, each in choices.items() if not isinstance(each, Words)} == set()
    for where, each in choices.items():
        for word in each.choices:
            assert each.convert(word, None, None) in {*cast("Words[object]", each).things.values()}, where


def test_a_letter_is_shown_by_its_name_in_either_language(run: Run) -> None:
    (english, chinese) = (run("letters", "show", kind).stdout for kind in ("supplement", "补正告知书"))
    assert english == chinese
    assert "复议" in run("letters", "show", "救济途径 A：先申请行政复议", "--source").stdout


@pytest.mark.parametrize("name", ["lexicon", "synonyms", "taxonomy"])
@pytest.mark.parametrize("target", ["nowhere", "itself"])
def test_a_link_to_nothing_is_told_and_not_taken_for_a_file_that_nobody_made(
    run: Run, environment: dict[str, str], name: str, target: str
) -> None:
    own = (
        Path(environment["GONGKAI_DATA"])
        / {"lexicon": "lexicon.txt", "synonyms": "synonyms.tsv", "taxonomy": "taxonomy.toml"}[name]
    )
    own.symlink_to(own if target == "itself" else own.with_name("nowhere"))
    assert "链接" in run(name, "check", code=1).stderr
