"""Services, timer and sites are installed as they are shown, twice changes nothing, and what somebody edited stays."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from archive.errors import GongkaiError
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run
from tests.web.conftest import free_port
from tests.web.test_nginx import may_mount
from web.commands import installing
from web.commands.cli import cli
from web.installation import deployment
from web.installation.deployment import UNIT_NAMES, Site
from web.installation.machine import File, Machine, NotInstalled, edited
from web.installation.settings import Settings

ODD = Path("/srv/公开 数据 100%")
ADDRESS = "https://gongkai.example.gov.cn"
BACKUP = Path("/mnt/备份 盘/gongkai")
ANALYZE = shutil.which("systemd-analyze")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Recorder(Machine):
    """A machine below a folder, which notes the commands that would change it, and does what they would leave there."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.ran: list[tuple[str, ...]] = []
        self.owners: dict[Path, str] = {}
        self.running: set[str] = set()
        self.failing = ""

    @property
    def data(self) -> Path:
        environment = deployment.read_environment(self)
        assert environment
        return self.at(Path(environment["GONGKAI_DATA"]))

    def run(self, words: Sequence[str]) -> int:
        self.ran.append(tuple(words))
        match [*words]:
            case [*_, "init"]:
                (self.data / "records").mkdir()
                (self.data / "records" / "lock").touch()
            case [*_, "reindex"]:
                (self.data / "index").mkdir()
                (self.data / "index" / "1").touch()
            case ["systemctl", "enable", _, name]:
                self.running.add(name)
            case ["systemctl", "disable", _, name]:
                self.running.discard(name)
            case ["openssl", *_, "-keyout", key, "-out", certificate]:
                for path in (key, certificate):
                    self.at(Path(path)).parent.mkdir(parents=True, exist_ok=True)
                    self.at(Path(path)).touch()
        return int(bool(self.failing) and self.failing in words)

    def asks(self, words: Sequence[str]) -> bool:
        return words[-1] in self.running

    def has_user(self, name: str) -> bool:
        return any(words[0] == "useradd" for words in self.ran)

    def owner(self, path: Path) -> tuple[str, str]:
        found = self.owners.get(self.at(path), "root:root").split(":")
        return found[0], found[1]

    def give(self, path: Path, user: str, group: str) -> None:
        self.owners[path] = f"{user}:{group}"


@pytest.fixture(autouse=True)
def anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the checkout of the tests lie where no service could see it, such as below /tmp."""
    usable = deployment.usable
    monkeypatch.setattr(
        deployment, "usable", lambda path, what: path if path == deployment.PROGRAM else usable(path, what)
    )


@pytest.fixture
def machine(tmp_path: Path) -> Recorder:
    (tmp_path / "etc/nginx/conf.d").mkdir(parents=True)
    return Recorder(tmp_path)


def installed(
    machine: Recorder,
    data: Path | None = ODD,
    address: str = ADDRESS,
    desk_port: int | None = None,
    backup: Path | None = BACKUP,
) -> None:
    site, environment = installing.plan(machine, data, address, desk_port, backup)
    installing.carry_out(deployment.steps(site, environment), machine)


def files(root: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(root)): (path.read_text(encoding="utf-8"), path.stat().st_mtime_ns)
        for path in root.rglob("*")
        if path.is_file()
    }


def test_what_is_shown_is_what_would_be_written_and_run_and_nothing_is_changed() -> None:
    arguments = ["install", "--print", "--data", str(ODD), "--address", ADDRESS, "--backup", str(BACKUP)]
    ran = CliRunner().invoke(cli, arguments)
    assert ran.exit_code == 0, ran.output
    for name in (*UNIT_NAMES, "/etc/gongkai.env（0640 root:gongkai）", "/etc/logrotate.d/gongkai", "useradd --system"):
        assert name in ran.output
    assert "GONGKAI_DATA='/srv/公开 数据 100%'\n" in ran.output
    # A percent sign begins a specifier of systemd.
    assert 'ReadWritePaths="/srv/公开 数据 100%%"' in ran.output
    assert f'ExecStart="{deployment.PROGRAM}/.venv/bin/gongkai" nightly\n' in ran.output
    assert "OnCalendar=*-*-* 01:00:00" in ran.output and "Persistent=true" in ran.output
    assert not re.search(r"@[A-Z_]+@", ran.output)
    assert not ODD.exists()


def test_without_root_or_systemd_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for arguments in (["install", "--data", "/srv/x"], ["uninstall"]):
        ran = CliRunner().invoke(cli, arguments)
        assert ran.exit_code == 1 and "root" in ran.stderr and "--print" in ran.stderr


def test_the_first_time_everything_is_there_with_its_rights(machine: Recorder) -> None:
    installed(machine)
    for path, mode, owner in (
        ("etc/gongkai.env", 0o640, "root:gongkai"),
        ("usr/local/bin/gongkai", 0o755, "root:root"),
        ("srv/公开 数据 100%", 0o700, "gongkai:gongkai"),
        ("mnt/备份 盘/gongkai", 0o700, "gongkai:gongkai"),
        ("var/lib/gongkai/staff", 0o700, "gongkai:gongkai"),
        ("etc/systemd/system/gongkai-web.service", 0o644, "root:root"),
    ):
        there = machine.root / path
        assert there.stat().st_mode & 0o777 == mode, path
        # A file is given before it takes its name.
        given = machine.owners.get(there) or machine.owners[there.with_name(f".{there.name}.part")]
        assert given == owner, path
    for name in (*deployment.SERVICES, *deployment.TIMERS):
        assert ("systemctl", "enable", "--now", name) in machine.ran
    assert machine.ran[-2:] == [("nginx", "-t"), ("systemctl", "reload-or-restart", "nginx")]


def test_a_second_time_changes_nothing(machine: Recorder, capsys: pytest.CaptureFixture[str]) -> None:
    installed(machine)
    before, ran = files(machine.root), len(machine.ran)
    capsys.readouterr()
    installed(machine, None, "", None, None)
    assert files(machine.root) == before
    assert machine.ran[ran:] == []
    told = capsys.readouterr().out
    assert "已写入" not in told and "已完成" not in told and "已更新" not in told


def test_what_somebody_edited_stays_and_the_new_lies_beside_it(
    machine: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(machine)
    unit = machine.root / "etc/systemd/system/gongkai-web.service"
    rotation = machine.root / "etc/logrotate.d/gongkai"
    for path in (unit, rotation):
        path.write_text(path.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    installed(machine, None, "", None, None)
    assert unit.read_text(encoding="utf-8").endswith("# ours\n")
    # There is nothing new that they lack.
    assert not unit.with_name("gongkai-web.service.new").exists()
    settings = machine.root / "etc/gongkai.env"
    settings.write_text(settings.read_text(encoding="utf-8") + "GONGKAI_KEYS='/srv/keys'\n", encoding="utf-8")
    installed(machine, None, "", None, None)
    assert "# ours" in unit.read_text(encoding="utf-8")
    assert '"-/srv/keys/private.key"' in unit.with_name("gongkai-web.service.new").read_text(encoding="utf-8")
    assert "gongkai-web.service.new" in capsys.readouterr().out
    assert "GONGKAI_KEYS" in settings.read_text(encoding="utf-8")
    # The other units follow, and run anew.
    assert '"-/srv/keys"' in (unit.with_name("gongkai-desk.service")).read_text(encoding="utf-8")
    assert ("systemctl", "restart", "gongkai-desk.service") in machine.ran
    assert ("systemctl", "restart", "gongkai-web.service") not in machine.ran


def test_a_file_of_a_persons_own_is_left(machine: Recorder) -> None:
    own = machine.root / "etc/nginx/conf.d/gongkai.conf"
    own.write_text("# mine\n", encoding="utf-8")
    installed(machine)
    assert own.read_text(encoding="utf-8") == "# mine\n"
    assert "server_name gongkai.example.gov.cn;" in own.with_name("gongkai.conf.new").read_text(encoding="utf-8")


def test_the_settings_of_the_first_time_are_not_overridden(machine: Recorder) -> None:
    installed(machine)
    before = files(machine.root)
    for arguments in ((Path("/srv/other"), "", None, None), (None, "https://b.gov.cn", None, None)):
        with pytest.raises(NotInstalled, match="gongkai.env"):
            installed(machine, *arguments)
    assert files(machine.root) == before


def test_the_port_of_the_desk_is_kept(machine: Recorder) -> None:
    installed(machine, desk_port=9443)
    installed(machine, None, "", None, None)
    desk = (machine.root / "etc/nginx/conf.d/gongkai-desk.conf").read_text(encoding="utf-8")
    assert "listen 9443 ssl;" in desk and "/etc/ssl/gongkai/desk.pem" in desk


def test_a_certificate_that_was_put_there_is_used(machine: Recorder) -> None:
    installed(machine)
    assert "\n    listen 443" not in (machine.root / "etc/nginx/conf.d/gongkai.conf").read_text(encoding="utf-8")
    for path in (deployment.CERTIFICATE, deployment.CERTIFICATE_KEY):
        machine.at(path).touch()
    installed(machine, None, "", None, None)
    for name in ("gongkai.conf", "gongkai-desk.conf"):
        text = (machine.root / "etc/nginx/conf.d" / name).read_text(encoding="utf-8")
        assert "ssl;" in text and "/etc/ssl/gongkai/site.pem" in text


def test_terminals_of_the_settings_are_those_of_nginx(machine: Recorder) -> None:
    installed(machine)
    settings = machine.root / "etc/gongkai.env"
    settings.write_text(settings.read_text(encoding="utf-8") + "GONGKAI_TERMINALS='10.9.8.0/24'\n", encoding="utf-8")
    installed(machine, None, "", None, None)
    text = (machine.root / "etc/nginx/conf.d/gongkai.conf").read_text(encoding="utf-8")
    assert "10.9.8.0/24 1;" in text and "10.1.7.0/24" not in text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Path("/srv/a'b"), "systemd"),
        (Path("/srv/a$b"), "systemd|shell"),
        (Path("/home/wang/data"), "/srv/gongkai"),
        (Path("/tmp/data"), "/srv/gongkai"),  # noqa: S108  # to be refused
        (Path("/"), "/srv/gongkai"),
        (None, "--data"),
    ],
)
def test_a_folder_that_services_cannot_use_is_refused(machine: Recorder, data: Path | None, said: str) -> None:
    with pytest.raises(GongkaiError, match=said):
        installed(machine, data)
    assert machine.ran == [] and not (machine.root / "etc/gongkai.env").exists()


def test_a_backup_within_the_data_is_refused(machine: Recorder) -> None:
    with pytest.raises(NotInstalled, match="另一块磁盘"):
        installed(machine, backup=ODD / "backup")


def test_a_folder_of_another_user_with_something_in_it_is_left(machine: Recorder) -> None:
    there = machine.at(ODD) / "records"
    there.mkdir(parents=True)
    (there / "lock").touch()
    with pytest.raises(NotInstalled, match="chown"):
        installed(machine)
    assert machine.owners.get(machine.at(ODD)) is None


def test_where_a_command_fails_it_ends_with_what_to_do_and_goes_on_the_next_time(machine: Recorder) -> None:
    machine.failing = "gongkai-desk.service"
    with pytest.raises(NotInstalled, match="journalctl -u gongkai-desk.service"):
        installed(machine)
    machine.running.discard("gongkai-desk.service")
    machine.failing = ""
    installed(machine, None, "", None, None)
    assert set(deployment.SERVICES) < machine.running


def test_what_nginx_refused_is_loaded_once_it_is_mended(machine: Recorder) -> None:
    machine.failing = "-t"
    with pytest.raises(NotInstalled, match="nginx"):
        installed(machine)
    machine.failing = ""
    installed(machine, None, "", None, None)
    assert machine.ran[-1] == ("systemctl", "reload-or-restart", "nginx")
    ran = len(machine.ran)
    installed(machine, None, "", None, None)
    assert machine.ran[ran:] == []


def test_without_nginx_everything_else_is_installed(machine: Recorder) -> None:
    shutil.rmtree(machine.root / "etc/nginx")
    installed(machine)
    site, _ = installing.plan(machine, None, "", None, None)
    assert "apt-get install nginx" in installing.left_to_do(site, machine)[0]
    assert not any("nginx" in words for words in machine.ran)


def test_uninstalling_leaves_data_keys_backups_and_settings(machine: Recorder) -> None:
    installed(machine)
    edited_unit = machine.root / "etc/systemd/system/gongkai-desk.service"
    edited_unit.write_text("# ours\n", encoding="utf-8")
    installing.take_away(machine)
    left = {name for name in files(machine.root) if "/ssl/" not in name}
    data = str(machine.at(ODD).relative_to(machine.root))
    kept = "etc/systemd/system/gongkai-desk.service.dpkg-old"
    assert left == {"etc/gongkai.env", f"{data}/records/lock", f"{data}/index/1", kept}
    assert machine.running == set() and machine.at(BACKUP).is_dir()
    installing.take_away(machine)
    installed(machine, None, "", None, None)
    assert (machine.root / "usr/local/bin/gongkai").exists()


def test_a_line_that_is_no_setting_is_told_by_its_number(machine: Recorder) -> None:
    (machine.root / "etc/gongkai.env").write_text("GONGKAI_DATA='/srv/x'\nexport A B\n", encoding="utf-8")
    with pytest.raises(NotInstalled, match="第 2 行"):
        installed(machine, None)


def test_a_mark_tells_what_was_edited() -> None:
    for text in ("#!/bin/sh\nexit 0\n", "[Unit]\n"):
        marked = File(Path("/x"), text).marked
        assert not edited(marked) and edited(marked + "#\n") and edited(text)
        assert marked.startswith("#!") is text.startswith("#!")


def test_a_shell_reads_the_settings_as_they_were_meant(machine: Recorder) -> None:
    installed(machine)
    script = '. "$1"; printf %s "$GONGKAI_DATA"'
    ran = subprocess.run(  # noqa: S603  # a test's own file
        ["/bin/sh", "-c", script, "sh", str(machine.root / "etc/gongkai.env")], capture_output=True, text=True
    )
    assert ran.stdout == str(ODD)
    assert Settings.from_environment(deployment.read_environment(machine) or {}).data == ODD


@pytest.mark.slow
@pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed (apt-get install systemd)")
def test_systemd_understands_every_unit(machine: Recorder) -> None:
    site, environment = installing.plan(machine, ODD, ADDRESS, None, BACKUP)
    installing.carry_out(deployment.steps(site, environment), machine)
    units = [machine.at(deployment.UNITS / name) for name in UNIT_NAMES]
    for unit in units:
        # This machine has no such user, and the one who tests is always there.
        text = unit.read_text(encoding="utf-8").replace("User=gongkai", "User=root").replace("Group=gongkai", "")
        unit.write_text(text.replace("EnvironmentFile=/etc/gongkai.env", ""), encoding="utf-8")
    words = [str(ANALYZE), "verify", "--man=no", *map(str, units)]
    ran = subprocess.run(words, capture_output=True, text=True)  # noqa: S603  # Debian's
    own = [line for line in ran.stderr.splitlines() if "gongkai" in line]
    assert own == [] and ran.returncode == 0, ran.stderr


BARRED = """
import ctypes, os, re, shlex, subprocess, sys
unit, nothing, *command = sys.argv[1:]
text = open(unit).read()
def named(option):
    return [word.removeprefix("-") for line in re.findall(f"^{option}=(.*)$", text, re.M) for word in shlex.split(line)]
def mount(*words):
    subprocess.run(["mount", *words], check=True)
for path in filter(os.path.exists, named("ReadOnlyPaths")):
    mount("--bind", path, path)
    mount("-o", "remount,bind,ro", path)
for path in filter(os.path.exists, named("InaccessiblePaths")):
    mount("--bind", nothing if os.path.isdir(path) else nothing + "/file", path)
if "MemoryDenyWriteExecute=yes" in text:
    # Older kernels know no such thing.
    ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)
os.execvp("setpriv", ["setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--", *command])
"""


@pytest.mark.slow
@pytest.mark.skipif(not may_mount() or shutil.which("setpriv") is None, reason="only root can bar a process so")
@in_a_file
def test_the_public_service_needs_nothing_that_its_unit_bars(
    run: Run, environment: dict[str, str], folder: Path, tmp_path: Path
) -> None:
    data = Path(environment["GONGKAI_DATA"])
    run("ingest", str(folder), "--already-published", "--actor", "县政府办公室")
    run("reindex")
    for name in ("staff-index", "uploads", "incoming"):
        (data / name).mkdir(mode=0o700, exist_ok=True)
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    (nothing / "file").touch()
    for path in (nothing / "file", nothing):
        path.chmod(0)
    unit = tmp_path / "gongkai-web.service"
    steps = deployment.steps(Site(Settings.at(data), "x", nginx=False), {})
    unit.write_text(next(each.text for each in steps if isinstance(each, File) and each.path.name == unit.name))
    port = free_port()
    program = [sys.executable, "-I", "-m", "web.commands.cli", "serve", "--port", str(port), "--workers", "2"]
    words = ["unshare", "--mount", sys.executable, "-c", BARRED, str(unit), str(nothing), *program]
    serving = subprocess.Popen(words, env=os.environ | environment)  # noqa: S603  # found in PATH
    try:
        deadline = monotonic() + 60
        while True:
            with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/search?q=%E9%98%B2%E6%B1%9B") as answer:
                assert "防汛" in answer.read().decode()
                break
            assert serving.poll() is None and monotonic() < deadline
            sleep(0.2)
        urlopen(f"http://127.0.0.1:{port}/search?q=%E6%9A%96%E6%B0%94%E5%81%9C%E4%BE%9B").close()  # as above
        assert (data / "gaps.sqlite3").exists()
        with closing(sqlite3.connect(data / "catalogue.sqlite3")) as connection:
            id = connection.execute("SELECT id FROM documents ORDER BY id").fetchone()[0]
        run("review", "withdraw", id, "--reviewer", "审查员", "--reason", "含个人信息")
        with pytest.raises(HTTPError) as gone:
            urlopen(f"http://127.0.0.1:{port}/documents/{id}")  # as above
        assert gone.value.code == 410
        gone.value.close()
        for path in (data / "keys" / "private.key", data / "staff-index"):
            there = Path(f"/proc/{serving.pid}/root{path}")
            assert there.stat().st_mode & 0o777 == 0, path
    finally:
        serving.terminate()
        serving.wait(30)


@pytest.mark.slow
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx)")
@pytest.mark.parametrize("certified", [False, True])
def test_nginx_understands_both_sites(machine: Recorder, certified: bool) -> None:
    if certified:
        for path in (deployment.CERTIFICATE, deployment.CERTIFICATE_KEY):
            machine.at(path).parent.mkdir(parents=True, exist_ok=True)
            machine.at(path).touch()
    installed(machine)
    root = machine.root
    key, certificate = root / "k.pem", root / "c.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", str(key)]
    subprocess.run([*words, "-out", str(certificate)], capture_output=True, check=True)  # noqa: S603  # as installed
    for name in ("gongkai.conf", "gongkai-desk.conf"):
        path = root / "etc/nginx/conf.d" / name
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'ssl_certificate "[^"]*"', f'ssl_certificate "{certificate}"', text)
        text = re.sub(r'ssl_certificate_key "[^"]*"', f'ssl_certificate_key "{key}"', text)
        path.write_text(
            text.replace("/var/lib/nginx/gongkai", f"{root}/cache").replace("/var/log/nginx", f"{root}"),
            encoding="utf-8",
        )
    main = root / "nginx.conf"
    main.write_text(
        f"pid {root}/pid; error_log {root}/error.log; events {{}}\nhttp {{ include {root}/etc/nginx/conf.d/*.conf;\n"
        + "".join(f"{kind}_temp_path {root}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        + "}\n",
        encoding="utf-8",
    )
    ran = subprocess.run([str(NGINX), "-t", "-p", str(root), "-c", str(main)], capture_output=True, text=True)  # noqa: S603  # Debian's
    assert ran.returncode == 0, ran.stderr
