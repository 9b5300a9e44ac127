"""Texts of every kind that a pattern or a loop could be slow on, and how long work on them takes.

Each unit stands for a kind of text: nearly a number, nearly a date, a list that does not end. Time is processor time,
so that a busy machine makes no difference, and a test's bound leaves room for noise: where eight times the text may
take sixteen times as long, the square would take 64.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count, pairwise, takewhile

from archive.errors import ExtractionFailed

UNITS: Mapping[str, Sequence[str]] = {
    "document numbers, their ranges and what only begins like one": (
        *(
            "51-1、",
            "政发〔2019〕1-51、1-51、1-51号",
            "国办发〔2019〕14号",
            "〔2019〕1-11111",
            "2019" + "　" * 20,
            "令第1号",
        ),
        *(
            "令" + " " * 20 + "1",
            "公告2019年第1号",
            "公     告       ",
            "LSDR  2019  001",
            "〔2019〕苏1234民终",
            "国 ",
            "国",
        ),
    ),
    "dates, terms, signatures": (
        *("2019年1月", "二〇一九年", "2019年1月1日\n", "本办法自2019年1月1日起施行，有效期5年。", "截至", "国务院"),
        *("县人民政府、", "云溪县财政局\n2019年1月1日\n", "人民政府办公室\n", "财政部和"),
    ),
    "titles, statutes, relations": (
        *("（）", "（", "根据", "第一届人民代表大会", "2019年1月1日国务院令第1号公布\n", "《甲", "《甲》", "修改《"),
        *("《甲乙》（国办发〔2019〕%d号）同时废止。", "转发甲乙丙丁", "第1号建议"),
    ),
    "headings, lists of contents, sections promised": (
        *("一、甲乙%d\n", "目录\n", "目录\n一、甲%d\n", "第一章 总则\n", "（一）甲乙丙%d\n", "内容由", "一、"),
        "内容包括甲乙、丙丁、",
    ),
    "persons": (
        *(
            "622%013d",
            "411%013d",
            "138%08d ",
            "138%08d\t",
            "1\t",
            "1 ",
            "1-",
            "11010519491231%03dX ",
            "a.a@",
            "鲁A12345",
            "村路街",
        ),
        *("家住1号楼", "村1号1室1室", "内部资料，", "密级：", "机密", "123456789012\n", "2\n"),
    ),
    "what pages print around a text": ("附件1：甲%d乙.doc\n", "附件", "来源：甲 ", "打印", "二维码", "ICP备", "字体："),
    "characters": (
        *("\u0301\u0316", "\u0f71\u0f72\u0f74", "e\u0301", "\u1112\u1161\u11ab", "\ufdfa", "𠀀", "\u200b", "ÖÐ¹ú"),
        *("鍏紑", "“", "\t"),
    ),
}
EACH = [unit for units in UNITS.values() for unit in units]


_TRIES = 5


def text_of(unit: str, size: int, width: int = 1) -> str:
    """Repeat a unit up to a number of bytes: half of it on one line, half on lines of at least ``width`` characters.

    ``%d`` in the unit becomes a running number.
    """
    length = size * len(unit) // len(unit.encode())
    numbers = takewhile(lambda number: number * len(unit) < length, count())
    each = [unit % number for number in numbers] if "%" in unit else [unit] * (length // len(unit))
    half = len(each) // 2
    row = max(1, width // len(unit))
    lines = ("".join(each[at : at + row]) for at in range(half, len(each), row))
    return "".join(each[:half]) + "\n" + "\n".join(lines)


def grows(work: Callable[[str], object], *texts: str, most: float) -> bool:
    """Tell whether each text takes at most ``most`` times the processor time of the one before.

    A busy machine spoils one measurement or another, so it may take a few tries. What grows with the square passes
    none of them: of eight times the length it takes 64 times as long.
    """
    return any(_grows(work, texts, most) for _ in range(_TRIES))


def _grows(work: Callable[[str], object], texts: Sequence[str], most: float) -> bool:
    taken = [_seconds(work, text) for text in texts]
    return all(later < most * former for former, later in pairwise(taken))


def _seconds(work: Callable[[str], object], text: str) -> float:
    """Return the processor time that work on a text takes, not below what noise makes of nothing."""
    start = time.process_time()
    # What has more paragraphs than any document is refused, which is quick.
    with suppress(ExtractionFailed):
        work(text)
    return max(time.process_time() - start, 0.03)
