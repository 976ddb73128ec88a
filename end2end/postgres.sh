#!/usr/bin/env bash
# postgres.sh run CMD…: runs CMD beside a throw-away PostgreSQL and takes it away afterwards, whatever happens.
#
# CMD finds its address in TEST_POSTGRES_URL. The cluster lies in a temporary folder, listens on a free port of
# 127.0.0.1 and on a socket there, and keeps fsync on, so that measurements are honest. Without PostgreSQL on the
# machine CMD runs without the variable, except under CI, where a missing engine is a failure and not a skip.
# postgres.sh crash: stops that PostgreSQL at once, as a power cut would, and starts it again; only within CMD.
set -euo pipefail

if [[ "${1:-}" == crash && -n "${TEST_POSTGRES_CONTROL:-}" ]]; then
  eval "$TEST_POSTGRES_CONTROL"
  exit
fi
if [[ "${1:-}" != run || $# -lt 2 ]]; then
  echo "usage: postgres.sh run CMD… | postgres.sh crash" >&2
  exit 2
fi
shift

if [[ -n "${TEST_POSTGRES_URL:-}" ]]; then # already inside another run
  exec "$@"
fi

bin=$(dirname "$(command -v initdb || true)")
if [[ ! -x "$bin/initdb" || ! -x "$bin/postgres" ]]; then
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin | sort -V | while read -r folder; do
    if [[ -x "$folder/initdb" ]]; then echo "$folder"; fi
  done | tail -n 1)
fi
if [[ -z "$bin" ]]; then
  if [[ -n "${CI:-}" ]]; then
    echo "postgres.sh: no PostgreSQL found, and CI must test both engines: apt-get install postgresql" >&2
    exit 1
  fi
  echo "postgres.sh: no PostgreSQL found (apt-get install postgresql): running without it" >&2
  exec "$@"
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/ranan-postgres.XXXXXX")
as_owner=()
if [[ $(id -u) -eq 0 ]]; then # postgres refuses to run as root
  owner=nobody
  if id -u postgres >/dev/null 2>&1; then owner=postgres; fi
  chown "$owner" "$folder"
  if command -v runuser >/dev/null; then
    as_owner=(runuser -u "$owner" --)
  else
    as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups)
  fi
fi

stop() {
  trap - EXIT INT TERM HUP
  if [[ -f "$folder/data/postmaster.pid" ]]; then
    (cd "$folder" && "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1) || true
  fi
  rm -rf "$folder"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM HUP

start() {
  local port=$1
  (cd "$folder" && "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder' -c max_connections=200" >/dev/null 2>&1)
}

(cd "$folder" && "${as_owner[@]}" "$bin/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 \
  --locale=C --no-sync >"$folder/initdb.log" 2>&1) || { cat "$folder/initdb.log" >&2; exit 1; }

# A port below the kernel's own range of outgoing ones; another try when somebody else has it.
for attempt in 1 2 3 4 5; do
  port=$((20000 + RANDOM % 12000))
  if start "$port"; then break; fi
  if [[ $attempt -eq 5 ]]; then cat "$folder/log" >&2; exit 1; fi
done

export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
control=(${as_owner[@]+"${as_owner[@]}"} "$bin/pg_ctl" -D "$folder/data" -m immediate -l "$folder/log" -w -t 60
  -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$folder' -c max_connections=200" restart)
TEST_POSTGRES_CONTROL="cd $(printf '%q' "$folder") && $(printf '%q ' "${control[@]}") >/dev/null 2>&1"
export TEST_POSTGRES_CONTROL
# In the background and waited for, so that a signal reaches the trap at once and not after CMD.
"$@" <&0 &
child=$!
trap 'kill -TERM "$child" 2>/dev/null || true; wait "$child" || true; stop; exit 130' INT
trap 'kill -TERM "$child" 2>/dev/null || true; wait "$child" || true; stop; exit 143' TERM HUP
status=0
wait "$child" || status=$?
exit "$status"
