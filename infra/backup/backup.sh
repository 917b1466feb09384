#!/usr/bin/env bash
# Backs up one node's database, all services of it at one instant, while they run.
#   PGHOST=… PGPORT=… PGUSER=… PGPASSWORD=… PGDATABASE=n420000 infra/backup/backup.sh FOLDER
# Makes FOLDER/<database>-<instant>.dump, .figures (what it holds) and .sha256, and says the dump's name. The keys of the identity
# table and the certificates are not in it: back them up apart, or whoever has the dump has the identities.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?"usage: backup.sh FOLDER (server and database by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE)"}
: "${PGDATABASE:?the database of the node}"
umask 077
mkdir -p "$folder"
name=$folder/$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ)

# One snapshot for the dump and for the figures that it is checked against.
coproc SESSION { exec psql -XqAt -v ON_ERROR_STOP=1; }
session=$SESSION_PID
echo "begin isolation level repeatable read, read only; select pg_export_snapshot();" >&"${SESSION[1]}"
read -r -t 60 snapshot <&"${SESSION[0]}"
pg_dump --format=custom --compress=6 --snapshot="$snapshot" --file="$name.dump.part"
{ echo "begin isolation level repeatable read, read only;"; echo "set transaction snapshot '$snapshot';"; cat "$here/figures.sql"; echo "commit;"; } | psql -XqAt -v ON_ERROR_STOP=1 >"$name.figures"
echo '\q' >&"${SESSION[1]}"
wait "$session"

# Readable from the first byte to the last, or it is no backup.
pg_restore --list "$name.dump.part" >/dev/null
mv "$name.dump.part" "$name.dump"
(cd "$folder" && sha256sum "$(basename "$name").dump" "$(basename "$name").figures" >"$(basename "$name").sha256")
echo "$name.dump"
