"""Reading README and ``docs/``: the variables, commands, addresses, classes, links and paths that they name.

Each function takes text, so that a test can give it an invented page.
"""

import ast
import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
MANUAL = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
PAGES = (*MANUAL, ROOT / "README.zh-CN.md", ROOT / "corpus" / "README.md")
PACKAGES = ("archive", "indexer", "web")

_FENCE = re.compile(r"^```.*?$(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`]+)`")
_VARIABLE = re.compile(r"GONGKAI_[A-Z0-9_]+")
_TOP = "archive|indexer|web|tests|corpus|docs|locks"
_FILE = re.compile(rf"(?<![\w./-])(?:{_TOP})/[\w./-]*\.(?:py|toml|tsv|txt|md|jsonl?|conf|html|css|js|svg)\b")
_FOLDER = re.compile(rf"(?<![\w./-])(?:{_TOP})/(?:[\w-]+/)*(?![\w.*{{-])")
_MODULE = re.compile(r"(?<![\w./])(?:archive|indexer|web|tests)(?:\.[A-Za-z_]\w*)+")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
# Paths in inline code that begin like an address but are places on a disk.
_DISK = ("/etc/", "/opt/", "/srv/", "/var/")


def fenced(text: str) -> Iterator[str]:
    """Yield the lines of a page's code blocks."""
    for block in _FENCE.findall(text):
        yield from block.splitlines()


def inline(text: str) -> Iterator[str]:
    """Yield the pieces of inline code in a page, each as one line."""
    for piece in _INLINE.findall(_FENCE.sub("", text)):
        yield " ".join(piece.split())


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a page's tables, without heading rows."""
    lines = [line for line in _FENCE.sub("", text).splitlines() if line.startswith("|")]
    for at, line in enumerate(lines):
        heading = at + 1 < len(lines) and lines[at + 1].startswith("|---")
        if not heading and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


# Variables


def variables(text: str) -> set[str]:
    """Find the environment variables that a page or a shell script names."""
    return set(_VARIABLE.findall(text))


def variables_read(source: str) -> set[str]:
    """Find the environment variables whose names are whole strings in Python code."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _VARIABLE.fullmatch(node.value)
    }


# Commands


@dataclass
class Named:
    """Commands and options that command lines name, and what is wrong with those lines."""

    commands: set[tuple[str, ...]] = field(default_factory=set)
    options: set[tuple[tuple[str, ...], str]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def commands(root: click.Group) -> Named:
    """List every command of the program, with the first spelling of each of its options."""
    there = Named()

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        for option in _options(command):
            there.options.add((path, option.opts[0]))
        if not isinstance(command, click.Group):
            there.commands.add(path)
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None, name
            walk(below, (*path, name))

    walk(root, ())
    return there


def commands_named(text: str, root: click.Group) -> Named:
    """Find what the lines ``gongkai …`` of a page name, in code blocks and in inline code."""
    named = Named()
    for code in (*fenced(text), *inline(text)):
        for line in re.split(r";|&&", _without_comment(code)):
            # After ``=`` or ``-u`` it is the name of a user.
            if found := re.search(r"(?<![\w./=-])(?<!-u )(?:\./run |\.venv/bin/)?gongkai (\S.*)", line):
                _follow(found[1].split(), root, named)
            elif found := re.search(r"(?<![\w./-])\./run (demo|judge)\b(.*)", line):
                _follow([found[1], *found[2].split()], root, named)
    return named


def _without_comment(line: str) -> str:
    return re.split(r"(?:^|\s)#", line)[0]


def _follow(words: list[str], root: click.Group, named: Named) -> None:
    """Follow a command line as click would. Upper case stands for a value, and ``A|B`` for one of several."""
    line = f"gongkai {' '.join(words)}"
    command: click.Command = root
    path: tuple[str, ...] = ()
    places = 0
    rest = [word for word in (word.strip("[]").removesuffix("…") for word in words) if word]
    while rest:
        word = rest.pop(0)
        if word.startswith("-"):
            spelling, _, value = word.partition("=")
            option = next((each for each in _options(command) if spelling in (*each.opts, *each.secondary_opts)), None)
            if option is None:
                if spelling not in ("-h", "--help"):
                    named.wrong.append(f"{line}: no option {spelling}")
                continue
            named.options.add((path, option.opts[0]))
            if not option.is_flag and not option.count:
                value = value or (rest.pop(0) if rest and not rest[0].startswith("-") else "")
                if not value:
                    named.wrong.append(f"{line}: {spelling} without a value")
                elif isinstance(option.type, click.Choice):
                    named.wrong += [f"{line}: no {each}" for each in _not_among(value, option.type.choices)]
        elif isinstance(command, click.Group):
            below = command.get_command(click.Context(command), word)
            if below is None:
                if word != "COMMAND":
                    named.wrong.append(f"{line}: no command {word}")
                return
            command, path = below, (*path, word)
        else:
            arguments = [each for each in command.params if isinstance(each, click.Argument)]
            if places >= len(arguments):
                named.wrong.append(f"{line}: {word} is too much")
                continue
            argument = arguments[places]
            if isinstance(argument.type, click.Choice):
                named.wrong += [f"{line}: no {each}" for each in _not_among(word, argument.type.choices)]
            places += argument.nargs != -1
    if not isinstance(command, click.Group):
        named.commands.add(path)


def _options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option)]


def _not_among(value: str, choices: Iterable[str]) -> list[str]:
    return [each for each in value.split("|") if not each.isupper() and each not in set(choices)]


def tools_named(text: str) -> set[tuple[str, str]]:
    """Find the tools ``./run NAME`` that a page names, each with "" and with every option."""
    named = set()
    for code in (*fenced(text), *inline(text)):
        for found in re.finditer(r"(?<![\w./-])\./run ([a-z]+)([^;&]*)", _without_comment(code)):
            named.add((found[1], ""))
            if found[1] != "gongkai":
                named |= {(found[1], option) for option in re.findall(r"(?<!\w)--[a-z][a-z-]*", found[2])}
    return named


# Addresses


def addresses(rule: str) -> set[str]:
    """Write the addresses of a Flask rule as pages do (``/documents/<id>``), with one address for each alternative."""
    if found := re.search(r"<any\(([^)]*)\):\w+>", rule):
        each = (rule.replace(found[0], name.strip()) for name in found[1].split(","))
        return {address for alternative in each for address in addresses(alternative)}
    return {re.sub(r"<\w+:(\w+)>", r"<\1>", rule)}


def addresses_named(text: str) -> set[str]:
    """Find the addresses at the beginning of a page's inline code, without their parameters."""
    pieces = (piece for piece in inline(text) if piece.startswith("/") and not piece.startswith(_DISK))
    return {piece.partition("?")[0] for piece in pieces}


# Links and paths


def broken_links(text: str, folder: Path) -> list[str]:
    """List the relative links of a page in ``folder`` whose file or heading does not exist."""
    broken = []
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = folder / place
        if place and not target.exists():
            broken.append(link)
        elif anchor and anchor not in _anchors(target.read_text(encoding="utf-8") if place else text):
            broken.append(link)
    return broken


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def paths(text: str) -> set[str]:
    """Find the files and folders of this repository that a text names by their paths."""
    return {*_FILE.findall(text), *_FOLDER.findall(text)}


def file_names(text: str) -> set[str]:
    """Find the Python files that a page's inline code names without a folder."""
    return {piece for piece in inline(text) if re.fullmatch(r"\w+\.py", piece)}


def missing(named: Iterable[str], root: Path = ROOT) -> list[str]:
    """List the paths that do not exist."""
    return sorted(path for path in named if not (root / path).exists())


def remarks(source: str) -> Iterator[str]:
    """Yield the docstrings and comments of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if said := ast.get_docstring(node):
                yield said
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def modules(text: str) -> set[str]:
    """Find the modules of this repository, and names in them, that a text names with dots: ``web.app.create_app``."""
    return set(_MODULE.findall(text))


def unknown_modules(named: Iterable[str]) -> list[str]:
    """List the names with dots that are neither a module nor something in one."""
    return sorted(name for name in named if not _is_there(name))


def _is_there(name: str) -> bool:
    parts = name.split(".")
    folder = ROOT.joinpath(*parts)
    if folder.is_dir() or folder.with_suffix(".py").exists():
        return True
    for length in range(len(parts) - 1, 0, -1):
        if ROOT.joinpath(*parts[:length]).with_suffix(".py").exists() or length == 1:
            found: object = import_module(".".join(parts[:length]))
            for part in parts[length:]:
                if not hasattr(found, part):
                    return False
                found = getattr(found, part)
            return True
    return False


# Rooms


def rooms(text: str) -> list[str]:
    """List the rooms in the tables of a page's layout, in order, by their names with dots."""
    layout = text.partition("\n## Layout\n")[2].partition("\n## ")[0].partition("Ten questions")[0]
    listed = (path for cells in rows(layout) for path in _INLINE.findall(cells[0]))
    return [path.removesuffix(".py").rstrip("/").replace("/", ".") for path in listed]


def misplaced(listed: Iterable[str], ranks: Mapping[str, int]) -> list[str]:
    """List the rooms that do not exist, or that come after a room which belongs above them."""
    wrong, highest = [], -1
    for room in listed:
        rank = ranks.get(room, -1)
        if rank < highest or rank < 0:
            wrong.append(room)
        highest = max(highest, rank)
    return wrong


def source_files(folders: Collection[str]) -> list[Path]:
    """List the Python files below these folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
