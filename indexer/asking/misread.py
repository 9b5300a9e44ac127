"""Tells where a search looks like grammar and was taken as words, and how it is written right.

A sentence stands here only for what nobody types as words: or between Han words, a bracket after 标题:, half a pair of
quotation marks. English titles have or, and and not; pasted titles have brackets and quotation marks.
"""

import re
from collections.abc import Iterator

from archive.chinese.text import is_han
from indexer.asking.parse import FIELDS, MINUSES, OR, free

MOST = 4
_EITHER, _BOTH = frozenset({"or", "|", "||", "或", "或者"}), frozenset({"and", "&", "&&"})
_QUOTES = {"“": "”", "「": "」", "『": "』"}
# A field with a bracket after it, and one with nothing.
_BRACKETED = re.compile(rf"(?<!\S)[{MINUSES}]?(?P<field>{FIELDS})[:：]\s*[(（]")
_EMPTY = re.compile(rf"(?<!\S)[{MINUSES}]?(?P<field>{FIELDS})[:：]\s*$")
# What people take for a field, and the one that they mean.
_OTHERS = {
    **dict.fromkeys(("题名", "题目", "标题名", "title"), "标题"),
    **dict.fromkeys(("发文字号", "文件号", "文件字号"), "文号"),
    **dict.fromkeys(("部门", "发布机构", "发文机关", "发文单位"), "机构"),
    **dict.fromkeys(("年份", "发布日期", "成文日期", "发文日期"), "日期"),
}
_OTHER = re.compile(rf"(?<!\S)(?P<name>{'|'.join(_OTHERS)})[:：]\s*(?P<value>\S+)", re.IGNORECASE)
# A group in brackets with an OR or a blank between its words.
_GROUP = re.compile(rf"(?<!\S)[(（](?P<inner>[^()（）]*\s{OR}\s[^()（）]*)[)）]")


def misread(typed: str) -> list[str]:
    """Return a sentence for each thing in a search that looks like grammar and is none."""
    return list(dict.fromkeys((*_fields(typed), *_quotes(typed), *_brackets(typed), *_words(typed))))[:MOST]


def _fields(typed: str) -> Iterator[str]:
    for match in _BRACKETED.finditer(typed):
        field = match["field"]
        yield (
            f"“{field}:”后面的括号按原文里的字检索，不表示分组。"
            f"几个词请分开写：{field}:甲 {field}:乙；连在一起的话放在引号里：{field}:“甲 乙”。"
        )
    for match in _EMPTY.finditer(typed):
        field = match["field"]
        yield f"“{field}:”后面没有内容，按普通的词检索。请在冒号后面写要找的内容，例如 {_example(field)}。"
    for match in _OTHER.finditer(free(typed)):
        field = _OTHERS[match["name"].lower()]
        yield f"“{match['name']}:”按普通的词检索。只在{field}里找，请写成 {field}:{match['value'][:20]}。"


def _example(field: str) -> str:
    return f"{field}:{'2019' if field == '日期' else '云政发2019' if field in ('文号', '文號') else '财政局'}"


def _quotes(typed: str) -> Iterator[str]:
    waiting: list[str] = []
    for character in typed:
        if character in _QUOTES:
            waiting.append(_QUOTES[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
        elif character in _QUOTES.values():
            waiting.append(character)
            break
    # A number with an inch behind it has one mark.
    straight = re.sub(r'(?<=\d)["＂](?=\s|$)', "", typed) if typed.count('"') + typed.count("＂") == 1 else typed
    if waiting or (straight.count('"') + straight.count("＂")) % 2:
        yield "引号不成对，引号里的话没有当作一个整体来找。请在前后都写上引号，例如 “最低生活保障”。"


def _brackets(typed: str) -> Iterator[str]:
    text = free(typed)
    if match := _GROUP.search(text):
        inner = " ".join(match["inner"].split())
        yield f"括号不表示分组，已经略去：OR 只连接它两边紧挨着的词。请写成 {inner}，其余的词写在后面。"
        return
    left, right = (sum(text.count(mark) for mark in marks) for marks in ("(（", ")）"))
    chunks = text.split()
    if left > right and any(chunk[0] in "(（" for chunk in chunks):
        yield "括号不成对，已经略去。括号不表示分组，可以去掉；要原样找带括号的话，请放在引号里。"


def _words(typed: str) -> Iterator[str]:
    # What is quoted or limited to a part is a word beside the others.
    gaps = "".join(
        "词" if mark == " " and there != " " else mark for mark, there in zip(free(typed), typed, strict=True)
    )
    chunks, said = gaps.split(), typed.split()
    if len(chunks) != len(said):
        said = chunks
    for at, chunk in enumerate(chunks):
        before, after = (chunks[at - 1] if at else ""), (chunks[at + 1] if at + 1 < len(chunks) else "")
        if chunk == OR:
            if len(chunks) > 1 and (not before or not after or OR in (before, after)):
                yield "“OR”有一边没有词，已经略去。请在两边各写一个词，例如 低保 OR 特困。"
            continue
        lower = chunk.lower()
        han = any(map(is_han, before + after))
        left, right = (said[at - 1] if at else "低保"), (said[at + 1] if at + 1 < len(said) else "特困")
        if not han or not after:
            continue
        if lower in _EITHER and before:
            yield f"“{chunk}”按普通的词检索。两个词有一个就行的，请写大写的 OR：{left} OR {right}。"
        elif lower in _BOTH and before:
            yield f"“{chunk}”按普通的词检索。几个词都要有的，用空格隔开就行：{left} {right}。"
        elif lower == "not" or chunk == "!":
            yield f"“{chunk}”按普通的词检索。要排除一个词，请在它前面写减号：-{right}。"
