"""Marks on a document that it is secret (GB/T 9704-2012), or that it stays inside the office."""

import re

from archive.chinese.simplified import simplified_of

_LEVEL = r"(?:绝\s*密|机\s*密|秘\s*密)"
_COUNT = r"[\d一二三四五六七八九十两]{1,3}"
_TERM = rf"(?:(?:保密期限\s*:?\s*)?(?:{_COUNT}\s*(?:年|个月|月|天|日)|长期|(?:启封|解密)前?|至.{{0,12}}))"
_URGENCY = r"(?:特提|特急|加急|平急|急件|急)"
# Stars and other signs that stand between level and term; those that text has anyway, only alone in a line.
_STAR = r"[★☆⭐⭑\u2716-\u274b⋆٭*※●○◆◇■□▲△\U0001f31f\U0001f320]"
_SIGN = rf"(?:{_STAR}|[·•\-—–_/|,、])"
_OPEN, _CLOSE = r"[\[(【〔〖「『《〈<{\"“'‘]", r"[\])】〕〗」』》〉>}\"”'’]"
_STARRED = re.compile(rf"{_LEVEL}(?:\s*级)?\s*{_CLOSE}?\s*{_STAR}|密\s*{_STAR}\s*(?:\d|长期)")
# What may stand around a mark that is alone in a line: the copy's number, the urgency, ornaments.
_AROUND = rf"[\s=~#.。!！_\-—–]*{_SIGN}*\s*"
_MARK = (
    rf"{_OPEN}?\s*(?:密\s*级\s*:?\s*)?{_LEVEL}(?:\s*(?:级|件|文件|材料|资料|电报))?"
    rf"\s*(?:{_SIGN}\s*)?[(【〔\[]?\s*{_TERM}?\s*{_CLOSE}{{0,2}}"
)
_ALONE = re.compile(
    rf"{_AROUND}(?:(?:份号|编号|No\.?|№)?\s*:?\s*\d{{1,8}}\s+)?(?:{_URGENCY}\s*{_SIGN}?\s*)?"
    rf"{_MARK}(?:\s*{_SIGN}?\s*{_URGENCY})?{_AROUND}"
)
_WORD = r"(?:[密秘]\s*级|(?:保密|涉密|秘密)(?:等级|级别))(?:\s*[和及与、/]\s*保密期限)?"
_LABELLED = re.compile(rf"{_WORD}\s*(?:[:\t/(\-—|]|(?<![的高]密级)为|是|定为|确定为)\s*{_LEVEL}(?![、和或])")
# What a text says of itself.
_OWN = re.compile(rf"(?:此|本)(?:件|文|文件|资料|材料)(?:属于?|为|是|系){_LEVEL}")
# How a line, a title or a file's name bears a mark: in brackets at its end, or, on a name, set off before it.
_IN_BRACKETS = rf"[\[(【〔]\s*{_LEVEL}(?:\s*[级件])?\s*{_SIGN}?\s*(?:{_TERM}|{_URGENCY})?\s*[\])】〕]"
_AT_THE_END = re.compile(rf"{_IN_BRACKETS}\s*$")
_ON_A_NAME = re.compile(rf"{_IN_BRACKETS}|^\s*{_LEVEL}\s*(?:[级件]|文件)?[\s_\-—–.:]")
_JOINT = re.compile(r"[\s_.\-—–]+")
_INTERNAL = (
    r"(?:仅供|仅限)?内部(?:资料|文件|使用|材料|明电|传阅|刊物|参考|掌握|阅读|发行)|注意(?:保存|保管|保密)|不得(?:外传|翻印|复制)|严禁外传|"
    r"(?:(?:信息)?公开(?:方式|属性|选项|类别)\s*:?\s*依申请公开|(?:此件|本件)删减后公开)|工作秘密|敏感信息|不登报|"
    r"(?:(?:信息)?公开(?:方式|属性|选项|类别)\s*:?\s*|此件|本件)?不(?:予)?公开|"
    r"(?:此件)?阅后\s*(?:请)?\s*(?:即焚|销毁|收回|退回)|(?:此件)?(?:发至|传达到)[县处乡科省市]\S{0,3}级"
)
# A mark that is alone in a line makes no longer one.
_LONGEST = 80
_INTERNAL_ALONE = re.compile(rf"[\s(（【\[]*(?:{_INTERNAL})(?:[\s,，、;；]*(?:{_INTERNAL}))*[\s)）】\]。!！]*")
_INTERNAL_BRACKETED = re.compile(rf"[(（【\[]\s*(?:{_INTERNAL})(?:[\s,，、]*(?:{_INTERNAL}))*\s*[)）】\]]")


def is_secret(line: str) -> bool:
    """Tell whether a line as it is read bears a mark of secrecy."""
    if "密" not in line:
        return False
    simple = _simple(line)
    if _STARRED.search(simple) or any(each.search(simple) for each in (_LABELLED, _OWN, _AT_THE_END)):
        return True
    # Alone in a line it is a mark on whatever page: an attachment's may begin anywhere.
    return len(simple) <= _LONGEST and _ALONE.fullmatch(simple.strip()) is not None


def is_internal(line: str) -> bool:
    """Tell whether a line as it is read says that what it stands in is internal."""
    simple = _simple(line)
    return bool(_INTERNAL_ALONE.fullmatch(simple) or _INTERNAL_BRACKETED.search(simple))


def is_secret_name(name: str) -> bool:
    """Tell whether a file's name or a title as it is read bears a mark of secrecy."""
    if "密" not in name:
        return False
    simple = _simple(name)
    # Set off at the end or within, as between the parts of a name: 防汛_机密.pdf.
    return _ON_A_NAME.search(simple) is not None or any(
        _ALONE.fullmatch(each) for each in _JOINT.split(simple) if len(each) <= _LONGEST
    )


def _simple(line: str) -> str:
    """Return a line in simplified characters. Offices outside the mainland, and old files, write 機密."""
    return line if line.isascii() else "".join(map(simplified_of().get, line, line))
