#!/bin/sh
# Installs Chromium for the tests that look at pages, where none is found; with --firefox Firefox as well, for the one that learns in it.
# Needs Debian or Ubuntu and root; elsewhere install any of them and, where it is not on the PATH, name it in FSAD_CHROMIUM or FSAD_FIREFOX.
set -eu
missing=""

# look PACKAGE NAME...: says where the first of the names is, or that the package is missing.
look() {
  package=$1
  shift
  for name in "$@"; do
    if [ -n "$name" ] && command -v "$name" > /dev/null 2>&1; then
      echo "browser: $(command -v "$name")"
      return
    fi
  done
  missing="$missing $package"
}

look chromium "${FSAD_CHROMIUM:-}" chromium chromium-browser google-chrome
if [ "${1:-}" = --firefox ]; then look firefox-esr "${FSAD_FIREFOX:-}" firefox-esr firefox; fi
if [ -z "$missing" ]; then exit 0; fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null 2>&1; then
  echo "browser: not found and not to be installed here (needs root and apt-get):$missing; its tests will be skipped" >&2
  exit 0
fi
apt-get update -qq
# shellcheck disable=SC2086 # one word a package
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing > /dev/null
for package in $missing; do echo "browser: $(command -v "$package")"; done
