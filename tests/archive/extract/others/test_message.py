from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed, FileRefused
from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import EML, MHT, PLAIN
from archive.extract.others.message import enclosed
from tests.archive.extract.messages import mail, page


def read(path: Path, message: EmailMessage | bytes) -> Extraction:
    (path / "a").write_bytes(message if isinstance(message, bytes) else message.as_bytes())
    assert media_type(path / "a", "a.txt") == EML
    return extract_plain(path / "a", EML)


def test_a_message_is_read_as_a_mail_program_shows_it(tmp_path: Path) -> None:
    about = {"Date": "Fri, 01 May 2020 23:30:00 +0000", "Cc": "王五 <w@example.cn>", "Bcc": "赵六 <z@example.cn>"}
    found = read(tmp_path, mail("各单位：\n\n请做好供热工作。\n", about))
    assert found.title == "关于供热的通知"
    assert found.paragraphs == (
        "发件人：张三 <zhang@example.cn>",
        "收件人：李四 <li@example.cn>",
        "抄送：王五 <w@example.cn>",
        "发送时间：2020-05-02 07:30",
        "各单位：",
        "请做好供热工作。",
    )
    assert found.page_date == "2020-05-02"
    assert found.concealed == ("密送：赵六 <z@example.cn>",)
    assert not found.warnings
    assert read(tmp_path, mail("")).warnings == ("没有抽取到正文文字，请检查文件是否完整。",)
    assert not read(tmp_path, mail("只有一行")).warnings


def test_of_two_forms_of_a_text_the_page_is_read_and_what_only_the_other_says_is_listed(tmp_path: Path) -> None:
    message = mail("请做好供热工作。\n内部电话不公开。")
    message.add_alternative("<p>请做好<b>供热</b>工作。</p><table><tr><td>甲<td>乙</table>", subtype="html")
    found = read(tmp_path, message)
    assert found.paragraphs[2:] == ("请做好供热工作。", "甲\t乙")
    assert [(place.start, place.label) for place in found.places] == [(3, "表 1")]
    assert found.concealed == ("邮件的另一种正文：内部电话不公开。",)


@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_headers_and_texts_are_read_in_any_encoding(tmp_path: Path, charset: str) -> None:
    encoding = "gb18030" if charset == "gb2312" else charset
    raw = "Subject: 关于供热工作的通知\r\nFrom: 张三\r\nTo: x@y.cn\r\n".encode(encoding)
    body = "请各单位认真做好今年冬季供热工作。".encode(encoding)
    content = raw + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + body
    found = read(tmp_path, content)
    assert found.title == "关于供热工作的通知"
    assert found.paragraphs == ("发件人：张三", "收件人：x@y.cn", "请各单位认真做好今年冬季供热工作。")


def attached() -> EmailMessage:
    message = mail("见附件。")
    message.add_attachment("甲,乙\n".encode(), maintype="text", subtype="csv", filename="清单.csv")
    message.add_attachment("丙,丁\n".encode(), maintype="text", subtype="csv", filename="../清单.csv")
    inner = mail("内层", {"Subject": "转来的"})
    inner.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment(inner)
    return message


def test_what_a_message_encloses_is_told_and_unpacked(tmp_path: Path) -> None:
    found = read(tmp_path, attached())
    assert any("4 个附件（“清单.csv”" in each for each in found.warnings)
    told, content = enclosed(tmp_path / "a", EML)
    assert told["names"] == ["清单.csv", "清单（2）.csv", "转来的.eml", "a.pdf"]
    assert content.startswith("甲,乙\n丙,丁\n".encode()) and content.endswith(b"%PDF-1.4")


def test_a_picture_that_the_text_shows_is_told_and_another_is_enclosed(tmp_path: Path) -> None:
    message = mail("图")
    message.add_alternative("<p>见图<img src='cid:one'></p>", subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG", "image", "png", cid="<one>")
    page.add_related(b"\x89PNG", "image", "png", cid="<two>", filename="b.png")
    found = read(tmp_path, message)
    assert any("1 幅图片" in each for each in found.warnings)
    assert any("1 个附件（“b.png”）" in each for each in found.warnings)


def test_an_encrypted_message_is_refused_and_the_way_it_came_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="加密"):
        read(tmp_path, b"To: a@b.cn\r\nFrom: c\r\nContent-Type: application/pkcs7-mime\r\n\r\nxx")
    assert any("收发路径" in each for each in read(tmp_path, mail("文", {"Received": "from x"})).warnings)


def test_a_saved_page_is_read_as_the_page_with_its_style_sheets(tmp_path: Path) -> None:
    html = (
        "<html><head><title>供热通知</title><link rel='stylesheet' href='cid:css'></head><body><p>公开</p>"
        "<p class='no'>不显示的一段话在这里。</p><p>5<sup>4</sup></p><img src='http://a.cn/b.png'></body></html>"
    )
    data = page(
        ("text/html; charset=utf-8", "http://a.cn/", html),
        ("text/css; charset=utf-8\r\nContent-ID: <css>", "http://a.cn/s.css", ".no { display: none }"),
        ("image/png", "http://a.cn/b.png", b"\x89PNG"),
        ("text/html; charset=utf-8", "http://a.cn/frame.html", "<p>框架</p>"),
        headers="From: <由 Windows Internet Explorer 8 保存>\r\nSubject: =?gb2312?B?uanIyNTazajWqg==?=\r\n",
    )
    path = tmp_path / "a"
    path.write_bytes(data)
    assert media_type(path, "a.doc") == MHT
    found = extract_plain(path, MHT)
    assert found.title == "供热通知"
    assert found.paragraphs == ("公开", "5⁴")
    assert any("不显示的一段话在这里" in each for each in found.concealed)
    told = "".join(found.warnings)
    assert "1 幅图片" in told and "另有 1 个网页" in told and "样式表" not in told


def test_text_that_only_looks_like_headers_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    for content in ("From: a\nSubject: b\n\nc", "To: 各单位\n正文没有冒号的一行", "时间: 8:30\n"):
        path.write_text(content, encoding="utf-8")
        assert media_type(path, "a.txt") == PLAIN


@pytest.mark.parametrize("charset", ["utf-9", "hex", "u\x11", "张"])
def test_an_encoding_that_does_not_exist_is_none(tmp_path: Path, charset: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}"
    found = read(tmp_path, f"Subject: =?{charset}?B?5L6b54Ot?=\r\nTo: a\r\n{kind}\r\n\r\n供热".encode())
    assert found.paragraphs[-1] == "供热"


def plain(about: str, body: bytes) -> bytes:
    head = f"From: a@x.cn\r\nTo: b@x.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: {about}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize("charset", ["hz-gb-2312", "utf-7", "iso-2022-jp"])
def test_chinese_in_seven_bits_is_read_as_the_message_states(tmp_path: Path, charset: str) -> None:
    text = "各位" if charset == "iso-2022-jp" else "各单位请认真做好供热工作"
    codec = "hz" if charset == "hz-gb-2312" else charset
    found = read(tmp_path, plain(f"text/plain; charset={charset}", text.encode(codec) + b"\r\n"))
    assert found.paragraphs[2:] == (text,) and not found.warnings
    broken = read(tmp_path, plain(f"text/plain; charset={charset}", text.encode(codec) + b"~{!\x1b$B!+\x01-\r\n"))
    assert any("无法识别" in each for each in broken.warnings)


@pytest.mark.parametrize(("stated", "blank"), [("flowed", " "), ("flowed; delsp=yes", "")])
def test_lines_that_a_program_broke_are_joined(tmp_path: Path, stated: str, blank: str) -> None:
    body = "请做好供热 \r\n工作。\r\n另行通知。\r\n> 引文 \r\n答复\r\n-- \r\n落款\r\n"
    found = read(tmp_path, plain(f"text/plain; charset=utf-8; format={stated}", body.encode()))
    assert found.paragraphs[2:] == (f"请做好供热{blank}工作。", "另行通知。", "> 引文", "答复", "落款")


@pytest.mark.parametrize("name", ["报告", "张伟"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize(
    "about", ['application/pdf; name="{}.pdf"', "x/y\r\nContent-Disposition: attachment; filename={}.pdf"]
)
def test_a_name_of_what_is_enclosed_in_plain_bytes_is_read(
    tmp_path: Path, name: str, encoding: str, about: str
) -> None:
    head = "From: a@x.cn\r\nTo: b@x.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: "
    (tmp_path / "a").write_bytes((head + about.format(name)).encode(encoding) + b"\r\n\r\nabc\r\n")
    assert enclosed(tmp_path / "a", EML)[0]["names"] == [f"{name}.pdf"]


def test_what_a_report_of_delivery_says_is_read(tmp_path: Path) -> None:
    inner = b"Reporting-MTA: dns; x.cn\r\n\r\nFinal-Recipient: rfc822; b@x.cn\r\nAction: failed\r\n"
    found = read(tmp_path, plain("message/delivery-status", inner))
    assert found.paragraphs[2:] == ("Reporting-MTA: dns; x.cn", "Final-Recipient: rfc822; b@x.cn", "Action: failed")


def test_a_day_that_no_calendar_has_in_our_time_is_left_as_written(tmp_path: Path) -> None:
    found = read(tmp_path, mail("文", {"Date": "Fri, 31 Dec 9999 23:59:00 -1200"}))
    assert any("9999" in line for line in found.paragraphs) and not found.page_date


def test_a_name_in_an_encoding_that_is_none_is_no_name(tmp_path: Path) -> None:
    about = "x/y\r\nContent-Disposition: attachment; filename*=gb%002312''%B1%A8.pdf"
    assert read(tmp_path, plain(about, b"abc")).warnings[0].startswith("邮件带有 1 个附件（“附件1”）")


@pytest.mark.parametrize("depth", [25, 500])
@pytest.mark.parametrize("about", ["message/rfc822\r\n\r\n", "multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"])
def test_a_message_nested_too_deeply_is_refused(tmp_path: Path, depth: int, about: str) -> None:
    inner = "".join(f"Content-Type: {about.format(each)}" for each in range(depth))
    with pytest.raises(ExtractionFailed, match="嵌套过深"):
        read(tmp_path, f"From: a@x.cn\r\nTo: b@x.cn\r\n{inner}".encode())


def test_a_message_within_its_signature_is_not_called_encrypted(tmp_path: Path) -> None:
    with pytest.raises(ExtractionFailed, match="数字签名"):
        read(tmp_path, plain("application/pkcs7-mime; smime-type=signed-data", b"AAAA"))


def test_a_saved_page_in_xhtml_is_read(tmp_path: Path) -> None:
    text = "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>供热通知</p></body></html>"
    (tmp_path / "a").write_bytes(page(("application/xhtml+xml; charset=utf-8", "http://a.cn/", text)))
    found = extract_plain(tmp_path / "a", MHT)
    assert "供热通知" in (found.title, *found.paragraphs)


HTML, CSS = "text/html; charset=utf-8", "text/css; charset=utf-8"


def saved(path: Path, *parts: tuple[str, str, str | bytes]) -> Extraction:
    (path / "a").write_bytes(page(*parts))
    return extract_plain(path / "a", MHT)


@pytest.mark.parametrize("place", ["http://a.cn/x/s.css", "s.css"])
def test_style_sheets_of_a_saved_page_are_found_by_relative_addresses(tmp_path: Path, place: str) -> None:
    head = "<head><link rel='stylesheet' href='s.css?'><link rel=stylesheet href=\"s.css\"></head>"
    body = "<body><p>公开</p><p class='no'>不显示的一段话在这里。</p></body>"
    found = saved(
        tmp_path, (HTML, "http://a.cn/x/a.htm", head.replace("s.css?", "../x/s.css") + body),
        (CSS, place, ".no { display: none }"),
    )  # fmt: skip
    assert "不显示的一段话在这里。" not in found.paragraphs
    assert any("不显示的一段话在这里" in each for each in found.concealed)


def test_the_pages_in_the_frames_of_a_saved_page_are_its_text(tmp_path: Path) -> None:
    inner = "<frameset><frame src='main.htm#top'><frame src='http://b.cn/other.htm'></frameset>"
    outer = (
        "<html><head><title>供热办</title></head><frameset><frame src='nav.htm'><frame src='x/inner.htm'>"
        "<noframes><body><p>你的浏览器不支持框架。</p></body></noframes></frameset></html>"
    )
    hiding = "<link rel=stylesheet href='s.css'><p class='no'>不显示的一段话在这里。</p>"
    found = saved(
        tmp_path,
        (HTML, "http://a.cn/", outer),
        (
            HTML,
            "http://a.cn/x/main.htm",
            f"<body><h1>关于供热的通知</h1><p>各乡镇：</p><p>请做好供热工作。</p>{hiding}",
        ),
        (HTML, "http://a.cn/x/inner.htm", inner),
        (HTML, "http://a.cn/nav.htm", "<body><p>导航说明</p></body>"),
        (HTML, "http://a.cn/more.htm", "<body><p>另一页</p></body>"),
        (CSS, "http://a.cn/x/s.css", ".no { display: none }"),
    )
    assert found.title == "关于供热的通知"
    assert found.paragraphs == ("导航说明", "各乡镇：", "请做好供热工作。")
    assert any("不支持框架" in each for each in found.concealed)
    assert any("不显示的一段话" in each for each in found.concealed)
    told = "".join(found.warnings)
    assert "另有 1 个网页" in told and "other.htm），其内容不在本文件中" in told
    assert told.count("不在本文件中") == 1 and "没有抽取到" not in told


def test_what_is_saved_with_a_page_is_not_called_elsewhere(tmp_path: Path) -> None:
    frames = (
        "<iframe src='f.htm'></iframe><object data='b.svg'></object><embed src='c.pdf'><iframe src='d.htm'></iframe>"
    )
    found = saved(
        tmp_path,
        (HTML, "http://a.cn/", f"<body><p>供热通知</p>{frames}</body>"),
        (HTML, "http://a.cn/f.htm", "<p>框架</p>"),
        ("image/svg+xml", "http://a.cn/b.svg", "<svg/>"),
        ("application/pdf", "http://a.cn/c.pdf", b"%PDF"),
    )
    assert [each for each in found.warnings if "不在本文件中" in each] == [
        "网页中嵌有另一个页面（d.htm），其内容不在本文件中，请在浏览器中核对。"
    ]
    told = "".join(found.warnings)
    for word in ("嵌有文件“c.pdf”，没有收入正文", "另一份内容（b.svg），没有收入正文", "另有 1 个网页"):
        assert word in told


def test_a_picture_beside_the_page_that_shows_it_is_not_enclosed_unless_only_linked(tmp_path: Path) -> None:
    message = EmailMessage()
    for name, value in {"From": "a@x.cn", "To": "b@x.cn", "Subject": "x"}.items():
        message[name] = value
    message.set_content("<p>见图<img src='cid:a%40b'><a href='cid:c'>附图</a></p>", subtype="html")
    message.add_attachment(b"\x89PNG", "image", "png", cid="<a@b>", filename="a.png")
    message.add_attachment(b"\x89PNG", "image", "png", cid="<c>", filename="c.png")
    found = read(tmp_path, message)
    assert enclosed(tmp_path / "a", EML)[0]["names"] == ["c.png"]
    assert any("1 个附件（“c.png”）" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("pkcs7-signature", "smime.p7s"), ("octet-stream", "SMIME.P7S"), ("pgp-signature", "signature.asc")],
)
def test_a_signature_is_told_and_no_attachment(tmp_path: Path, kind: str, name: str) -> None:
    message = mail("请做好供热工作。")
    message.add_attachment(b"0\x82", "application", kind, filename=name)
    assert any("数字签名" in each for each in read(tmp_path, message).warnings)
    assert enclosed(tmp_path / "a", EML)[0]["names"] == []


@pytest.mark.parametrize(("kind", "name"), [("ms-tnef", "a.dat"), ("octet-stream", "winmail.dat")])
def test_a_pack_of_outlook_is_told_with_what_to_do(tmp_path: Path, kind: str, name: str) -> None:
    message = mail("请做好供热工作。")
    message.add_attachment(b'x\x9f>"', "application", kind, filename=name)
    assert any("winmail.dat" in each and "另存" in each for each in read(tmp_path, message).warnings)
    assert enclosed(tmp_path / "a", EML)[0]["names"] == []


CALENDAR = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
DTSTART:16010101T000000
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:供热\\,工作
 会议
DTSTART:20200501T010000Z
DTEND;TZID=China Standard Time:20200501T110000
ORGANIZER;CN="张:三":mailto:zhang@example.cn
LOCATION:三楼会议室
DESCRIPTION:请准时参加。\\n请带材料。
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_is_read_and_no_attachment(tmp_path: Path) -> None:
    message = mail("请准时参加。")
    message.add_alternative(CALENDAR, subtype="calendar", params={"method": "REQUEST"})
    found = read(tmp_path, message)
    assert found.paragraphs[2:] == (
        "请准时参加。",
        "日程：供热,工作会议",
        "时间：2020-05-01 09:00 至 2020-05-01 11:00",
        "地点：三楼会议室",
        "组织者：张:三 <zhang@example.cn>",
        "请带材料。",
    )
    assert any("日程邀请" in each for each in found.warnings)
    assert enclosed(tmp_path / "a", EML)[0]["names"] == []


def test_whole_days_and_times_that_are_none_are_shown_and_a_calendar_without_events_is_told(tmp_path: Path) -> None:
    days = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20200501\nDTEND;VALUE=DATE:20200503\nSTATUS:CANCELLED\nEND:VEVENT\n"
    message = mail("甲")
    message.add_attachment(days.encode(), "application", "octet-stream", filename="invite.ics")
    assert read(tmp_path, message).paragraphs[3:] == ("时间：2020-05-01 至 2020-05-02", "日程已取消。")
    message = mail("甲")
    message.add_attachment(b"BEGIN:VEVENT\nDTSTART:99999999T9Z\nEND:VEVENT", "text", "calendar")
    assert read(tmp_path, message).paragraphs[3:] == ("时间：99999999T9Z",)
    message = mail("甲")
    message.add_attachment(b"\xff", "text", "calendar")
    assert any("没有读出日程" in each for each in read(tmp_path, message).warnings)
