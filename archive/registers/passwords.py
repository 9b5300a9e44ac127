"""Passwords and the codes of a second factor: what is good enough, and how each is kept and compared."""

import hashlib
import re
import secrets
import unicodedata
from functools import cache
from hmac import compare_digest

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST = 12, 128
# Seconds of a time step, and how many steps a clock may be off.
STEP, _OFF = 30, 1
PAPER_CODES = 10
# Without what is easily mistaken on paper.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
# Words that make a long password easy to guess, whatever is joined to them.
_COMMON = (
    *("password", "passw0rd", "qwerty", "asdfgh", "zxcvbn", "1qaz2wsx", "iloveyou", "woaini", "admin", "administrator"),
    *("gongkai", "zhengfu", "zhengwu", "welcome", "letmein", "abc123", "a1b2c3", "88888888", "66666666", "5201314"),
)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_SECRET = re.compile(r"[A-Z2-7]{32}")
_hasher = PasswordHasher()


def weakness(password: str, *about: str) -> str:
    """Return why a password is not good enough, as a sentence; "" if it is. ``about`` are names of its owner."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if not LEAST <= len(password) <= MOST:
        return f"密码应有 {LEAST} 至 {MOST} 个字符，可以用一句话。"
    if len(set(plain)) < 6:
        return "密码里不同的字符太少，请换一个。"
    rest = plain
    for word in (*_COMMON, *(each.casefold() for each in about if len(each) >= 2)):
        rest = rest.replace(word, "")
    # Years, and days in digits.
    rest = re.sub(r"(?:19|20)\d\d(?:[01]\d[0-3]\d)?", "", rest)
    for run in _RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                piece = run[start : start + length]
                rest = rest.replace(piece, "").replace(piece[::-1], "")
    if len(rest) < LEAST // 2:
        return "密码由常见的词、连续的字符或本人姓名、用户名组成，容易猜到，请换一个。"
    return ""


def hashed(password: str) -> str:
    return _hasher.hash(unicodedata.normalize("NFC", password))


def matches(kept: str, password: str) -> bool:
    """Tell whether a password is the one that was kept. Takes as long for one that is not."""
    try:
        return _hasher.verify(kept, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys() -> str:
    """Return what is compared for a name that nobody has, so that the time does not tell which names there are."""
    return hashed(secrets.token_urlsafe(24))


def is_secret(text: str) -> bool:
    return _SECRET.fullmatch(text) is not None


def new_secret() -> str:
    return pyotp.random_base32()


def address(secret: str, name: str, site: str) -> str:
    """Return what a telephone reads to make codes: an ``otpauth:`` address."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=site)


def step_of(secret: str, code: str, seconds: float, used: int) -> int | None:
    """Return the time step that a code belongs to, or None. Steps up to ``used`` count no more: nobody replays one."""
    if not is_secret(secret):
        return None
    code = unicodedata.normalize("NFKC", code).replace(" ", "")
    current = int(seconds // STEP)
    codes = pyotp.TOTP(secret)
    found = None
    for step in range(current - _OFF, current + _OFF + 1):
        if compare_digest(codes.generate_otp(step).encode(), code.encode()) and step > used:
            found = step
    return found


def new_paper_codes() -> list[str]:
    """Make codes to print, for when the telephone is lost: each works once."""
    pieces = ("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(PAPER_CODES))
    return [f"{piece[:5]}-{piece[5:]}" for piece in pieces]


def paper_hash(code: str) -> str:
    """Hash a code on paper. It has 49 random bits, so that no slow hash is needed."""
    plain = unicodedata.normalize("NFKC", code).casefold().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()


def new_password() -> str:
    """Make a password to hand over, which its owner replaces at the first sign-in."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
