"""Whether a mobile number is given as an office's, whose contact data are public (条例第二十条), or is a person's.

A word in the same line is not enough: on a roster of those on duty, 值班 stands beside private numbers. The number must
be labelled as the office's, or follow or precede the office's name.
"""

import re

# What an office's numbers are for, and what an office is called.
_FOR = "咨询|举报|投诉|监督|值班|办公|报名|受理|服务|客服|单位|公开|预约|报警|求助|抢修|报修|办公室|值班室"
_OFFICE = "政府|局|办公室|办|委|中心|大厅|科|股|站|所|院|队|窗口|值班室|传达室|总机"
_PHONE = "联系电话|联系手机|联系方式|电话|手机|热线|传真|号码"
# Numbers of before in the same list, each perhaps with whose it is.
_LISTED = r"(?:[\d\s\-—+、,/;或和转]|\([^()]{0,20}\)){0,60}"
_LABEL = re.compile(
    rf"(?:(?:{_FOR})(?:{_PHONE}|{_FOR})*(?:号码?|为|是)?|热线|传真|(?:{_OFFICE})[^\s。;,、:]{{0,6}}(?:{_PHONE}))"
    rf"(?:号码?|为|是)?\s*[:：]?{_LISTED}$"
)
# Whom to ask for under a number of the office's.
_LABEL_AND_NAME = re.compile(rf"(?:{_FOR}|{_OFFICE})(?:{_PHONE})+(?:号码?)?\s*[:：]\s*[\u4e00-\u9fff]{{2,8}}[\s,(:]*$")
_CONTACT = re.compile(
    rf"联系(?:人|方式|电话)?\s*[:：]?[^。;\n]{{0,10}}(?:{_OFFICE})[^。;\n\d]{{0,12}}?(?:{_PHONE})?\s*[:：]?\s*$"
)
_CELL = re.compile(rf"(?:^|\t)[\u4e00-\u9fff()]{{0,20}}(?:{_OFFICE}|热线|电话)\t$")
_AFTER = re.compile(rf"\s*\([^()]{{0,20}}(?:{_OFFICE})\)")
# Whoever is named so in a line is no office.
_PRIVATE = re.compile(r"户主|家庭|本人|学生|家长|患者|申请人|低保|救助对象|贫困户|身份证|姓名")
_WINDOW = 120


def may_be_offices(line: str) -> bool:
    """Tell whether a line in NFKC, which may be a row of cells, may give an office's number at all."""
    return _PRIVATE.search(line) is None


def is_offices(line: str, start: int, end: int) -> bool:
    """Tell whether the number at a place of a line in NFKC is given as an office's."""
    before = line[max(0, start - _WINDOW) : start]
    given = any(label.search(before) for label in (_LABEL, _LABEL_AND_NAME, _CONTACT, _CELL))
    return given or _AFTER.match(line, end) is not None
