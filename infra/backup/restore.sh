#!/usr/bin/env bash
# Restores a node's database from what backup.sh made, and proves that it holds what was backed up. Stop the node's services first.
#   PGHOST=… PGPORT=… PGUSER=… PGPASSWORD=… PGDATABASE=n420000 infra/backup/restore.sh DUMP
# The database must not exist: what is left of a damaged one is renamed or dropped by whoever decides that, not by a script.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dump=${1:?"usage: restore.sh DUMP (server and database by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE)"}
database=${PGDATABASE:?the database of the node}
base=${dump%.dump}
(cd "$(dirname "$dump")" && sha256sum --quiet --check "$(basename "$base").sha256")

export PGDATABASE=postgres
if [ "$(psql -XqAt -v ON_ERROR_STOP=1 -v name="$database" <<<"select count(*) from pg_database where datname = :'name'")" != 0 ]; then
  echo "The database $database exists: rename or drop it first." >&2
  exit 1
fi
createdb "$database"
export PGDATABASE=$database
if ! pg_restore --exit-on-error --jobs=4 --dbname="$database" "$dump"; then
  dropdb --if-exists --maintenance-db=postgres "$database"
  echo "Nothing was restored." >&2
  exit 1
fi
psql -Xq -v ON_ERROR_STOP=1 -c analyze
found=$(mktemp)
trap 'rm -f "$found"' EXIT
psql -XqAt -v ON_ERROR_STOP=1 -f "$here/figures.sql" >"$found"
if ! diff "$base.figures" "$found" >&2; then
  echo "$database does not hold what was backed up." >&2
  exit 1
fi
echo "$database holds what was backed up (service|facts|last|sum):"
cat "$found"
