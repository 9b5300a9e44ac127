#!/bin/sh
# gongkai with the settings of this installation, as the user whose archive it is: sudo gongkai COMMAND.
set -eu
if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=@USER@ --regid=@USER@ --init-groups --no-new-privs -- "$0" "$@"
fi
[ -r /etc/gongkai.env ] || {
    echo "gongkai: 请以 root 或者用户 @USER@ 运行，如 sudo gongkai doctor。" >&2
    exit 2
}
export HOME=/var/lib/gongkai
set -a
. /etc/gongkai.env
set +a
exec @PROGRAM_SHELL@/.venv/bin/gongkai "$@"
