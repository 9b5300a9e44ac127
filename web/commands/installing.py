"""The commands that make this machine serve an installation, and that take its services away again."""

import os
import re
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from stat import S_IXOTH

import click

from archive.store.folder import holds_archive, require_place
from web.commands.installation import reported
from web.installation import deployment
from web.installation.deployment import Site
from web.installation.machine import Command, Machine, NotInstalled, Step, edited, remove
from web.installation.settings import Settings

_printing = click.option("--print", "printing", is_flag=True, help="Only show what would be written and run.")
_place = click.Path(path_type=Path)


@click.command()
@click.option("--data", type=_place, metavar="FOLDER", help="The folder of the archive, e.g. /srv/gongkai.")
@click.option("--address", default="", metavar="URL", help="The site's public address.")
@click.option("--desk-port", type=click.IntRange(1, 65535), metavar="N", help="Where the desk is (default: 8443).")
@click.option("--backup", type=_place, metavar="FOLDER", help="Where the nightly backups go, on another disk.")
@_printing
@reported
def install(data: Path | None, address: str, desk_port: int | None, backup: Path | None, printing: bool) -> None:
    """Make this machine serve an installation: user, folders, services, the night, nginx. As root, by ./run install.

    A second time only what is missing or has changed is done, and options need not be repeated. A file that somebody
    has edited is left alone, and the new one is written beside it.
    """
    machine = Machine()
    if not printing:
        _require_root()
    site, environment = plan(machine, data, address, desk_port, backup)
    steps = deployment.steps(site, environment)
    if printing:
        for step in steps:
            click.echo(step.told())
    else:
        _require_reach(site.program / "web" / "static", site.program / ".venv" / "bin" / "gongkai", _interpreter())
        carry_out(steps, machine)
    for line in left_to_do(site, machine):
        click.echo(f"注意：{line}")


def plan(
    machine: Machine, data: Path | None, address: str, desk_port: int | None, backup: Path | None
) -> tuple[Site, dict[str, str]]:
    """Say what is to be installed, by /etc/gongkai.env if there is one, by the options else. Raises NotInstalled."""
    there = deployment.read_environment(machine)
    if there is None:
        if data is None:
            raise NotInstalled("没有写数据目录。请写 ./run install --data /srv/gongkai（换成这台机器上的位置）。")
        environment = deployment.first_environment(_absolute(data), address, backup and _absolute(backup))
    else:
        environment = there
        options = {"GONGKAI_DATA": data and str(_absolute(data)), "GONGKAI_ADDRESS": address.rstrip("/")}
        options["GONGKAI_BACKUP"] = backup and str(_absolute(backup))
        for name, value in options.items():
            if value and value != environment.get(name, "").rstrip("/"):
                raise NotInstalled(
                    f"{deployment.ENVIRONMENT} 里 {name} 是“{environment.get(name, '')}”，命令行上写的是“{value}”。"
                    f"请先在该文件中改好，再运行 ./run install（不必再写选项）。"
                )
    settings = Settings.from_environment(environment)
    for what, path in (
        *(("数据目录", settings.data), ("密钥目录", settings.keys), ("备份目录", settings.backup)),
        ("程序所在的文件夹", deployment.PROGRAM),
    ):
        if path:
            deployment.usable(path, what)
    if settings.backup and settings.backup.is_relative_to(settings.data):
        raise NotInstalled("备份目录在数据目录里面：磁盘损坏时一并丢失。请放在另一块磁盘上。")
    if not holds_archive(machine.at(settings.data)):
        require_place(machine.at(settings.data))
    site = Site(
        settings,
        deployment.host_of(settings.address, socket.gethostname()),
        desk_port or _desk_port(machine) or deployment.DESK_PORT,
        machine.at(deployment.CERTIFICATE).exists() and machine.at(deployment.CERTIFICATE_KEY).exists(),
        machine.at(Path("/etc/nginx/conf.d")).is_dir(),
    )
    return site, environment


def carry_out(steps: Sequence[Step], machine: Machine) -> None:
    """Do the steps, each with a line about what it did. What was cut off is made good the next time."""
    mark = machine.at(deployment.UNFINISHED)
    machine.made, machine.changed, machine.cut_off = set(), set(), mark.exists()
    mark.touch()
    for step in steps:
        click.echo(step.do(machine))
    mark.unlink()


def left_to_do(site: Site, machine: Machine) -> list[str]:
    """Say what a person has yet to do."""
    settings, told = site.settings, []
    if not site.nginx:
        told.append("没有安装 nginx，公众还看不到网站。请运行 apt-get install nginx，再运行一次 ./run install。")
    elif not site.certified:
        told.append(
            "没有证书：网站以不加密的 HTTP 提供，只宜在办公网内使用，或由前面的网关加密；"
            f"工作台（{site.desk_port} 端口）用自签名证书，浏览器会警告。"
            f"有了证书以后放在 {deployment.CERTIFICATE} 和 {deployment.CERTIFICATE_KEY}，"
            "再运行一次 ./run install。"
        )
    if not settings.address:
        told.append(
            f"没有设置 GONGKAI_ADDRESS（网站的公开地址），网站以主机名 {site.host} 应答。"
            f"请写入 {deployment.ENVIRONMENT}，再运行一次 ./run install。"
        )
    if not settings.backup:
        told.append(
            f"没有设置 GONGKAI_BACKUP，夜间不作备份。请写入 {deployment.ENVIRONMENT}，再运行一次 ./run install。"
        )
    told.append(
        "工作台的第一名系统管理员：gongkai accounts add 用户名 --person 姓名 --role 系统管理员 --by 安装人；"
        "密钥印在纸上锁好：gongkai key export；随时检查：gongkai doctor。"
    )
    return told


@click.command()
@_printing
@reported
def uninstall(printing: bool) -> None:
    """Take the services, the timer, the sites and logrotate away. Archive, keys, backups and settings stay."""
    if not printing:
        _require_root()
    take_away(Machine(), printing)


def take_away(machine: Machine, printing: bool = False) -> None:
    """Stop and remove what was installed; what somebody has edited is kept under another name."""
    units = [deployment.UNITS / name for name in deployment.UNIT_NAMES]
    running = [
        Command(
            ("systemctl", "disable", "--now", name),
            f"停止并停用 {name}",
            lambda machine, name=name: "" if machine.at(deployment.UNITS / name).exists() else "没有",  # type: ignore[misc]  # a default binds the loop's variable
        )
        for name in (*deployment.TIMERS, *deployment.SERVICES)
    ]
    files = [*units, deployment.SITE, deployment.DESK, deployment.LOGROTATE, deployment.SCRIPT]
    served = machine.at(deployment.SITE).exists() or machine.at(deployment.DESK).exists()
    after = [Command(("systemctl", "daemon-reload"), "通知 systemd")]
    if served:
        after.append(Command(("systemctl", "reload-or-restart", "nginx"), "重新载入 nginx"))
    if printing:
        for step in running:
            click.echo(step.told())
        for path in files:
            there = machine.at(path)
            if there.exists():
                click.echo(
                    f"{'改名' if edited(there.read_text(encoding='utf-8', errors='replace')) else '删除'} {path}"
                )
        for step in after:
            click.echo(step.told())
    else:
        carry_out(running, machine)
        for path in files:
            click.echo(remove(path, machine))
        carry_out(after, machine)
    environment = deployment.read_environment(machine) or {}
    kept = [environment.get(name) for name in ("GONGKAI_DATA", "GONGKAI_KEYS", "GONGKAI_BACKUP")]
    places = "、".join(str(each) for each in (deployment.ENVIRONMENT, deployment.HOME, *kept) if each)
    click.echo(f"保留不动：{places}，日志 {deployment.LOGS}，证书，用户 {deployment.USER}。")


def _require_root() -> None:
    if os.geteuid() != 0:
        raise NotInstalled("安装和卸载要以 root 运行（sudo ./run install …）。只看会做什么：加 --print。")
    if not Path("/run/systemd/system").is_dir():
        raise NotInstalled(
            "这台机器没有以 systemd 启动，不能安装服务。只看会写什么：加 --print；不用 systemd 的，见 README。"
        )


def _require_reach(*paths: Path) -> None:
    """Raise NotInstalled where the service's user can't get at what it runs, or nginx at the styles."""
    for path in paths:
        for each in (path, *path.parents):
            if not each.stat().st_mode & S_IXOTH:
                raise NotInstalled(
                    f"{each} 不让其他用户进入，服务的用户 {deployment.USER} 就用不了 {path}。请运行 chmod o+rx {each}，"
                    "或者把程序（和 Python）放在 /opt/gongkai 这样人人可读的位置。"
                )


def _interpreter() -> Path:
    return Path(sys.executable).resolve()


def _absolute(path: Path) -> Path:
    return Path(os.path.normpath(path.absolute()))


def _desk_port(machine: Machine) -> int | None:
    """Return the desk's port as it was installed."""
    there = machine.at(deployment.DESK)
    found = (
        re.search(r"^\s*listen\s+(\d+)\s+ssl", there.read_text(encoding="utf-8"), re.MULTILINE)
        if there.exists()
        else None
    )
    return int(found[1]) if found else None
