"""What was wrong about a command as it was typed, said in Chinese and with what to do; click says it in English."""

import re
from difflib import get_close_matches
from typing import Any

import click

# What click's own types and parsers say, and the same in Chinese. The rest is said by this program already.
_SENTENCES = tuple(
    (re.compile(pattern, re.DOTALL), said)
    for pattern, said in (
        (r"(?:Path|File|Directory) '(.*)' does not exist\.", "没有“{0}”这个文件或文件夹，请核对路径。"),
        (r"\w+ '(.*)' is a directory\.", "“{0}”是文件夹，这里要的是文件。"),
        (r"\w+ '(.*)' is a file\.", "“{0}”是文件，这里要的是文件夹。"),
        (r"\w+ '(.*)' is not (?:readable|writable|executable)\.", "“{0}”不能读写，请核对它的权限。"),
        (r"'(.*)' is not one of (.*)\.", "“{0}”不在可选之列：{1}。"),
        (r"'(.*)' is not '(.*)'\.", "“{0}”不对，只能是“{1}”。"),
        (r"'(.*)' is not a valid (?:integer|int)(?: range)?\.", "“{0}”不是整数。"),
        (r"'(.*)' is not a valid float(?: range)?\.", "“{0}”不是数。"),
        (r"'(.*)' is not a valid boolean.*", "“{0}”应为 yes 或 no。"),
        (r"'(.*)' does not match the formats? (.*)\.", "“{0}”的写法不对，应为 {1}。"),
        (r"(.*) is not in the range (.*)\.", "{0} 超出范围（{1}）。"),
        (r"Option '(.*)' requires (?:an argument|\d+ arguments)\.", "选项 {0} 后面要写上内容。"),
        (r"Option '(.*)' does not take a value\.", "选项 {0} 后面不写内容。"),
        (r"Got unexpected extra arguments? \((.*)\)", "多写了“{0}”；名称中有空格的，要放在引号里。"),
        (r"Argument '(.*)' takes (\d+) values.*", "{0} 要写 {1} 个。"),
        (r"Missing command\.", "没有写办什么。"),
    )
)


# More than the first sentence about any command has characters.
_WHOLE = 1000


class Commands(click.Group):
    """A group of commands whose wrong uses are told in Chinese, as those of the groups in it are."""

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        try:
            return super().make_context(*args, **more)
        except click.UsageError as error:
            raise told(error) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with the whole first sentence about each: click cuts what is longer than a line."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(_WHOLE)) for name, command in found if command and not command.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise told(error) from error


class Misused(click.UsageError):
    """A wrong use, told in Chinese."""

    def show(self, file: Any = None) -> None:
        """Print it with how the command is used."""
        if self.ctx is not None:
            click.echo(self.ctx.get_usage().replace("Usage:", "用法：", 1), err=True)
            click.echo(f"各选项的说明：{self.ctx.command_path} --help\n", err=True)
        click.echo(f"错误：{self.message}", err=True)


def told(error: click.UsageError) -> click.UsageError:
    """Return an error with its sentence in Chinese."""
    if isinstance(error, (Misused, click.exceptions.NoArgsIsHelpError)):
        return error
    return Misused(_sentence(error), error.ctx)


def _sentence(error: click.UsageError) -> str:
    match error:
        case click.exceptions.NoSuchCommand():
            ctx = error.ctx
            known = ctx.command.list_commands(ctx) if ctx and isinstance(ctx.command, click.Group) else []
            return f"没有“{error.command_name}”这个命令。{_perhaps(get_close_matches(error.command_name, known))}"
        case click.NoSuchOption():
            return f"没有“{error.option_name}”这个选项。{_perhaps(error.possibilities)}"
        case click.MissingParameter():
            choices = error.param.type.choices if error.param and isinstance(error.param.type, click.Choice) else ()
            may = f"可写：{'、'.join(map(str, choices))}。" if choices else ""
            return f"缺少 {_named(error)}。{may}"
        case click.BadParameter():
            named = _named(error)
            return f"{named}：{_translated(error.message)}" if named else _translated(error.message)
    return _translated(error.message)


def _translated(message: str) -> str:
    for pattern, said in _SENTENCES:
        if match := pattern.fullmatch(message):
            return said.format(*match.groups())
    return message


def _named(error: click.BadParameter) -> str:
    hint = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param else "")
    said = hint if isinstance(hint, str) else " / ".join(hint)
    return said.replace("'", "").split(" (env")[0]


def _perhaps(possibilities: list[str] | None) -> str:
    return f"是不是：{'、'.join(sorted(possibilities))}？" if possibilities else ""
