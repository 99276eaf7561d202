#!/bin/sh
# Installs Chromium for the tests that look at pages, where none is found. Needs Debian or Ubuntu and root;
# elsewhere install any Chromium or Chrome and, where it is not on the PATH, name it in FSAD_CHROMIUM.
set -eu
for name in "${FSAD_CHROMIUM:-}" chromium chromium-browser google-chrome; do
  if [ -n "$name" ] && command -v "$name" > /dev/null 2>&1; then
    echo "browser: $(command -v "$name")"
    exit 0
  fi
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null 2>&1; then
  echo "browser: none found and none can be installed here (needs root and apt-get); browser tests will be skipped" >&2
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium > /dev/null
echo "browser: $(command -v chromium)"
