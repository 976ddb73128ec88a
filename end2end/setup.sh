#!/usr/bin/env bash
# setup.sh: what the tests need beside Rust and node: Chromium, a Chinese font, PostgreSQL, LibreOffice.
# Installs only what is missing, with apt-get when it may; otherwise says what to install.
set -euo pipefail

packages=()
want() { # PACKAGE, followed by a command that succeeds when it is there
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
has_chinese_font() { [[ -n "$(fc-list :lang=zh family)" ]]; }
has_postgres() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' || compgen -G '/opt/homebrew/opt/postgresql*/bin/initdb'; }
has_chromium() { command -v chromium || command -v google-chrome || command -v chromium-browser; }
has_office() { command -v soffice || command -v libreoffice; }

want chromium has_chromium
want fonts-noto-cjk has_chinese_font
want postgresql has_postgres
want sqlite3 command -v sqlite3
want libreoffice-calc-nogui has_office

if [[ ${#packages[@]} -eq 0 ]]; then exit 0; fi

if [[ $(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
  echo "setup: installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # No cluster of the machine's own: the tests start a throw-away one.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/ranan.conf
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" fontconfig >/dev/null
  exit 0
fi

echo "setup: these Debian packages (or their like) are missing: ${packages[*]}" >&2
case " ${packages[*]} " in
  *" chromium "*)
    echo "setup: fetching Playwright's own Chromium instead" >&2
    npx playwright install chromium
    ;;
esac
case " ${packages[*]} " in
  *" postgresql "*) echo "setup: without PostgreSQL only SQLite is tested (under CI that fails)" >&2 ;;
esac
case " ${packages[*]} " in
  *" libreoffice-calc-nogui "*) echo "setup: without LibreOffice the journeys that open workbooks in it cannot run" >&2 ;;
esac
case " ${packages[*]} " in
  *" fonts-noto-cjk "*) echo "setup: without a Chinese font the screenshots show boxes" >&2 ;;
esac
