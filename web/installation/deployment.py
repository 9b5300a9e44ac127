"""What an installation for the public consists of on a machine: a user, folders, settings, services, a timer, nginx.

The files lie in ``deploy/`` of the program, and the web server's in ``docs/nginx.conf``, with places to be filled in.
"""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from archive.store.folder import KEYS, STAFF, STAFF_INDEX, holds_archive
from web.installation.machine import Command, File, Folder, Machine, NotInstalled, Step
from web.installation.settings import Settings

PROGRAM = Path(__file__).parent.parent.parent
USER = "gongkai"
ENVIRONMENT = Path("/etc/gongkai.env")
# It is there as long as steps are done.
UNFINISHED = Path("/etc/gongkai.installing")
HOME = Path("/var/lib/gongkai")
STAFF_FOLDER = HOME / "staff"
LOGS = Path("/var/log/gongkai")
UNITS = Path("/etc/systemd/system")
SITE, DESK = Path("/etc/nginx/conf.d/gongkai.conf"), Path("/etc/nginx/conf.d/gongkai-desk.conf")
LOGROTATE = Path("/etc/logrotate.d/gongkai")
SCRIPT = Path("/usr/local/bin/gongkai")
# Where the county's certificate is put, and where the one lies that is made for the desk until then.
CERTIFICATE, CERTIFICATE_KEY = Path("/etc/ssl/gongkai/site.pem"), Path("/etc/ssl/gongkai/site.key")
OWN_CERTIFICATE, OWN_KEY = Path("/etc/ssl/gongkai/desk.pem"), Path("/etc/ssl/gongkai/desk.key")
SERVICES = ("gongkai-web.service", "gongkai-desk.service", "gongkai-worker.service")
TIMER, DRILL_TIMER = "gongkai-nightly.timer", "gongkai-drill.timer"
TIMERS = (TIMER, DRILL_TIMER)
UNIT_NAMES = (*SERVICES, "gongkai-nightly.service", "gongkai-drill.service", *TIMERS)
WEB_PORT, DESK_INNER_PORT, DESK_PORT = 8000, 8001, 8443
# Services see nothing of these folders, or have folders of their own in their place.
_HIDDEN = ("/home", "/root", "/run", "/tmp", "/var/tmp", "/dev", "/proc", "/sys")  # noqa: S108  # named to be refused
# They mean something to systemd, to nginx or to a shell, each in its own way.
_UNUSABLE = set("'\"\\$`;{}?#")


@dataclass(frozen=True)
class Site:
    """What is particular to one installation. ``settings`` are of /etc/gongkai.env once it is there."""

    settings: Settings
    host: str
    desk_port: int = DESK_PORT
    certified: bool = False
    nginx: bool = True
    program: Path = PROGRAM

    @property
    def certificate(self) -> tuple[Path, Path]:
        return (CERTIFICATE, CERTIFICATE_KEY) if self.certified else (OWN_CERTIFICATE, OWN_KEY)


def usable(path: Path, what: str) -> Path:
    """Return a path that services can use. Raises NotInstalled."""
    text = str(path)
    if bad := sorted({each for each in text if each in _UNUSABLE or not each.isprintable()}):
        raise NotInstalled(
            f"{what} {text!r} 里有 {'、'.join(map(repr, bad))}，systemd 和 nginx 都不能用。请换一个名称。"
        )
    if path == Path("/") or any(path.is_relative_to(each) for each in _HIDDEN):
        raise NotInstalled(
            f"{what} {text} 在服务看不到的位置（{'、'.join(_HIDDEN)}）。请换一个，如 /srv/gongkai、/opt/gongkai。"
        )
    return path


def read_environment(machine: Machine) -> dict[str, str] | None:
    """Return the settings in /etc/gongkai.env; None without the file. Raises NotInstalled."""
    try:
        text = machine.at(ENVIRONMENT).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            words = ["?", "?"]
        if not words:
            continue
        name, equals, value = words[0].partition("=")
        if len(words) > 1 or not equals:
            raise NotInstalled(f"{ENVIRONMENT} 第 {number} 行应写作 名称='值'，每行一项。请改正。")
        found[name] = value
    return found


def first_environment(data: Path, address: str, backup: Path | None) -> dict[str, str]:
    """Return the settings of a new installation. An older archive's accounts stay where they are."""
    chosen = {"GONGKAI_DATA": str(data), "GONGKAI_PROXIES": "1"}
    if not (data / STAFF).exists():
        chosen["GONGKAI_STAFF_DATABASE_URL"] = f"sqlite:///{STAFF_FOLDER / STAFF}"
    if address:
        chosen["GONGKAI_ADDRESS"] = address
    if backup:
        chosen["GONGKAI_BACKUP"] = str(backup)
    return chosen


def steps(site: Site, environment: Mapping[str, str]) -> list[Step]:
    """List what makes a machine this site, in order."""
    return [*_ground(site, environment), *_archive(site), *_services(site), *(_web_server(site) if site.nginx else ())]


def _ground(site: Site, environment: Mapping[str, str]) -> Iterator[Step]:
    settings = site.settings
    yield Command(
        ("useradd", "--system", "--user-group", "--home-dir", str(HOME), "--no-create-home")
        + ("--shell", "/usr/sbin/nologin", USER),
        f"建立系统用户 {USER}",
        lambda machine: "已有" if machine.has_user(USER) else "",
    )
    yield Folder(HOME, 0o700, USER, USER)
    yield Folder(STAFF_FOLDER, 0o700, USER, USER)
    yield Folder(LOGS, 0o750, USER, USER)
    yield Folder(settings.data, 0o700, USER, USER)
    if settings.keys != settings.data / KEYS:
        yield Folder(settings.keys, 0o700, USER, USER)
    if settings.backup:
        yield Folder(settings.backup, 0o700, USER, USER)
    yield File(ENVIRONMENT, _environment(environment), 0o640, USER, once=True)
    yield File(SCRIPT, _filled(site, "gongkai.sh"), 0o755)


def _archive(site: Site) -> Iterator[Step]:
    data = site.settings.data
    yield Command(
        (str(SCRIPT), "init"),
        "建立档案",
        lambda machine: "已有，没有改动" if holds_archive(machine.at(data)) else "",
        "请看上面的说明。",
    )
    # What the public service may not write, or not even see, is barred from it when it starts, so it has to be there.
    for name in ("blobs", STAFF_INDEX, "uploads", "incoming"):
        yield Folder(data / name, 0o700, USER, USER)
    index = site.settings.index_folder
    yield Command(
        (str(SCRIPT), "reindex"),
        "建立索引",
        lambda machine: "已有" if machine.at(index).is_dir() and any(machine.at(index).iterdir()) else "",
        "请看上面的说明。",
    )


def _services(site: Site) -> Iterator[Step]:
    for name in UNIT_NAMES:
        yield File(UNITS / name, _filled(site, name))
    yield File(LOGROTATE, _filled(site, "gongkai.logrotate"))
    yield Command(
        ("systemctl", "daemon-reload"),
        "通知 systemd",
        lambda machine: "" if _written(machine, *(UNITS / name for name in UNIT_NAMES)) else "没有改动，不必",
    )
    for name in (*SERVICES, *TIMERS):
        yield Command(
            ("systemctl", "enable", "--now", name),
            f"启用并启动 {name}",
            lambda machine, name=name: (  # type: ignore[misc]  # a default binds the loop's variable
                "已启用，正在运行"
                if machine.asks(("systemctl", "is-enabled", name)) and machine.asks(("systemctl", "is-active", name))
                else ""
            ),
            f"请看 journalctl -u {name}。",
        )
        yield Command(
            ("systemctl", "restart", name),
            f"以新的设置重新启动 {name}",
            lambda machine, name=name: "" if machine.cut_off or UNITS / name in machine.changed else "没有改动，不必",  # type: ignore[misc]  # as above
            f"请看 journalctl -u {name}。",
        )


def _web_server(site: Site) -> Iterator[Step]:
    certificate, key = site.certificate
    yield Folder(CERTIFICATE.parent, 0o755, "root", "root")
    if not site.certified:
        yield Command(
            (
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                f"/CN={site.host}",
            )
            + ("-addext", f"subjectAltName=DNS:{site.host}", "-keyout", str(key), "-out", str(certificate)),
            "为工作台生成自签名证书",
            lambda machine: "已有" if machine.at(key).exists() and machine.at(certificate).exists() else "",
            "请先运行 apt-get install openssl。",
        )
    yield File(SITE, site_configuration(site))
    yield File(DESK, _filled(site, "nginx-desk.conf"))

    def unchanged(machine: Machine) -> str:
        return "" if _written(machine, SITE, DESK) else "没有改动，不必"

    yield Command(("nginx", "-t"), "核对 nginx 的配置", unchanged, "网站服务器仍用原来的配置。请按上面的说明改正。")
    yield Command(
        ("systemctl", "reload-or-restart", "nginx"), "重新载入 nginx", unchanged, "请看 journalctl -u nginx。"
    )


def site_configuration(site: Site) -> str:
    """Return docs/nginx.conf with this site's name, folder, terminals and certificate."""
    listening = "listen 80;"
    if site.certified:
        listening += (
            f'\n    listen 443 ssl;\n    ssl_certificate "{CERTIFICATE}";\n    ssl_certificate_key "{CERTIFICATE_KEY}";'
        )
        listening += "\n    ssl_protocols TLSv1.2 TLSv1.3;"
    text = (PROGRAM / "docs" / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{WEB_PORT};"),
        ("    10.1.7.0/24 1;\n", "".join(f"    {each} 1;\n" for each in site.settings.terminals)),
        ("listen 80;", listening),
        ("server_name gongkai.example.gov.cn;", f"server_name {site.host};"),
        ("root /opt/gongkai/web;", f'root "{site.program}/web";'),
    ):
        if before not in text:
            raise NotInstalled(f"docs/nginx.conf 里没有“{before.strip()}”，不能照着写。请用没有改动的程序再运行一次。")
        text = text.replace(before, after)
    return text


def _filled(site: Site, name: str) -> str:
    text = (PROGRAM / "deploy" / name).read_text(encoding="utf-8")
    unit = name.endswith((".service", ".timer"))
    # In a unit a percent sign begins a specifier.
    escaped = (lambda value: str(value).replace("%", "%%")) if unit else str
    backup, certificate = site.settings.backup, site.certificate
    places = {
        "PROGRAM_SHELL": shlex.quote(str(site.program)),
        "PROGRAM": escaped(site.program),
        "DATA": escaped(site.settings.data),
        "KEYS": escaped(site.settings.keys),
        "NOT_BACKUP": f' "-{escaped(backup)}"' if backup else "",
        "BACKUP_TOO": f' "-{escaped(backup)}"' if backup else "",
        "USER": USER,
        "WEB_PORT": str(WEB_PORT),
        "DESK_INNER_PORT": str(DESK_INNER_PORT),
        "DESK_PORT": str(site.desk_port),
        "CERTIFICATE_KEY": str(certificate[1]),
        "CERTIFICATE": str(certificate[0]),
    }
    for place, value in places.items():
        text = text.replace(f"@{place}@", value)
    return text


def _environment(chosen: Mapping[str, str]) -> str:
    """Return /etc/gongkai.env as it is first written: each variable in its place, what isn't set as an example."""
    lines, told = [], set()
    for line in (PROGRAM / "deploy" / "gongkai.env").read_text(encoding="utf-8").splitlines():
        name = line.removeprefix("#").partition("=")[0]
        if name in chosen:
            line = f"{name}={_quoted(chosen[name])}"
            told.add(name)
        lines.append(line)
    lines += [f"{name}={_quoted(value)}" for name, value in chosen.items() if name not in told]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Quote a value as systemd and a shell both read it."""
    if "'" in value or not value.isprintable():
        raise NotInstalled(f"{value!r} 里有单引号或者控制字符，请换一个写法。")
    return f"'{value}'"


def _written(machine: Machine, *paths: Path) -> bool:
    return machine.cut_off or not (machine.made | machine.changed).isdisjoint(paths)


def host_of(address: str, otherwise: str) -> str:
    """Return the name by which the site is asked for."""
    return urlsplit(address).hostname or otherwise
