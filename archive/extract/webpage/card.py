"""Reading the metadata card that a disclosure page prints above a document: 索引号, 发文机关, 成文日期 …"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.extract.text.characters import clean, squeezed

# Labels found only on cards; two different ones in a run of labelled lines make it a card.
_CORE = frozenset(
    "索引号 信息索引号 主题分类 信息分类 分类 体裁分类 组配分类 体裁 发文机关 发布机构 发布单位 发布机关 "
    "公开机构 公开单位 公开责任部门 发文单位 发文部门 制发机关 制发单位 制作单位 责任部门 信息来源 所属机构 "
    "成文日期 成文时间 发文日期 发文时间 生成日期 生成时间 印发日期 制发日期 形成日期 发布日期 发布时间 "
    "公开日期 公开时间 更新日期 发文字号 发文号 文号 文件编号 文件字号 登记号 规范性文件登记号 统一编号 "
    "规范性文件编号 有效性 效力状态 时效性 时效 是否有效 信息有效性 文件状态 文件有效性 生效日期 生效时间 "
    "实施日期 施行日期 失效日期 失效时间 废止日期 废止时间 有效期 主题词 关键词 关键字 公开属性 公开方式 "
    "公开形式 公开范围 公开类别 公开时限 公开程序 信息类别 内容概述 内容概要 服务对象 服务对象分类 载体类型 "
    "载体形式 记录形式 语种 收录时间 发布文号 文种".split()
)
# Labels that may also begin a line of the document itself; on a card they are read, too.
_PLAIN = (
    "标题 信息名称 文件名称 文件标题 名称 来源 日期 责任编辑 作者 分类词 备注 文号备注 所属主题 所属栏目 链接地址"
).split()
_LABELS = _CORE | frozenset(_PLAIN)


def _spaced(label: str) -> str:
    return r"\s*".join(map(re.escape, label))


_ALTERNATIVES = "|".join(_spaced(label) for label in sorted(_LABELS, key=len, reverse=True))
_PAIR = re.compile(
    rf"(?:^|(?<=[\s】\]|;；])|(?<=^[【\[]))[【\[]?(?P<label>{_ALTERNATIVES})\s*[】\]]?\s*[:：]\s*[】\]]?"
)
_VALUE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Card:
    """What cards state, by label without spaces and colon, and the other lines with their numbers (``kept``)."""

    stated: dict[str, str]
    rest: list[str]
    kept: list[int]


def read_card(lines: Sequence[str]) -> Card:
    """Find cards in clean lines: runs of labels and values with at least two labels found only on cards."""
    stated: dict[str, str] = {}
    kept: list[int] = []
    index = 0
    while index < len(lines):
        end, pairs = _run(lines, index)
        if len({label for label, _ in pairs} & _CORE) >= 2:
            for label, value in pairs:
                if value and label not in stated:
                    stated[label] = value
            index = end
        else:
            # A run that is no card has none that begins later in it.
            end = max(end, index + 1)
            kept += range(index, end)
            index = end
    return Card(stated, [lines[each] for each in kept], kept)


def _run(lines: Sequence[str], start: int) -> tuple[int, list[tuple[str, str]]]:
    """Return where the run of labelled lines from ``start`` ends, and its pairs of label and value."""
    pairs: list[tuple[str, str]] = []
    index = start
    below = False
    while index < len(lines):
        found = _pairs(lines[index])
        if not found:
            break
        index += 1
        last_label, last_value = found[-1]
        following = lines[index] if index < len(lines) else ""
        # In <dt> and <dd>, or in blocks of their own, labels and values alternate, each value below its label.
        if not last_value and following and not _pairs(following) and _is_value(following, last_label):
            below = below or (index + 1 < len(lines) and bool(_pairs(lines[index + 1])))
            if below:
                found[-1] = (last_label, following)
                index += 1
        pairs += found
    return index, pairs


def _is_value(line: str, label: str) -> bool:
    longest = _VALUE_LENGTH if label in {"标题", "名称", "信息名称", "文件名称", "内容概述"} else 60
    return "\t" not in line and len(line) <= longest and not line.endswith(("。", "："))


def _pairs(line: str) -> list[tuple[str, str]]:
    """Return the labels and values that a line consists of; none if it has any other text."""
    if "\t" in line:
        # Empty cells belong to a merged cell before them.
        return _cell_pairs([cell for cell in line.split("\t") if cell])
    label = _label(line)
    if label:
        return [(label, "")]
    found = list(_PAIR.finditer(line)) if _PAIR.match(line) else []
    if not found or len(line) > _VALUE_LENGTH * len(found):
        return []
    ends = [match.start() for match in found[1:]] + [len(line)]
    return [
        (squeezed(match["label"]), clean(line[match.end() : end]).strip("|；;【[ "))
        for match, end in zip(found, ends, strict=True)
    ]


def _cell_pairs(cells: Sequence[str]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    others = 0
    index = 0
    while index < len(cells):
        cell = cells[index]
        index += 1
        label = _label(cell)
        if label:
            value = ""
            if index < len(cells) and not _label(cells[index]):
                value = cells[index]
                index += 1
            pairs.append((label, value))
        elif cell and (inline := _pairs(cell)):
            pairs += inline
        elif cell:
            others += 1
    # Labels side by side without values are the heading row of a list of documents.
    heads = len(pairs) > 2 and sum(bool(value) for _, value in pairs) <= 1
    return [] if others or heads else pairs


def _label(text: str) -> str | None:
    """Return the label that a cell or line consists of, with or without colon and brackets, or None."""
    if len(text) > 24:
        return None
    bare = squeezed(text).strip("【】[]:：*·|")
    return bare if bare in _LABELS else None
