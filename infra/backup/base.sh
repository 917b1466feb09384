#!/usr/bin/env bash
# Copies the whole server while it runs: with the archived log after it, any later instant can be restored (restore-to.sh).
#   PGHOST=… PGPORT=… PGUSER=… PGPASSWORD=… infra/backup/base.sh FOLDER
# The server archives its log: archive_mode = on, archive_command = 'test ! -f ARCHIVE/%f && cp %p ARCHIVE/%f', archive_timeout = 60.
# Where CloudNativePG runs the server it does both by itself.
set -euo pipefail
folder=${1:?"usage: base.sh FOLDER (server by PGHOST, PGPORT, PGUSER, PGPASSWORD)"}
if [ "$(psql -XqAt -d postgres -c 'show archive_mode')" != on ]; then
  echo "The server does not archive its log (archive_mode): a copy alone brings back no instant after it." >&2
  exit 1
fi
umask 077
name=$folder/base-$(date -u +%Y%m%dT%H%M%SZ)
pg_basebackup --pgdata="$name" --checkpoint=fast --wal-method=none --no-password
echo "$name"
