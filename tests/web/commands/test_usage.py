"""What is typed wrongly is told in Chinese, with what to do; no word of click's is left over."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from web.commands.cli import cli

ID = "abcdefghijkl"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("nonsense",), "没有“nonsense”这个命令。"),
        (("ingset",), "是不是：ingest"),
        (("review", "aprove"), "没有“aprove”这个命令。是不是：approve"),
        (("ingest", "--nothing"), "没有“--nothing”这个选项。"),
        (("review", "list", "--statsu", "all"), "是不是：--status"),
        (("ingest", "/nowhere/a.txt"), "没有“/nowhere/a.txt”这个文件或文件夹，请核对路径。"),
        (("ingest", "--manifest", "."), "“.”是文件夹，这里要的是文件。"),
        (("ingest", "--note"), "选项 --note 后面要写上内容。"),
        (("ingest", "--already-published=1"), "选项 --already-published 后面不写内容。"),
        (("ingest",), "请写明要接收的文件或文件夹"),
        (("review", "approve", ID), "缺少 --reviewer。"),
        (("history",), "缺少 ID。"),
        (("history", ID, "more words"), "多写了“more words”"),
        (("desk", "--port", "eighty"), "“eighty”不是整数。"),
        (("desk", "--port", "99999999"), "超出范围"),
        (("review", "list", "--status", "gone"), "“gone”不在可选之列：waiting/待审"),
        (("review", "schedule", ID, "明天", "--reviewer", "张三"), "“明天”不是时间"),
        (("validity", ID, "已废止", "--since", "soon", "--person", "张三", "--reason", "废止"), "“soon”不是日期"),
    ],
)
def test_a_wrong_use_is_told_in_chinese(typed: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(cli, typed)
    assert result.exit_code == 2 and told in result.stderr, result.output
    assert result.stderr.startswith(("用法：", "错误：")) and "Usage" not in result.stderr
    (sentence,) = [line for line in result.stderr.splitlines() if line.startswith("错误：")]
    left = re.findall(r"\b[A-Za-z]{3,}\b(?<!ID)", sentence)
    assert not {"such", "option", "Missing", "Invalid", "value", "argument", "not", "Error", "Try", "for"} & {*left}


def test_help_and_version_are_no_errors() -> None:
    for typed in (("--help",), ("review", "--help"), ("--version",)):
        result = CliRunner().invoke(cli, typed)
        assert result.exit_code == 0 and "错误" not in result.output


def test_the_help_of_no_group_cuts_a_summary() -> None:
    def groups(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Group]]:
        if isinstance(command, click.Group):
            yield path, command
            context = click.Context(command)
            for name in command.list_commands(context):
                if found := command.get_command(context, name):
                    yield from groups(found, *path, name)

    found = list(groups(cli))
    assert len(found) > 15
    for path, group in found:
        said = " ".join(CliRunner().invoke(cli, [*path, "--help"]).output.split())
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command and f"{name} {command.get_short_help_str(10_000)}" in said, (path, name)
        assert "..." not in said.partition("Commands:")[2], path
