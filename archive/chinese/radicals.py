"""Replacing the radicals that PDF fonts use for ordinary Han characters: ⼯作 becomes 工作."""

import unicodedata
from collections.abc import Mapping

# CJK Radicals Supplement: each radical, followed by its EquivalentUnifiedIdeograph in Unicode.
_SUPPLEMENT = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇几⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑尣⺒巳⺓幺⺔彑⺕彐⺖忄⺗㣺⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺟母⺠民"
    "⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪疋⺫目⺬示⺭礻⺮竹⺯糹⺰纟⺱罓⺲罒⺳㓁⺴㓁⺵罒⺶羊⺷羊⺸羋⺹耂⺺肀⺻聿⺼肉⺽臼⺾艹⺿艹⻀艹"
    "⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇角⻈讠⻉贝⻊足⻋车⻌辶⻍辶⻎辶⻏阝⻐钅⻑長⻒镸⻓长⻔门⻕阜⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻞食⻟飠⻠饣"
    "⻡首⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀⻳龟"
)
# NFKC maps the Kangxi Radicals, but for 户 and 青 it gives forms that the mainland does not write.
_KANGXI = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
_KANGXI |= {"⼾": "户", "⾭": "青"}

HAN_OF: Mapping[str, str] = dict(zip(_SUPPLEMENT[::2], _SUPPLEMENT[1::2], strict=True)) | _KANGXI
_TABLE = str.maketrans(dict(HAN_OF))


def unfold(text: str) -> str:
    """Replace radicals with the ordinary characters they stand for; leave everything else unchanged.

    >>> unfold("⼈⺠政府⼯作")
    '人民政府工作'
    """
    return text if text.isascii() else text.translate(_TABLE)
