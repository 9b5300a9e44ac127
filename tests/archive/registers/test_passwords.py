"""Which passwords are good enough, and the codes of a second factor."""

import pyotp
import pytest

from archive.registers import passwords


@pytest.mark.parametrize(
    "weak",
    [
        *("", "short", "a" * 20, "abababababab", "123456789012", "password1234", "qwertyuiop12", "Zhangsan12345"),
        *("zhangsanzhangsan", "gongkai20190101", "ｐａｓｓｗｏｒｄ1234", "x" * 129, "abcdefghijklm", "98765432109876"),
    ],
)
def test_what_is_easily_guessed_is_refused_with_the_reason(weak: str) -> None:
    assert passwords.weakness(weak, "zhangsan", "张三").endswith("。")


@pytest.mark.parametrize("good", ["今天食堂的红烧肉很不错呀", "correct horse battery staple", "k7#mQ2v!x9Lw"])
def test_a_sentence_of_ones_own_is_good_enough(good: str) -> None:
    assert passwords.weakness(good, "zhangsan", "张三") == ""


def test_passwords_that_are_made_are_good_enough_and_differ() -> None:
    made = {passwords.new_password() for _ in range(50)}
    assert len(made) == 50
    assert {passwords.weakness(each) for each in made} == {""}


def test_a_password_is_known_again_however_it_is_typed() -> None:
    kept = passwords.hashed("caf\u00e9 今天不错的天气")
    assert passwords.matches(kept, "cafe\u0301 今天不错的天气")
    assert not passwords.matches(kept, "cafe 今天不错的天气")
    assert not passwords.matches("no hash", "x")
    assert "café" not in kept


def test_a_code_counts_once_and_for_a_minute_and_a_half() -> None:
    secret = passwords.new_secret()
    code = pyotp.TOTP(secret).at(1_000_000_000)
    step = passwords.step_of(secret, f" {code[:3]} {code[3:]} ", 1_000_000_000, 0)
    assert step == 1_000_000_000 // 30
    assert passwords.step_of(secret, code, 1_000_000_030, 0) == step
    assert passwords.step_of(secret, code, 1_000_000_070, 0) is None
    assert passwords.step_of(secret, code, 1_000_000_000, step) is None
    assert passwords.step_of(secret, "", 1_000_000_000, 0) is None
    assert passwords.step_of(secret, "六位数字", 1_000_000_000, 0) is None


def test_codes_on_paper_are_read_as_people_type_them() -> None:
    codes = passwords.new_paper_codes()
    assert len(set(codes)) == passwords.PAPER_CODES
    assert passwords.paper_hash(codes[0].upper().replace("-", " ")) == passwords.paper_hash(codes[0])
    assert len({passwords.paper_hash(code) for code in codes}) == len(codes)
