#!/usr/bin/env bash
# Prepares a data folder that, when a server is started on it, comes up as the database was at an instant.
#   infra/backup/restore-to.sh BASE ARCHIVE DATA "2026-11-22 09:30:00+08"
# BASE is what base.sh made before that instant, ARCHIVE the folder of archived log, DATA a folder that does not exist. Run it as the
# user that the server runs as. Afterwards: stop the services, start the server on DATA, start the services.
set -euo pipefail
base=${1:?"usage: restore-to.sh BASE ARCHIVE DATA INSTANT"}
archive=${2:?the folder of archived log}
data=${3:?a new data folder}
instant=${4:?an instant with its offset}
[ -f "$base/backup_manifest" ] || { echo "$base is no base backup." >&2; exit 1; }
[ ! -e "$data" ] || { echo "$data exists." >&2; exit 1; }
case $instant in *[!0-9:.+\ TZ-]*) echo "'$instant' is no instant: 2026-11-22 09:30:00+08" >&2; exit 1;; esac
case $archive in *[\'\\%]*) echo "No quotes, backslashes or percent signs in '$archive'." >&2; exit 1;; esac
umask 077
cp -a "$base" "$data"
# The log that was current when the server ended may be lost; what was archived is there to the last byte.
cat >>"$data/postgresql.auto.conf" <<CONF
restore_command = 'cp "$archive/%f" "%p"'
recovery_target_time = '$instant'
recovery_target_action = 'promote'
CONF
touch "$data/recovery.signal"
echo "$data"
