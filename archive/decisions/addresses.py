"""Addresses at which persons live, down to the door; those of offices, shops and schools are none."""

import re
from typing import NamedTuple

_DOOR = r"\d+\s*(?:号楼|栋|幢|单元|号院|排\d+号)(?:\s*\d+\s*(?:单元|楼|层|室|号))*|\d+\s*室"
_ADDRESS = re.compile(
    rf"(?:[村路街巷道区苑园庄镇乡里弄]|小区|家属院|公寓|花园)[^\t,，。;；:：\d]{{0,8}}(?:\d+号[^\t,，。;；:：\d]{{0,6}})?(?:{_DOOR})"
)
# The province, county and town, and what else of a name stands right before an address. No name has these characters.
_TOWN_LONGEST = 40
_TOWN = re.compile(
    r"(?:[^\W\d_住于在址为是系和与及由往从]{1,7}(?:省|市|州|盟|县|区|旗|镇|乡|街道|村|社区))*[^\W\d_住于在址为是系和与及由往从]{0,6}$"
)
_DWELLING = re.compile(
    r"(?:现住|家住|住址|住所|居住|户籍(?:地|所在地)?|家庭(?:住址|地址)|户口所在地)[^\t。;；\d]{0,24}\d+\s*(?:号|组|户|室|栋|幢|单元)"
)
_BUREAU = re.compile(
    r"政府|[局委院]|办公|中心|大厅|行政|机关|大楼|大厦|服务|公司|学校|酒店|宾馆|会议|银行|超市|商场|站|[招开评]标|编办"
)


class Dwelling(NamedTuple):
    """Where an address stands in a text: from ``start`` to ``end``, and with the town before it from ``town``."""

    town: int
    start: int
    end: int


def dwelling(text: str) -> Dwelling | None:
    """Find the first address of a person in a text in NFKC; None if there is none."""
    for match in (*_ADDRESS.finditer(text), *_DWELLING.finditer(text)):
        if not _BUREAU.search(text, max(0, match.start() - 20), match.end()):
            start, end = match.span()
            town = _TOWN.search(text, max(0, start - _TOWN_LONGEST), start)
            return Dwelling(town.start() if town else start, start, end)
    return None
