"""Decoding Chinese text by how likely each encoding's result looks, with a warning for every doubt."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.errors import ExtractionFailed

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The most frequent characters of running Chinese text, simplified and traditional. They make up half of any text.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进"
    "着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各"
    "重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次"
    "品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处府研究规范信息申请"
    "县市省镇村街办局委院会议通知意见报告条例规定办法细则章程附则公开目录主动依申请机关单位部门行政许可处罚服务事项责任监督管理工作实施"
    "這為國來時們對發會動過說產種後經進著電裡現實體機當點從業還與關內數開問題條無結變見計運農據處務總長線資組議區應類團學員書權證請責規"
    "縣鎮鄉廳辦號單項職屆報審顯節華東間門萬億島灣臺連選記護檢驗環藥險織稅費營價樓買賣讓認訓練號碼頁傳統觀點級約紀紙組終網績續維縮"
)
_MARKS = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·　０１２３４５６７８９％．－①②③④⑤⑥⑦⑧⑨⑩")
_UNLIKELY = re.compile(r"[\u0080-\u009f\ue000-\uf8ff\ufffd\uff61-\uff9f\u3040-\u30ff\u0400-\u04ff\u2500-\u259f]")
_WIDE = re.compile(r"[^\x00-\x7f\xa0]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# Bytes that are never within a character, of which the digits are in GB 18030's longest ones.
_BETWEEN = re.compile(rb"([\x00-\x2f\x3a-\x3f]+)")
# Likelihoods from which on text is taken as right, and below which it is not taken as text.
_LIKELY = 0.45
_HOPELESS = 0.2
_SAMPLE = 20_000
_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, its encoding, and warnings for the reviewer."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode Chinese text by its byte order mark, else as UTF-8, else by parts or by the likeliest encoding.

    ``declared`` is one of the candidates and wins a tie. Raises ExtractionFailed for what is not text. Bytes that
    cannot be decoded are left out and counted in a warning.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark) and encoding != "utf-8":
            return _strict_or_repaired(data[len(mark) :], encoding)
    # Programs put the mark of UTF-8 before text of any encoding.
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\x00" in data[:_SAMPLE]:
        raise ExtractionFailed("文件不是文本文件（含有二进制数据），请检查后重新提交。")
    try:
        return _checked(Decoded(data.decode("utf-8"), "utf-8"))
    except UnicodeDecodeError as error:
        utf8_good = error.start
    candidates = ["gb18030", "big5hkscs"]
    name = _codec(declared)
    if name and name not in {"utf-8", *candidates}:
        candidates.append(name)
    if mixed := _by_parts(data, candidates):
        return mixed
    best = max(candidates, key=lambda encoding: (_likelihood(data, encoding), encoding == name))
    likelihood = _likelihood(data, best)
    repaired_utf8 = _likelihood(data, "utf-8")
    if repaired_utf8 > max(likelihood, _LIKELY) or (utf8_good > 3000 and repaired_utf8 >= likelihood):
        best, likelihood = "utf-8", repaired_utf8
    if likelihood < _HOPELESS:
        raise ExtractionFailed("无法识别文件的文字编码，请另存为 UTF-8 编码后重新提交。")
    decoded = _strict_or_repaired(data, best)
    if likelihood < _LIKELY:
        doubt = f"文字编码按 {best.upper()} 读取，但把握不大，请核对文字是否正确。"
        return Decoded(decoded.text, best, (*decoded.warnings, doubt))
    return decoded


def _codec(declared: str | None) -> str | None:
    if not declared:
        return None
    name = declared.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python also has codecs that are not text encodings (zip, rot13, …).
    return found.name if found._is_text_encoding else None


def _likelihood(data: bytes, encoding: str) -> float:
    """Return how well the beginning of a text fits in an encoding (see ``_fitness``)."""
    text = data[:_SAMPLE].decode(encoding, errors="replace")
    return _fitness(text[:-2] if len(data) > _SAMPLE else text)


def _fitness(text: str) -> float:
    """Return the share of frequent characters among the wide ones, less twice the share of unlikely or unreadable."""
    wide = _WIDE.findall(text)
    if not wide:
        return 1.0
    good = sum(character in _FREQUENT or character in _MARKS for character in wide)
    bad = len(_UNLIKELY.findall(text))
    return (good - 2 * bad) / len(wide)


def _by_parts(data: bytes, candidates: Sequence[str]) -> Decoded | None:
    """Decode a file of which parts are UTF-8, as a body in an old page's template; None if all is in one encoding.

    A part ends where a byte stands that is never within a character, such as that of a tag or a line break.
    """
    parts = _BETWEEN.split(data)
    foreign = b"\n".join(part for part in parts if not _is_utf8(part))
    other = max(candidates, key=lambda encoding: _likelihood(foreign, encoding))
    texts: dict[str, list[str]] = {"utf-8": [], other: []}
    pieces: list[str] = []
    # Where both fit as well, as for a single 路 or ·, a part is in the encoding of the one before.
    last = max(texts, key=lambda encoding: _likelihood(data, encoding))
    for part in parts:
        if part.isascii():
            pieces.append(part.decode("ascii"))
            continue
        fitness, _, last = max((_fitness(part.decode(each, "replace")), each == last, each) for each in texts)
        pieces.append(part.decode(last, "replace"))
        # What fits neither is lost, and says nothing of how many encodings there are.
        if fitness > 0:
            texts[last].append(pieces[-1])
    first, second = (_fitness("".join(each)) > _HOPELESS and len("".join(each)) > 1 for each in texts.values())
    if not (first and second):
        return None
    larger = max(texts, key=lambda encoding: len("".join(texts[encoding])))
    told = f"文件混用 UTF-8 和 {other.upper()} 两种文字编码，已逐段按各自的编码读取，请与原件核对。"
    return _without_lost(Decoded("".join(pieces), larger, (told,)))


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strict_or_repaired(data: bytes, encoding: str) -> Decoded:
    try:
        return _checked(Decoded(data.decode(encoding), encoding))
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    return _without_lost(Decoded(text, encoding))


def _without_lost(decoded: Decoded) -> Decoded:
    text = decoded.text
    lost = text.count("\ufffd")
    if lost > max(20, len(text) // 200):
        raise ExtractionFailed("文件中有大量无法识别的字节，可能已损坏或不是文本文件，请检查后重新提交。")
    if not lost:
        return _checked(decoded)
    warning = f"有 {lost} 处字节无法按 {decoded.encoding.upper()} 编码识别，已略去，请核对原文。"
    return _checked(Decoded(text.replace("\ufffd", ""), decoded.encoding, (*decoded.warnings, warning)))


def _checked(decoded: Decoded) -> Decoded:
    controls = len(_CONTROLS.findall(decoded.text))
    if controls > len(decoded.text) // 100:
        raise ExtractionFailed("文件不是文本文件（含有二进制数据），请检查后重新提交。")
    if "\ufffd" in decoded.text:
        lost = decoded.text.count("\ufffd")
        warning = f"原文含有 {lost} 个替换符（\ufffd），说明文字在提交前已经丢失，请核对原件。"
        return Decoded(decoded.text, decoded.encoding, (*decoded.warnings, warning))
    return decoded
