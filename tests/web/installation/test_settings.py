"""Settings from the environment: which are used, and what is said about those that can't be."""

from datetime import time

import pytest

from archive.errors import BadSettings
from web.installation.settings import Settings


def test_numbers_are_read_and_have_defaults() -> None:
    assert Settings.from_environment({}).cache_mb == 96
    assert Settings.from_environment({"GONGKAI_CACHE_MB": "64"}).cache_mb == 64
    assert Settings.from_environment({"GONGKAI_OCR_SECONDS": "0"}).ocr_seconds == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [("GONGKAI_CACHE_MB", "0"), ("GONGKAI_CACHE_MB", "很多"), ("GONGKAI_GAPS_K", "1"), ("GONGKAI_OCR_SECONDS", "60")]
    + [("GONGKAI_LEAST_QUERIES", "0"), ("GONGKAI_LEAST_PLACES", "-1"), ("GONGKAI_LEAST_PLACES", "10")],
)
def test_a_number_that_cannot_be_used_is_named(name: str, text: str) -> None:
    with pytest.raises(BadSettings, match=f"{name} 为“{text}”"):
        Settings.from_environment({name: text})


def test_a_folder_of_ones_home_is_no_folder_named_after_its_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/office")
    settings = Settings.from_environment(
        {"GONGKAI_DATA": "~/gongkai", "GONGKAI_KEYS": "~/keys", "GONGKAI_ENGINE_URL": "whoosh:~/index"}
    )
    assert (str(settings.data), str(settings.keys)) == ("/home/office/gongkai", "/home/office/keys")
    assert str(settings.index_folder) == "/home/office/index"
    assert settings.database_url.startswith("sqlite:////home/office/gongkai/")


@pytest.mark.parametrize("name", ["GONGKAI_DATA", "GONGKAI_KEYS", "GONGKAI_ENGINE_URL"])
@pytest.mark.parametrize(
    "text", ["$HOME/gongkai", "${HOME}/gongkai", '"/srv/gongkai"', "'/srv/gongkai'", "~nobody-here/x"]
)
def test_what_only_a_shell_would_explain_is_refused(name: str, text: str) -> None:
    given = f"whoosh:{text}" if name == "GONGKAI_ENGINE_URL" else text
    with pytest.raises(BadSettings, match=f"{name} 为.*完整路径"):
        Settings.from_environment({name: given})


def test_how_much_a_search_record_wants_has_a_default() -> None:
    read = Settings.from_environment({})
    assert (read.least_queries, read.least_places) == (2, 1)
    read = Settings.from_environment({"GONGKAI_LEAST_QUERIES": "3", "GONGKAI_LEAST_PLACES": "0"})
    assert (read.least_queries, read.least_places) == (3, 0)


def test_what_the_night_goes_by_is_read_and_a_slip_is_named() -> None:
    plain = Settings.from_environment({})
    assert (plain.backup, plain.backup_keep, plain.night_until, plain.mail_server) == (None, 14, time(6), "")
    mail = {
        "GONGKAI_MAIL_SERVER": "smtps://user:secret@mail.example:465",
        "GONGKAI_MAIL_FROM": "a@example",
        "GONGKAI_MAIL_TO": "b@example, c@example",
    }
    read = Settings.from_environment({"GONGKAI_BACKUP": "/backups", "GONGKAI_NIGHT_UNTIL": "05:30", **mail})
    assert (str(read.backup), read.night_until, read.mail_to) == ("/backups", time(5, 30), ("b@example", "c@example"))
    for name, text, told in (
        ("GONGKAI_NIGHT_UNTIL", "25:00", "应为钟点"),
        ("GONGKAI_CHECK_LINKS", "1", "yes 或 no"),
        ("GONGKAI_REBUILD_HOURS", "22:00", "22:00-06:00"),
        ("GONGKAI_REBUILD_HOURS", "06:00-06:00", "不应相同"),
        ("GONGKAI_BACKUP", "$HOME/backups", "完整路径"),
        ("GONGKAI_BACKUP_KEEP", "0", "整数"),
        ("GONGKAI_MAIL_FROM", "", "还须设置 GONGKAI_MAIL_FROM"),
        ("GONGKAI_MAIL_TO", "nobody", "电子邮件地址"),
        ("GONGKAI_MAIL_SERVER", "mail.example:secret", "邮件服务器的地址"),
        ("GONGKAI_MAIL_SERVER", "smtp://mail.example:x", "邮件服务器的地址"),
        ("GONGKAI_WEBHOOK", "ftp://oa.example", "网址"),
        ("GONGKAI_WEBHOOK", "https://[", "网址"),
        ("GONGKAI_WEBHOOK", "https://oa.example:secret/", "网址"),
        ("GONGKAI_WEBHOOK", "https://user:secret@oa.example/", "不含用户名"),
        ("GONGKAI_WEBHOOK", "https://oa.example/通知", "汉字"),
        ("GONGKAI_ADDRESS", "https://[", "网站的地址"),
    ):
        with pytest.raises(BadSettings, match=told) as refused:
            Settings.from_environment({**mail, name: text})
        assert "secret" not in str(refused.value)
