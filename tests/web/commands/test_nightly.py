"""``gongkai nightly``: whatever one step does, the others are done, and what is reported is what holds."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer, ThreadingMixIn

import pytest

from archive.store.folder import STAFF
from indexer.errors import IndexerBusy
from tests.conftest import Databases, Some
from tests.web.commands.conftest import Run
from web.commands import alerting, nightly, steps
from web.commands.installation import CODES, THIS_PROGRAM
from web.commands.steps import TASKS
from web.installation import nights
from web.installation.nights import KEPT, Night, Outcome, is_late, last_good
from web.installation.settings import Settings

# Takes the place of the program in the processes of the steps: what each does is said by a file named after it.
STEP = """
import os, pathlib, subprocess, sys, time
name, folder = sys.argv[-1], pathlib.Path(sys.argv[1])
with (folder / "done").open("a") as done:
    done.write(name + "\\n")
print(name, "was here")
script = folder / name
exec(script.read_text() if script.exists() else "")
"""


@pytest.fixture
def data(environment: dict[str, str]) -> Path:
    return Path(environment["GONGKAI_DATA"])


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let each step do what a file with its name says, and leave none out."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    monkeypatch.setattr(nightly, "THIS_PROGRAM", (sys.executable, "-S", "-c", STEP, str(folder)))
    tasks = {name: replace(task, skipped=lambda _: "") for name, task in TASKS.items()}
    monkeypatch.setattr("web.commands.nightly.TASKS", tasks)
    return folder


def done(scripts: Path) -> list[str]:
    return (scripts / "done").read_text().split()


def newest(data: Path) -> Night:
    return nights.nights(data, 1)[0]


def test_a_night_does_each_step_and_says_nothing(run: Run, data: Path, scripts: Path) -> None:
    assert last_good(data) is None
    assert run("nightly").output == ""
    assert done(scripts) == [*TASKS]
    night = newest(data)
    assert night.well and [(each.name, each.outcome) for each in night.steps] == [
        (name, Outcome.DONE) for name in TASKS
    ]
    assert night.steps[0].told == ("due was here",)
    assert last_good(data) == night.ended
    assert "到期事项：完成" in run("nightly", "--last").output


def test_a_step_that_fails_stops_no_other_and_is_told(run: Run, data: Path, scripts: Path) -> None:
    run("nightly")
    good = last_good(data)
    (scripts / "lists").write_text("print('磁盘坏了'); sys.exit(1)")
    (scripts / "verify").write_text("os.kill(os.getpid(), 9)")
    told = run("nightly", code=1)
    assert told.stdout == "" and "元数据清单：没有做成" in told.stderr and "磁盘坏了" in told.stderr
    assert done(scripts)[len(TASKS) :] == [*TASKS]
    assert [each.name for each in newest(data).failed] == ["lists", "verify"]
    assert last_good(data) == good, "the stamp is that of the last night on which all went well"
    assert "磁盘坏了" in run("nightly", "--last", code=1).output


def test_a_step_that_hangs_is_ended_with_all_that_it_started(
    run: Run, data: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "PATIENCE", 0.2)
    short = replace(TASKS["index"], minutes=1 / 60)
    tasks = {name: short if name == "index" else TASKS["due"] for name in TASKS}
    monkeypatch.setattr("web.commands.nightly.TASKS", tasks)
    (scripts / "index").write_text(
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "(folder / 'pid').write_text(str(child.pid)); print('waits', flush=True); time.sleep(60)"
    )
    told = run("nightly", code=1)
    assert "检索索引：超时" in told.stderr and done(scripts) == [*TASKS]
    assert newest(data).failed[0].told == ("index was here", "waits")
    assert not running(int((scripts / "pid").read_text()))


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_step_waits_for_another_process_that_writes_to_the_index(
    run: Run, data: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "PAUSE", 0.01)
    code = CODES[IndexerBusy]
    (scripts / "index").write_text(f"sys.exit({code} if (folder / 'done').read_text().count('index') < 3 else 0)")
    run("nightly")
    assert done(scripts)[:5] == ["due", "index", "index", "index", "staff-index"] and newest(data).well
    (scripts / "index").write_text(f"sys.exit({code})")
    monkeypatch.setattr(nightly, "TIMES", 2)
    assert "检索索引：没有做成" in run("nightly", code=1).stderr


def test_a_second_night_is_refused(run: Run, data: Path, scripts: Path) -> None:
    with (data / nightly.LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "另一个 gongkai nightly 正在运行" in run("nightly", code=3).stderr
    run("nightly")
    assert done(scripts) == [*TASKS]


def test_a_step_that_can_not_begin_stops_no_other(
    run: Run, data: Path, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "THIS_PROGRAM", ("/nowhere/python",))
    assert "到期事项：没有做成" in run("nightly", code=1).stderr
    assert [each.name for each in newest(data).failed] == [*TASKS]


def test_an_error_of_the_program_is_told_without_its_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Settings) -> None:
        raise KeyError("关于张三低保申请的答复")

    monkeypatch.setattr("web.commands.nightly.TASKS", {"due": replace(TASKS["due"], run=fail)})
    told = run("nightly", "--step", "due", code=1)
    assert "程序出错（KeyError）" in told.stderr and "test_nightly.py:" in told.stderr
    assert "张三" not in told.output and not isinstance(told.exception, KeyError)


def test_signals_may_come_one_upon_the_other() -> None:
    stop = nightly.Stop()
    before = signal.signal(signal.SIGALRM, stop.set)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    try:
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            stop.wait(0.001)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert stop.is_set()


def test_a_step_is_handed_the_lock_though_standard_input_is_closed(tmp_path: Path) -> None:
    """A second night must not begin beside a step that goes on after its own night was killed."""
    code = (
        "import os, pathlib, sys; os.close(0)\n"
        "from web.commands import nightly\n"
        "nightly.THIS_PROGRAM = (sys.executable, '-S', '-c', 'import os; print(os.listdir(\"/proc/self/fd\"))')\n"
        "with nightly._alone(pathlib.Path(sys.argv[1])) as (lock, stop):\n"
        "    step = nightly._apart('due', 9, lock, stop)\n"
        "    print(lock.fileno() > 2 and str(lock.fileno()) in eval(step.told[0]))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own program
    assert ran.stdout == "True\n", ran.stderr


def test_a_night_that_is_told_to_stop_ends_its_step_and_says_so(run: Run, data: Path, scripts: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    (scripts / "lists").write_text("os.kill(os.getppid(), 15); time.sleep(60)")
    assert "元数据清单：中断" in run("nightly", code=1).stderr
    assert done(scripts)[-1] == "lists" and newest(data).ended and not newest(data).well
    assert last_good(data) is None and signal.getsignal(signal.SIGTERM) is before


def test_what_can_not_be_written_down_ends_nothing_and_is_no_good_night(run: Run, data: Path, scripts: Path) -> None:
    (data / nights.FILE).mkdir()
    told = run("nightly", code=1).stderr
    assert "这一夜的记录没有写成" in told
    assert done(scripts) == [*TASKS] and last_good(data) is None


def test_a_line_that_was_cut_off_spoils_itself_alone(run: Run, data: Path, scripts: Path) -> None:
    run("nightly")
    with (data / nights.FILE).open("a") as file:
        file.write("[" * 100_000 + '\n{"night": "9999-12-31T23:59:59+00:00"}\n')
        file.write('[]\n{"night": 3}\n{"night": "2026-01-01T00:00:00+00:00", "step": "due", "outcome": "ODD"}\n{"nig')
    run("nightly")
    found = nights.nights(data, 9)
    assert [len(each.steps) for each in found] == [len(TASKS), 0, len(TASKS)]
    assert [each.well for each in found] == [True, False, True]


def test_a_time_that_is_none_is_left_out(data: Path) -> None:
    line = {"night": "2026-01-01T00:00:00+00:00", "ended": "9999-12-31T23:59:59+00:00"}
    data.mkdir()
    (data / nights.FILE).write_text(json.dumps(line))
    assert newest(data).ended is None and nights.when(newest(data)).startswith("2026-01-01 08:00")


def test_old_nights_go(data: Path, run: Run, scripts: Path) -> None:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    lines = (json.dumps({"night": (first + timedelta(days=at)).isoformat()}) for at in range(KEPT + 3))
    (data / nights.FILE).write_text("\n".join(lines))
    run("nightly")
    found = nights.nights(data, KEPT + 9)
    assert len(found) == KEPT and found[0].well and found[-1].began == first + timedelta(days=4)


def test_a_stamp_that_can_not_be_believed_is_none(data: Path, run: Run) -> None:
    for told in ("", "gestern", "9999-12-31T00:00:00+00:00", "2026-01-01", "\xff"):
        (data / nights.STAMP).write_text(told, encoding="latin-1")
        assert last_good(data) is None and not is_late(last_good(data))
    assert is_late(datetime.now(UTC) - timedelta(hours=37)) and not is_late(datetime.now(UTC) - timedelta(hours=30))


@contextmanager
def listening(server: TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_night_that_failed_is_told_by_mail_and_to_an_address(
    run: Run, environment: dict[str, str], scripts: Path
) -> None:
    heard: list[str] = []

    class Mail(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail\r\n")
            while line := self.rfile.readline().decode().strip():
                heard.append(line)
                if line == "DATA":
                    self.wfile.write(b"354 go\r\n")
                    heard.extend(iter(lambda: self.rfile.readline().decode().strip(), "."))
                self.wfile.write(b"221 bye\r\n" if line.upper() == "QUIT" else b"250 ok\r\n")

    class Post(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with listening(TCPServer(("127.0.0.1", 0), Mail)) as smtp, listening(HTTPServer(("127.0.0.1", 0), Post)) as http:
        environment |= {
            "GONGKAI_MAIL_SERVER": f"smtp://127.0.0.1:{smtp}",
            "GONGKAI_MAIL_FROM": "gongkai@yunxi.example",
            "GONGKAI_MAIL_TO": "jia@yunxi.example, yi@yunxi.example",
            "GONGKAI_WEBHOOK": f"http://127.0.0.1:{http}/notify",
        }
        run("nightly")
        assert heard == [], "a good night is told to nobody"
        (scripts / "backup").write_text("print('备份盘没有挂上'); sys.exit(1)")
        run("nightly", code=1)
    assert {"rcpt TO:<jia@yunxi.example>", "rcpt TO:<yi@yunxi.example>"} <= set(heard)
    assert "备份盘没有挂上" in json.loads(heard[-1])["text"]
    told = run("nightly", code=1).stderr
    assert "邮件提醒没有发出" in told and "GONGKAI_WEBHOOK）没有发出" in told and "备份盘没有挂上" in told


def test_an_answer_that_is_none_is_told_and_keeps_nothing_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that leads elsewhere, where urllib would send nothing; one of another protocol; and one without an end."""
    answers = [b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", b"220 mail\r\n"]

    class Hook(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            if answers:
                self.wfile.write(answers.pop(0))
                return
            with suppress(OSError):
                while True:
                    self.wfile.write(b"H")
                    time.sleep(0.02)

    class Server(ThreadingMixIn, TCPServer):
        daemon_threads = True
        block_on_close = False

    monkeypatch.setattr(alerting, "LONGEST", 0.3)
    with listening(Server(("127.0.0.1", 0), Hook)) as port:
        settings = replace(Settings.at(tmp_path), webhook=f"http://127.0.0.1:{port}/")
        told = [alerting.tell(settings, "备份没有做成") for _ in range(3)]
    for each, why in zip(told, ("转到了别的网址", "没有按约定答复", "没有及时答复"), strict=True):
        assert len(each) == 1 and why in each[0]


def test_a_receiver_that_is_refused_is_told(tmp_path: Path) -> None:
    class Mail(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail\r\n")
            while line := self.rfile.readline().decode().strip():
                refused = line.upper().startswith("RCPT") and "yi@" in line
                if line.lower() == "data":
                    self.wfile.write(b"354 go\r\n")
                    while self.rfile.readline().strip() != b".":
                        pass
                answer = b"550 no" if refused else b"221 bye" if line.lower() == "quit" else b"250 ok"
                self.wfile.write(answer + b"\r\n")

    with listening(TCPServer(("127.0.0.1", 0), Mail)) as port:
        settings = replace(
            Settings.at(tmp_path),
            mail_server=f"smtp://127.0.0.1:{port}",
            mail_from="a@yunxi.example",
            mail_to=("jia@yunxi.example", "yi@yunxi.example"),
        )
        assert alerting.tell(settings, "失败") == ["邮件提醒没有发出：邮件服务器不接受收件人 yi@yunxi.example。"]


def test_steps_are_left_out_with_the_reason(run: Run, data: Path) -> None:
    for name, reason in (
        ("backup", "没有设置 GONGKAI_BACKUP"),
        ("staff-index", "没有启用工作台"),
        ("clean-up", "没有启用工作台"),
        ("recognise", "没有安装识别组件"),
    ):
        assert reason in run("nightly", "--step", name).stdout
    assert "应为 due、index" in run("nightly", "--step", "tidy", code=2).output
    assert "还没有运行过" in run("nightly", "--last", code=1).output


def test_the_steps_do_what_they_are_called(
    run: Run, environment: dict[str, str], data: Path, folder: Path, tmp_path: Path, databases: Databases
) -> None:
    environment["GONGKAI_BACKUP"] = str(tmp_path / "backups")
    environment["GONGKAI_BACKUP_KEEP"] = "1"
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.staff(data / STAFF)
    run("ingest", str(folder), "--already-published")
    assert "0 件" in run("nightly", "--step", "due").stdout
    assert "写入 2 件" in run("nightly", "--step", "index").stdout
    assert "写入 2 件" in run("nightly", "--step", "staff-index").stdout
    assert "以标题检索 2 件，前 10 条中找到 2 件。" in run("nightly", "--step", "self-check").stdout
    assert "元数据清单 2 件" in run("nightly", "--step", "lists").stdout
    assert "索引完好" in run("nightly", "--step", "verify").stdout
    for _ in range(2):
        assert "备份 2 件文件" in run("nightly", "--step", "backup").stdout
    assert len([*(tmp_path / "backups").iterdir()]) == 1
    assert "清理：过期的登录状态 0" in run("nightly", "--step", "clean-up").stdout


def test_a_document_that_is_not_found_by_its_title_fails_the_night(
    run: Run, environment: dict[str, str], folder: Path
) -> None:
    run("ingest", str(folder), "--already-published")
    run("reindex")
    (folder / "c.txt").write_text("关于植树造林工作的通知\n\n请护林防火。\n", encoding="utf-8")
    run("ingest", str(folder / "c.txt"), "--already-published")
    third = run("review", "list", "--status", "published").stdout.splitlines()[-1].split()[0]
    golden = Path(environment["GONGKAI_DATA"]) / "golden.tsv"
    golden.write_text(f"护林防火\t{third}\n防火\t222222222222\n", encoding="utf-8")
    told = run("nightly", "--step", "self-check", code=1).stdout
    assert "必查检索 1 条，找到 0 条，另有 1 条的文件现在不公开。" in told and f"“护林防火”（{third}）" in told
    assert "以标题检索 3 件，前 10 条中找到 2 件。" in told and "gongkai reindex --full" in told
    golden.write_text("护林防火 222222222222\n", encoding="utf-8")
    assert "golden.tsv 第 1 行" in run("nightly", "--step", "self-check", code=1).stderr


def test_scans_wait_for_the_night(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings.at(tmp_path)
    for now, hours in ((23, 7), (3, 3), (7, 0), (12, 0), (6, 0)):
        at = datetime(2026, 1, 1, now, tzinfo=UTC)
        monkeypatch.setattr(steps, "office_now", lambda at=at: at)
        assert steps._rest(settings) == timedelta(hours=hours), now


@pytest.mark.slow
def test_a_night_that_is_killed_anywhere_is_run_again(
    run: Run, environment: dict[str, str], data: Path, folder: Path, tmp_path: Path, some: Some
) -> None:
    """Nothing is lost or done twice, no second night begins beside a step that goes on, and the end is a good night."""
    run("ingest", str(folder), "--already-published")
    whole = {**os.environ, **environment, "GONGKAI_BACKUP": str(tmp_path / "backups")}
    command = [*THIS_PROGRAM, "nightly"]
    for moment in some([*range(6)]):
        night = subprocess.Popen(command, env=whole, stderr=subprocess.DEVNULL)  # noqa: S603  # our own program
        time.sleep(0.8 + moment * 1.1)
        night.kill()
        night.wait()
    until = time.monotonic() + 60

    def again() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, env=whole, capture_output=True, text=True, check=False)  # noqa: S603  # our own

    while (ran := again()).returncode == 3:
        assert time.monotonic() < until, "the step of a killed night never ended"
        time.sleep(0.5)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert newest(data).well and "0 件" in run("reindex").output
    assert not [*(tmp_path / "backups").glob(".*")]
    run("verify")
