#!/usr/bin/env bash
# Puts built programs, their units and samples in place, or takes them away: `make install`, `make uninstall`.
#
#   install.sh install PROGRAM…      uninstall: install.sh uninstall PROGRAM…
#
# BIN     folder of the programs (.build/release)   PREFIX      /usr/local: bin, share/doc/tikwatch
# DESTDIR put before every target                   SYSCONFDIR  /etc: the configuration is in its folder tikwatch
# UNITDIR where systemd finds units (PREFIX/lib/systemd/system, which it looks through for /usr/local and /usr)
#
# A configuration that is there is never touched, neither by an installation nor by its opposite. Programs are put beside the old
# ones and renamed, so that what runs goes on until it is started again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'install: %s\n' "$*" >&2
  exit 1
}

bin=${BIN:-.build/release} prefix=${PREFIX:-/usr/local} destination=${DESTDIR:-} configuration=${SYSCONFDIR:-/etc}/tikwatch
units=${UNITDIR:-$prefix/lib/systemd/system}
for folder in "$prefix" "$configuration" "$units"; do
  # They end up in unit files, where a blank or a percent sign means something else.
  [[ $folder =~ ^/[A-Za-z0-9._/+-]*$ ]] || fail "'$folder': an absolute path of letters, digits and . _ - + is needed"
done
documents=$prefix/share/doc/tikwatch
samples=(deploy/collector.conf deploy/web.conf deploy/routeros-user.md deploy/nginx deploy/prometheus)

install_all() { # PROGRAM…
  local program unit target fresh
  for program; do
    [ -x "$bin/$program" ] || fail "$bin/$program is not there: build it as yourself first (make build), or name the folder (BIN=…)"
  done
  fresh=$(mktemp -d)
  # shellcheck disable=SC2064  # the path is wanted as it is now
  trap "rm -rf '$fresh'" EXIT
  install -d "$destination$prefix/bin" "$destination$units" "$destination$documents"
  for program; do
    target=$destination$prefix/bin/$program
    install -m 755 -s "$bin/$program" "$target.new" || fail "$target: cannot be written"
    mv -f "$target.new" "$target"
    unit=deploy/systemd/$program.service
    [ -e "$unit" ] || continue
    sed -e "s|/usr/local/bin/|$prefix/bin/|" -e "s|/etc/tikwatch/|$configuration/|" \
      -e '1s|^# Copy to /etc/systemd/system, then:|# Changes belong into a drop-in (systemctl edit NAME). Then:|' "$unit" >"$fresh/unit"
    install -m 644 "$fresh/unit" "$destination$units/$program.service"
  done
  cp -R "${samples[@]}" LICENSE NOTICE "$destination$documents/"
  chmod -R u=rwX,go=rX "$destination$documents"
  # A collector's configuration holds passwords and names devices: `tikwatch-collector setup` writes it.
  install -d "$destination$configuration"
  [ -e "$destination$configuration/web.conf" ] || [ -L "$destination$configuration/web.conf" ] ||
    install -m 644 deploy/web.conf "$destination$configuration/web.conf"
  printf 'installed %s in %s, units in %s, samples in %s\n' "$*" "$prefix/bin" "$units" "$documents"
}

uninstall_all() { # PROGRAM…
  local program
  for program; do rm -f "$destination$prefix/bin/$program" "$destination$units/$program.service"; done
  rm -rf "$destination$documents"
  printf 'removed %s; %s and what was recorded stay\n' "$*" "$configuration"
}

action=${1:-}
[ $# -gt 1 ] || fail 'usage: install.sh install|uninstall PROGRAM…'
shift
case $action in
  install) install_all "$@" ;;
  uninstall) uninstall_all "$@" ;;
  *) fail "unknown action '$action': install or uninstall" ;;
esac
