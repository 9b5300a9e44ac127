"""Marks on a document that it is secret (GB/T 9704-2012), or that it stays inside the office."""

import re

from archive.chinese.simplified import simplified_of

_LEVEL = r"(?:绝\s*密|机\s*密|秘\s*密)"
_TERM = r"(?:\s*(?:\d{1,2}\s*(?:年|个月|月|天|日)|长期|启封|至.{0,12}))?"
_URGENCY = r"(?:\s*(?:特提|特急|加急|平急|急件))?"
_STARRED = re.compile(rf"{_LEVEL}(?:\s*级)?\s*[\])】〕]?\s*[★☆✩✭⭐*※●○◆◇■□▲△]")
_ALONE = re.compile(rf"[\[(【〔]?\s*(?:密\s*级\s*[:：]?\s*)?{_LEVEL}(?:\s*[级件])?{_TERM}\s*[\])】〕]?{_URGENCY}")
_LABELLED = re.compile(rf"密\s*级(?:\s*和保密期限)?\s*[:：\t]\s*{_LEVEL}")
# How a file's name or a title bears a mark: in brackets, or at the beginning and set off.
_ON_A_NAME = re.compile(rf"[\[(【〔]\s*{_LEVEL}(?:\s*[级件])?{_TERM}\s*[\])】〕]|^\s*{_LEVEL}\s*[级件]?[\s_\-—–.:：]")
_INTERNAL = (
    r"内部(?:资料|文件|使用|材料|明电|传阅|刊物)|注意保存|不得(?:外传|翻印|复制)|严禁外传|"
    r"(?:此件|本件)?不(?:予)?公开|工作秘密"
)
_INTERNAL_ALONE = re.compile(rf"[\s(（【\[]*(?:{_INTERNAL})(?:[\s,，、;；]*(?:{_INTERNAL}))*[\s)）】\]。!！]*")
_INTERNAL_BRACKETED = re.compile(rf"[(（【\[]\s*(?:{_INTERNAL})(?:[\s,，、]*(?:{_INTERNAL}))*\s*[)）】\]]")


def is_secret(line: str) -> bool:
    """Tell whether a line in NFKC bears a mark of secrecy."""
    if "密" not in line:
        return False
    # Offices outside the mainland, and old files, write 機密.
    simple = "".join(simplified_of().get(each, each) for each in line)
    # Alone in a line it is a mark on whatever page: an attachment's may begin anywhere.
    return bool(_ALONE.fullmatch(simple.strip()) or _STARRED.search(simple) or _LABELLED.search(simple))


def is_internal(line: str) -> bool:
    """Tell whether a line in NFKC says that what it stands in is internal."""
    return bool(_INTERNAL_ALONE.fullmatch(line) or _INTERNAL_BRACKETED.search(line))


def is_secret_name(name: str) -> bool:
    """Tell whether a file's name or a title in NFKC bears a mark of secrecy."""
    return _ON_A_NAME.search(name) is not None
