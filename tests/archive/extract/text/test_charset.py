import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ExtractionFailed
from archive.extract.text.charset import Decoded, decode

TEXTS = [
    "为了保障公民、法人和其他组织依法获取政府信息，提高政府工作的透明度，建设法治政府，充分发挥政府信息对人民群众生产、生活和经济社会活动的"
    "服务作用，制定本条例。本条例所称政府信息，是指行政机关在履行行政管理职能过程中制作或者获取的信息。",
    "各镇人民政府、街道办事处，县政府各部门、各直属机构：现将《临沭县农村饮水安全工程运行管理办法》印发给你们，请认真贯彻执行。本办法自发布之日起施行，"
    "有效期五年。附件：1.水费收缴台账；2.水质检测记录表。",
    "孙女士：您好！您反映的玉山镇曹庄村路灯不亮问题已收悉。经核实，该村共有路灯六十八盏，其中十二盏因线路老化损坏，我单位已安排施工队伍更换，预计本周五前"
    "恢复照明，感谢您的监督。",
    "关于召开2020年全县春季植树造林暨国土绿化现场观摩会的通知。会议定于三月十日上午九时在苍马山景区举行，请各单位主要负责同志准时参加，自带雨具，统一着便装，"
    "并于三月八日前报送参会人员名单。",
]
TRADITIONAL = [
    "為了保障公民、法人和其他組織依法獲取政府資訊，提高政府工作的透明度，建設法治政府，充分發揮政府資訊對人民群眾生產、生活和經濟社會活動的"
    "服務作用，制定本條例。本條例所稱政府資訊，是指行政機關在履行行政管理職能過程中製作或者獲取的資訊。",
    "臺北市政府民政局公告：茲訂於本年六月十五日上午十時，於市政大樓三樓會議室舉辦里鄰長座談會，歡迎市民踴躍參加，報名表請逕至各區公所索取，或由本局網站下載，"
    "額滿為止，恕不另行通知。",
    "香港特別行政區政府統計處今日公布最新的零售業銷售額數字。與去年同月比較，總銷貨價值上升百分之五，其中珠寶首飾、鐘錶及名貴禮物的升幅較大，超級市場貨品則錄得"
    "輕微跌幅，發言人表示審慎樂觀。",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_simplified_text_is_read_in_its_encoding_without_a_warning(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.warnings) == (text, ())


@pytest.mark.parametrize("text", TRADITIONAL)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "big5", "gb18030"])
def test_traditional_text_is_read_in_its_encoding_without_a_warning(text: str, encoding: str) -> None:
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    decoded = decode(mark + text.encode(encoding))
    assert (decoded.text, decoded.warnings) == (text, ())


@pytest.mark.parametrize("text", [*TEXTS, *TRADITIONAL])
def test_sixty_characters_are_enough_to_tell_the_encodings_apart(text: str) -> None:
    for start in range(0, len(text) - 60, 7):
        piece = text[start : start + 60]
        assert decode(piece.encode("gb18030")).text == piece
        if text in TRADITIONAL:
            assert decode(piece.encode("big5")).text == piece


def test_a_wrong_declaration_does_not_win_over_the_text() -> None:
    assert decode(TEXTS[0].encode("gb18030"), "big5").text == TEXTS[0]
    assert decode(TEXTS[0].encode("gb18030"), "utf-8").text == TEXTS[0]
    assert decode(TEXTS[0].encode("gb18030"), "rot13").text == TEXTS[0]


@pytest.mark.parametrize("other", ["gb18030", "big5"])
@pytest.mark.parametrize("separator", ["\n", "</div><div id=zoom>", ","])
def test_a_body_in_another_encoding_than_its_template_is_read_by_parts(other: str, separator: str) -> None:
    body, head = (TRADITIONAL[0], "縣政府資訊公開 網站") if other == "big5" else (TEXTS[0], "云溪县信息公开 网站")
    for parts in ((head, body, head), (body, head, "a"), (body[:20], body[20:], body[:20])):
        encodings = (other, "utf-8", other)
        data = separator.encode().join(part.encode(each) for part, each in zip(parts, encodings, strict=True))
        decoded = decode(data, "utf-8")
        assert decoded.text == separator.join(parts)
        assert len(decoded.warnings) == 1 and "UTF-8 和 " in decoded.warnings[0]


def test_what_fits_in_either_encoding_is_in_that_of_the_text_around_it() -> None:
    # 路 in GB 18030 and · in UTF-8 are the same bytes.
    text = "路\n路\n" + "\n路\n".join(TEXTS)
    assert decode(text.encode("gb18030")) == Decoded(text, "gb18030")


def test_blanks_of_a_web_page_are_not_unlikely() -> None:
    text = "停水公告\n" + "\xa0" * 80 + "因管网改造，今日停水。\n"
    assert decode(text.encode("gb18030")).text == text


def test_a_mark_of_utf_8_before_other_text_is_no_trouble() -> None:
    assert decode(b"\xef\xbb\xbf" + TEXTS[0].encode("gb18030")).text == TEXTS[0]


def test_bytes_that_cannot_be_read_are_counted_in_a_warning() -> None:
    data = bytearray((TEXTS[0] * 5).encode())
    data[300] = 0xFF
    decoded = decode(bytes(data))
    assert "\ufffd" not in decoded.text
    assert len(decoded.warnings) == 1 and "无法按 UTF-8 编码识别" in decoded.warnings[0]


def test_a_text_cut_inside_a_character_loses_only_that_one_and_says_so() -> None:
    decoded = decode((TEXTS[0] * 5).encode("gb18030")[:-1])
    assert decoded.text == (TEXTS[0] * 5)[:-1]
    assert decoded.warnings


def test_replacement_characters_that_came_with_the_file_are_told() -> None:
    assert any("替换符" in each for each in decode("政务公开\ufffd条例".encode()).warnings)


@pytest.mark.parametrize("data", [bytes(range(256)) * 8, b"\x89PNG\r\n\x1a\n" + bytes(500), b"\xff\xd8\xff\xe0" * 300])
def test_binary_garbage_is_no_text(data: bytes) -> None:
    with pytest.raises(ExtractionFailed):
        decode(data)


@given(st.binary(min_size=1, max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except ExtractionFailed:
        return
    assert "\ufffd" not in decoded.text or decoded.warnings
