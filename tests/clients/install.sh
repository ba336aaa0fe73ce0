#!/usr/bin/env bash
# Install the third-party readers that the tests judge bundles with; does nothing when they are there.
set -euo pipefail
cd "$(dirname "$0")"

if [[ -f node_modules/.installed && ! package.json -nt node_modules/.installed ]]; then
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "npm is not installed: the tests that need the glTF validator will be skipped" >&2
  exit 0
fi
npm install --no-package-lock --no-audit --no-fund --loglevel=error
touch node_modules/.installed
