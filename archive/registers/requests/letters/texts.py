"""The texts of letters: plain files, read and checked before any letter is written by them.

The first line is the title, the second the one who is addressed, each further one a paragraph. Lines that begin with #
are notes to the reader. A text that letters share has paragraphs only. Files are UTF-8.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from archive import maintained
from archive.chinese import numerals
from archive.errors import BadLetters
from archive.plain import one_line
from archive.reasons import why
from archive.registers.requests.letters.kinds import KINDS, SHARED, Blank, Kind, Saying
from archive.registers.requests.letters.office import FILE, FOLDER

PACKAGED = Path(__file__).parent / "texts"
_SUFFIX = ".txt"
# Where an installation keeps its own, below its data folder.
OWN_NAMES = tuple(f"{FOLDER}/{name}" for name in (FILE, *(id + _SUFFIX for id in (*KINDS, *SHARED))))
BLANK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_BRACES = re.compile("[{}｛｝]")
_NUMERALS = re.compile("[零〇一二三四五六七八九十百]+")
# A letter is a page or three.
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text: its kind, its lines without notes, and whether it is the county's own."""

    kind: Kind
    lines: tuple[str, ...]
    own: bool

    @property
    def title(self) -> str:
        """The title of a letter."""
        return self.lines[0]

    @property
    def addressee(self) -> str:
        """The line that says to whom it is."""
        return self.lines[1]

    @property
    def body(self) -> tuple[str, ...]:
        """The paragraphs."""
        return self.lines[2:] if self.kind.series else self.lines

    def faults(self) -> list[str]:
        """Say what is wrong: too short, braces that are no blank, unknown or missing blanks, what must be said."""
        if len(self.lines) < (3 if self.kind.series else 1):
            return ["内容不全：第一行是标题，第二行是称谓，以下是正文。" if self.kind.series else "没有内容。"]
        written = "\n".join(self.lines)
        found = []
        if _BRACES.search(BLANK.sub("", written)):
            found.append("有不成对的花括号，空应写成 {{收到日期}} 的样子。")
        names = dict.fromkeys(BLANK.findall(written))
        known = {blank.value for blank in Blank}
        allowed = {blank.value for blank in self.kind.blanks}
        if unknown := [name for name in names if name not in known]:
            found.append(f"有不认识的空：{'、'.join(unknown)}。可用：{_listed(self.kind.blanks)}。")
        if foreign := [name for name in names if name in known - allowed]:
            found.append(f"这里不能用：{'、'.join(foreign)}。可用：{_listed(self.kind.blanks)}。")
        if lacking := [blank for blank in Blank if blank in self.kind.needs and blank.value not in names]:
            found.append(f"缺少必须有的空：{_listed(lacking)}。")
        return found + [
            f"没有写明必须写的：{'或者'.join(f'“{way}”' for way in each)}。" for each in unsaid(self.kind, written)
        ]


Texts = Mapping[str, Text]


def load(data: Path | None) -> tuple[dict[str, Text], list[str]]:
    """Return the texts that can be used, by kind, the county's own before the shipped; and what is wrong with others.

    Where the county's own text can't be used, no letter of its kind is written: the shipped one would say something
    else than the county decided.
    """
    folder = data / FOLDER if data else None
    found: dict[str, Text] = {}
    faults = _strangers(folder) if folder else []
    for kind in (*SHARED.values(), *KINDS.values()):
        try:
            text = _read(kind, folder)
            wrong = text.faults()
        except BadLetters as error:
            faults.append(str(error))
            continue
        faults += [f"{kind.id}{_SUFFIX}（{kind.label}）：{each}" for each in wrong]
        if not wrong:
            found[kind.id] = text
    return found, faults


def source(kind: Kind, data: Path | None) -> str:
    """Return a text as its file has it, notes included. Raises BadLetters."""
    return _file(kind, data / FOLDER if data else None)[0]


def unsaid(kind: Kind, text: str) -> list[Saying]:
    """Return what a kind must say and a text does not."""
    said = flat(text)
    return [each for each in kind.says if not any(flat(way) in said for way in each)]


def flat(text: str) -> str:
    """Return a text for comparison: without blanks, and numbers in digits.

    >>> flat("自收到之日起 二十个工作日"), flat("第三十六条第（四）项")
    ('自收到之日起20个工作日', '第36条第（4）项')
    """
    return _NUMERALS.sub(lambda each: str(numerals.value(each[0]) or each[0]), "".join(text.split()))


def _read(kind: Kind, folder: Path | None) -> Text:
    held, own = _file(kind, folder)
    kept = (one_line(line) for line in held.splitlines() if not line.lstrip().startswith("#"))
    return Text(kind, tuple(line for line in kept if line), own)


def _file(kind: Kind, folder: Path | None) -> tuple[str, bool]:
    name = kind.id + _SUFFIX
    try:
        own = maintained.read(folder / name) if folder else None
        held = own if own is not None else (PACKAGED / name).read_bytes()
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadLetters(f"{name} 不是 UTF-8 编码，请在记事本里另存为 UTF-8。") from error
    except OSError as error:
        raise BadLetters(f"{name} 读不出来：{why(error)}。") from error
    if len(text) > _LONGEST:
        raise BadLetters(f"{name} 超过 {_LONGEST} 个字，请核对是不是放错了文件。")
    return text, own is not None


def _strangers(folder: Path) -> list[str]:
    """Say of files that are nobody's text: a slip in a name would leave the shipped text in use, silently."""
    try:
        names = sorted(each.name for each in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        return [f"文件夹 {FOLDER} 读不出来：{why(error)}。"]
    known = {name.removeprefix(f"{FOLDER}/") for name in OWN_NAMES}
    return [f"{name} 不是任何一种文书的文件名，没有用上。" for name in names if name not in known]


def _listed(blanks: Iterable[Blank]) -> str:
    chosen = set(blanks)
    return "、".join(blank for blank in Blank if blank in chosen)
