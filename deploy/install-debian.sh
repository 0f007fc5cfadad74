#!/usr/bin/env bash
# Install missing Debian packages: `install-debian.sh run` those to run Aftercart, `… test` also those to test it.
# If none is missing, this needs neither root nor network. The packages' own services are not started.
set -euo pipefail

run=(rabbitmq-server dovecot-imapd dovecot-pop3d dovecot-lmtpd libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
  fonts-noto-core fonts-dejavu-core python3-venv)
test=("${run[@]}" postgresql poppler-utils chromium systemd prometheus curl jq php-cli php-amqplib)

fail() {
  echo "$1" >&2
  exit 1
}

# Print the given packages that are not installed.
missing_of() {
  local installed package
  installed=$(dpkg-query --show --showformat='${Package}=${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for package in "$@"; do
    grep -qxF "$package=installed" <<<"$installed" || echo "$package"
  done
}

# Packages start their services with these two commands: put commands that do nothing first in dpkg's path.
replace_start_commands() {
  quiet=$(mktemp -d)
  trap 'rm -rf "$quiet"' EXIT
  for command in invoke-rc.d deb-systemd-invoke; do
    printf '#!/bin/sh\nexit 0\n' >"$quiet/$command"
  done
  chmod -R 755 "$quiet"
}

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o DPkg::Lock::Timeout=300 "$@"
}

case "${1:-}" in
run) wanted=("${run[@]}") ;;
test) wanted=("${test[@]}") ;;
*) fail "Give the packages to install: $0 run, or $0 test." ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "This is not Debian: install the equivalents of these Debian packages with your system's package manager: ${wanted[*]}."
fi

mapfile -t missing < <(missing_of "${wanted[@]}")
[ "${#missing[@]}" -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null && sudo -v; then
  as_root=(sudo)
else
  fail "Debian packages are missing: run as root: apt-get install --no-install-recommends ${missing[*]}"
fi

echo "Installing Debian packages: ${missing[*]}"
replace_start_commands
apt update || fail "The list of Debian packages could not be fetched: correct the error of apt-get above, then try again."
apt install --no-install-recommends -o DPkg::Path="$quiet:/usr/sbin:/usr/bin:/sbin:/bin" "${missing[@]}" ||
  fail "Debian packages could not be installed: correct the error of apt-get above, then try again."
