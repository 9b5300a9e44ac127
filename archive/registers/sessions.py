"""Signing in, and the sessions that follow: on the server, one for each account, revocable, none longer than a day.

What a browser keeps is a random token; the table has its hash alone. A token is replaced at every change of right.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, insert, or_, select, true, update

from archive.errors import SignInRefused
from archive.registers import passwords
from archive.registers.accounts import Account, account_of, plain
from archive.registers.staff import Staff, instant, now
from archive.registers.staff_tables import accounts, paper_codes, sessions, sign_ins

# Without a request, and in all: an office day with a rest at noon.
IDLE, LONGEST = timedelta(minutes=20), timedelta(hours=9)
# How long a password or code that was given counts as proof before an act that can do harm.
PROOF = timedelta(minutes=10)
# Failures in a row after which an account listens to nobody for a while; failures of an address within that while.
FAILURES, FAILURES_OF_ADDRESS, WHILE = 5, 30, timedelta(minutes=15)
# Sign-ins are kept for six months at least (网络安全法 §21(3)).
KEPT = timedelta(days=400)
_WRONG = "用户名、密码或验证码不正确。"
_AGENT = 200
# Each page of the desk executes these.
_SESSION = select(sessions).where(sessions.c.hash == bindparam("hash"))
_ACCOUNT = select(accounts).where(accounts.c.id == bindparam("id"))
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. ``csrf`` is what their forms carry; ``proven`` says that the proof is fresh."""

    id: str
    account: Account
    opened_at: datetime
    seen_at: datetime
    address: str
    agent: str
    csrf: str
    proven: bool


def sign_in(staff: Staff, name: str, password: str, code: str, address: str, agent: str) -> tuple[str, Session]:
    """Open a session, which ends any other of the account; return its token, for the browser alone.

    ``code`` is of the second factor, or one on paper, where the account has any. Raises SignInRefused.
    """
    at = now()
    with staff.writing() as connection:
        outcome, account = _tried(staff, connection, name, password, code, address, at, "opened")
        if account:
            return _open(connection, account, address, agent, at)
    # Raised outside, so that the failure is counted.
    raise _refusal(outcome)


def identify(staff: Staff, name: str, password: str, code: str, address: str) -> Account:
    """Return whose account it is, for one command. Failures count as those of signing in. Raises SignInRefused."""
    with staff.writing() as connection:
        outcome, account = _tried(staff, connection, name, password, code, address, now(), "command")
    if account is None:
        raise _refusal(outcome)
    return account


def _tried(
    staff: Staff, connection: Connection, name: str, password: str, code: str, address: str, at: datetime, success: str
) -> tuple[str, Account | None]:
    """Note a try with its outcome; return that, and the account if it succeeded."""
    known = plain(name)[:64]
    outcome = _outcome(staff, connection, known, password, code, address, at) or success
    connection.execute(insert(sign_ins).values(at=instant(at), name=known, address=address[:64], outcome=outcome))
    _forget_tries(connection, at)
    if outcome != success:
        return outcome, None
    return outcome, account_of(connection.execute(select(accounts).where(accounts.c.name == known)).mappings().one())


def _refusal(outcome: str) -> SignInRefused:
    if outcome == "slowed":
        return SignInRefused("这个地址失败的次数太多，请过 15 分钟再试。")
    if outcome == "locked":
        return SignInRefused("连续失败次数太多，这个账号暂停登录 15 分钟。如果不是您本人所为，请告诉系统管理员。")
    return SignInRefused(_WRONG)


def find(staff: Staff, token: str) -> Session | None:
    """Return the session of a token and note that it was used; None if there is none, or none any more."""
    at = now()
    with staff.reading() as connection:
        found = _find(connection, token, at)
    # Noted once a minute, as each note is written to disk.
    if found and at - found.seen_at > _NOTED:
        with staff.writing() as connection:
            _end_old(connection, at)
            connection.execute(update(sessions).where(sessions.c.id == found.id).values(seen_at=instant(at)))
    return found


@dataclass(frozen=True, slots=True)
class Try:
    """A sign-in, or a proof afterwards, that was tried. ``at`` is ISO 8601 text in UTC."""

    at: str
    name: str
    address: str
    outcome: str


def tries(staff: Staff, words: str, skip: int, most: int) -> tuple[int, list[Try]]:
    """Return how many sign-ins were tried, and a page of them, the newest first; of a user name or address if given."""
    chosen = or_(sign_ins.c.name == plain(words), sign_ins.c.address == words) if words else true()
    query = select(sign_ins).where(chosen).order_by(sign_ins.c.id.desc()).offset(skip).limit(most)
    with staff.reading() as connection:
        total = connection.execute(select(func.count()).select_from(sign_ins).where(chosen)).scalar_one()
        rows = connection.execute(query).mappings()
        return total, [Try(**{name: row[name] for name in Try.__slots__}) for row in rows]


def prove(staff: Staff, token: str, password: str, code: str, address: str) -> str:
    """Take a password or a code as proof that the person still sits there; return the token that replaces the other.

    A failure counts as one of signing in. Raises SignInRefused.
    """
    at = now()
    fresh = secrets.token_urlsafe(32)
    with staff.writing() as connection:
        session = _find(connection, token, at)
        if session is None:
            raise SignInRefused("登录已经结束，请重新登录。")
        row = connection.execute(select(accounts).where(accounts.c.id == session.account.id)).mappings().one()
        good = not _locked(row, at) and (
            _second(staff, connection, row, code, at) if code else passwords.matches(row["password"], password)
        )
        _count(connection, row, good, at)
        outcome = "proven" if good else "unproven"
        values = {"at": instant(at), "name": row["name"], "address": address[:64], "outcome": outcome}
        connection.execute(insert(sign_ins).values(**values))
        if good:
            # Forms in other windows stay good: what a thief could have had is the token.
            changed = {"hash": _hash(fresh), "proven_at": instant(at)}
            connection.execute(update(sessions).where(sessions.c.id == session.id).values(**changed))
        else:
            row = connection.execute(select(accounts).where(accounts.c.id == session.account.id)).mappings().one()
            if _locked(row, at):
                connection.execute(delete(sessions).where(sessions.c.account_id == row["id"]))
    if not good:
        raise SignInRefused("密码或验证码不正确。")
    return fresh


def end(staff: Staff, id: str) -> None:
    """End a session, if it has not ended."""
    with staff.writing() as connection:
        connection.execute(delete(sessions).where(sessions.c.id == id))


def all_open(staff: Staff) -> list[Session]:
    """Return the sessions that are open, the last seen first."""
    at = now()
    with staff.writing() as connection:
        _end_old(connection, at)
        query = select(sessions.c.hash).order_by(sessions.c.seen_at.desc())
        found = [_row(connection, hash, at) for hash in connection.scalars(query)]
    return [each for each in found if each]


def _outcome(
    staff: Staff, connection: Connection, name: str, password: str, code: str, address: str, at: datetime
) -> str:
    """Return why a sign-in fails; "" if it succeeds."""
    failed = sign_ins.c.outcome.in_(("wrong", "locked"))
    recent = (sign_ins.c.address == address[:64]) & (sign_ins.c.at > instant(at - WHILE)) & failed
    if connection.execute(select(func.count()).where(recent)).scalar_one() >= FAILURES_OF_ADDRESS:
        return "slowed"
    row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().first()
    # As much work for a name that nobody has, and for a locked account.
    good = passwords.matches(row["password"] if row else passwords.nobodys(), password)
    if row is None:
        # As with an account, or one could ask which names there are.
        tries = (sign_ins.c.name == name) & (sign_ins.c.at > instant(at - WHILE)) & (sign_ins.c.outcome == "wrong")
        return "locked" if connection.execute(select(func.count()).where(tries)).scalar_one() >= FAILURES else "wrong"
    if _locked(row, at):
        return "locked"
    if row["disabled_at"] is not None:
        return "wrong"
    if good and row["secret"] is not None:
        good = _second(staff, connection, row, code, at)
    _count(connection, row, good, at)
    return "" if good else "wrong"


def _second(staff: Staff, connection: Connection, row: RowMapping, code: str, at: datetime) -> bool:
    """Tell whether a code of the second factor, or one on paper, is right; it counts once."""
    secret = staff.decrypted(row["secret"]) if row["secret"] else None
    step = passwords.step_of(secret, code, at.timestamp(), row["step"]) if secret else None
    if step is not None:
        connection.execute(update(accounts).where(accounts.c.id == row["id"]).values(step=step))
        return True
    paper = (
        (paper_codes.c.account_id == row["id"])
        & (paper_codes.c.hash == passwords.paper_hash(code))
        & paper_codes.c.used_at.is_(None)
    )
    return bool(connection.execute(update(paper_codes).where(paper).values(used_at=instant(at))).rowcount)


def _count(connection: Connection, row: RowMapping, good: bool, at: datetime) -> None:
    """Count failures in a row; at the last that is borne, the account is locked for a while."""
    failed = 0 if good else row["failed"] + 1
    locked = instant(at + WHILE) if failed >= FAILURES else None
    values = {"failed": 0 if locked else failed, "locked_until": locked}
    connection.execute(update(accounts).where(accounts.c.id == row["id"]).values(**values))


def _locked(row: RowMapping, at: datetime) -> bool:
    return row["locked_until"] is not None and str(row["locked_until"]) > instant(at)


def _open(connection: Connection, account: Account, address: str, agent: str, at: datetime) -> tuple[str, Session]:
    token = secrets.token_urlsafe(32)
    connection.execute(delete(sessions).where(sessions.c.account_id == account.id))
    values = {
        **{"hash": _hash(token), "id": uuid4().hex, "account_id": account.id, "csrf": secrets.token_urlsafe(32)},
        **{"opened_at": instant(at), "seen_at": instant(at), "proven_at": instant(at)},
        **{"address": address[:64], "agent": agent[:_AGENT]},
    }
    connection.execute(insert(sessions).values(**values))
    found = _row(connection, _hash(token), at)
    if found is None:
        raise SignInRefused(_WRONG)
    return token, found


def _find(connection: Connection, token: str, at: datetime) -> Session | None:
    found = _row(connection, _hash(token), at)
    if found is None or found.account.disabled:
        return None
    # A clock that was set back lengthens nothing: what was last seen in the future has ended.
    idle, length = at - found.seen_at, at - found.opened_at
    return found if -_NOTED < idle <= IDLE and -_NOTED < length <= LONGEST else None


def _row(connection: Connection, hash: str, at: datetime) -> Session | None:
    row = connection.execute(_SESSION, {"hash": hash}).mappings().first()
    if row is None:
        return None
    account = connection.execute(_ACCOUNT, {"id": row["account_id"]}).mappings().one()
    return Session(
        id=row["id"],
        account=account_of(account),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        address=row["address"],
        agent=row["agent"],
        csrf=row["csrf"],
        proven=timedelta(0) <= at - datetime.fromisoformat(row["proven_at"]) <= PROOF,
    )


def sweep(staff: Staff, at: datetime) -> tuple[int, int]:
    """Delete the sessions that are over and the tries to sign in that are old; return how many there were of each."""
    with staff.writing() as connection:
        ended = _end_old(connection, at)
        return ended, _forget_tries(connection, at)


def _forget_tries(connection: Connection, at: datetime) -> int:
    return connection.execute(delete(sign_ins).where(sign_ins.c.at < instant(at - KEPT))).rowcount


def _end_old(connection: Connection, at: datetime) -> int:
    over = (sessions.c.seen_at < instant(at - IDLE)) | (sessions.c.opened_at < instant(at - LONGEST))
    return connection.execute(delete(sessions).where(over)).rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
