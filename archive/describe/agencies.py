"""Finding the agency's code or name before a number, and cutting it off from the words that lead up to it.

In 依据国办发〔2019〕14号 it is 国办发; in 沪经信规〔2018〕641号 it is 沪经信规, although 经 may end a clause. A code
or name listed in the taxonomy is cut off where it begins; any other after the last word that introduces a citation.
"""

import re

from archive.describe import taxonomy

# Words that no code and no agency's name contains, so that the code or name begins after them.
_LEADING = re.compile(
    r".*(?:根据|依据|按照|遵照|参照|依照|对照|落实|贯彻|执行|印发|转发|下发|文件|通知|通告|意见|规定|(?<!药)办法|方案|批复|请示|报告|决定|公告|"
    r"废止|修订|修改|以下简称|文号|字号|编号|人民政府|办公厅|办公室|委员会|同意|批准|替代|取代|重新|请问|查询|查找|查看|引用|关于|"
    r"有关|详见|原|号|的|及|与|见|由|以|将|按|对|在|是|[上中]列)"
)
# Characters that may introduce a code or be part of one: 经国办发 and 沪经信规, 1日云政发 and 日政发.
_PERHAPS = re.compile(r"[经和据照依为日件至到从向给]")
# First characters of codes: the State, the provinces, and places whose documents the county holds.
_PLACES = "国京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀黔滇云藏陕甘陇青宁新临沭"
# Codes of governments and their offices; no other code ends in one of these.
_GOVERNMENT = re.compile(rf"[{_PLACES}][政办发函]")
_ENDING = re.compile(r"[发字函办令电任规告联批复请示政府审人财税教科卫农水交建土文监环报议提工信安综计]$")
_INCOMPLETE = re.compile(r"[办发字函号政]")
LONGEST_CODE = 12
# Names of agencies that issue decrees and announcements, by their endings.
_NAME = re.compile(
    r"[\u4e00-\u9fff]{1,24}(?:人民政府|办公厅|办公室|委员会|银行|法院|检察院|人大|海关|[部局厅署委会院办府])|主席"
)
_NOT_NAMES = frozenset({"本部", "我部", "本局", "我局", "该局", "该部", "本院", "本会", "本办"})
NATION = "中华人民共和国"


def code(run: str) -> tuple[int, str, bool]:
    """Return where the agency's code begins in the Han before a bracket, the code, and whether it is certain.

    ``run`` may contain blanks; the code has none, and is "" if there is no code.

    >>> code("按照沭政 办字")
    (2, '沭政办字', True)
    """
    places = [at for at, character in enumerate(run) if not character.isspace()]
    squeezed = "".join(run[at] for at in places)
    start = _start(squeezed, _last_part(run, places))
    found = squeezed[start:]
    if not 1 < len(found) <= LONGEST_CODE:
        return 0, "", False
    return places[start], found, found in taxonomy.load().codes or bool(_ENDING.search(found))


def _start(squeezed: str, last_part: int) -> int:
    codes = taxonomy.load().codes
    leading = _LEADING.match(squeezed[:-2])
    start = leading.end() if leading else 0
    start += _after_name(squeezed[start:])
    if squeezed[start:] in codes:
        return start
    for at in range(start, len(squeezed) - 1):
        known = squeezed[at:] in codes
        begins = known or squeezed[at] in _PLACES and bool(_ENDING.search(squeezed))
        # 财税 is a code and 沪财税 is another, so a known code counts only where something else ends.
        if begins and at > start and _PERHAPS.match(squeezed[at - 1]):
            return at
        if known and (at == last_part or at - start > 4 or _GOVERNMENT.match(squeezed[at:])):
            return at
    unbroken = last_part > start and len(squeezed) - last_part > 1 and not _INCOMPLETE.match(squeezed[last_part])
    return last_part if unbroken else start


def _last_part(run: str, places: list[int]) -> int:
    """Return where the part after the last blank begins, counting only characters that are not blank."""
    return next((at for at in range(len(places) - 1, 0, -1) if places[at] - places[at - 1] > 1), 0)


def _after_name(run: str) -> int:
    """Return where a listed name at the start of a run ends if a listed code follows (财政部|财税), else 0."""
    listed = taxonomy.load()
    if run in listed.codes:
        return 0
    return next((at for at in range(len(run) - 2, 1, -1) if run[at:] in listed.codes and run[:at] in listed.names), 0)


def name(run: str) -> tuple[int, str]:
    """Return where the agencies' names begin in the words before 令 or 公告, and their canonical names joined by 、.

    >>> name("按照财政部 国家税务总局")
    (2, '财政部、税务总局')
    """
    lead = _LEADING_TO_NAME.match(run)
    start = lead.end() if lead else 0
    start += len(run[start:]) - len(run[start:].lstrip())
    parts = [part for part in re.split(r"[、,\s]+", run[start:].strip()) if part]
    found = [each for part in parts for each in _names_in(part)]
    return (start, "、".join(dict.fromkeys(found))) if parts and found else (0, "")


_LEADING_TO_NAME = re.compile(
    r".*(?:根据|依据|按照|遵照|参照|依照|落实|贯彻|执行|印发|转发|发布|公布|文件|通知|意见|规定|办法|废止|修订|以下简称|"
    r"[号的及与见由以按对是、]\s*(?=国务院|中华|主席)|号|的|见|由|以|按|是|年|月|日|[。，；：“”《》〔〕\n])"
)


def _names_in(part: str) -> list[str]:
    part = part.removeprefix(NATION)
    known = taxonomy.load().names
    if part in known:
        return [taxonomy.issuer(part)]
    # Splits 财政部和税务总局, but not 工业和信息化部.
    for at, character in enumerate(part):
        if character in "和与及" and part[:at] in known and part[at + 1 :] in known:
            return [taxonomy.issuer(part[:at]), taxonomy.issuer(part[at + 1 :])]
    longest = next((part[at:] for at in range(len(part) - 1) if part[at:] in known), "")
    if longest and len(part) - len(longest) != 1 and not _NAME.fullmatch(part):
        return [taxonomy.issuer(longest)]
    return [taxonomy.issuer(part)] if _NAME.fullmatch(part) and part not in _NOT_NAMES else []
