#!/bin/sh
# Installs Redis for the tests of trials over many machines, where none is found. Needs Debian or Ubuntu and root;
# elsewhere install redis-server (or valkey-server) yourself and, where it is not on the PATH, name it in FSAD_REDIS.
set -eu
for name in "${FSAD_REDIS:-}" redis-server valkey-server; do
  if [ -n "$name" ] && command -v "$name" > /dev/null 2>&1; then
    echo "redis: $(command -v "$name")"
    exit 0
  fi
done
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null 2>&1; then
  echo "redis: none found and none can be installed here (needs root and apt-get); tests of the queue will be skipped" >&2
  exit 0
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server > /dev/null
echo "redis: $(command -v redis-server)"
