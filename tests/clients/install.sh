#!/usr/bin/env bash
# Install the third-party readers that the tests judge bundles with; does nothing when they are there.
#   install.sh       the glTF validator and ufbx (about 15 MB)
#   install.sh all   Blender too, as a wheel (970 MB; needs Python 3.11)
# Whatever cannot be installed here is named, and its tests are skipped.
set -euo pipefail
cd "$(dirname "$0")"
wanted=requirements.txt
[[ "${1:-}" == all ]] && wanted=requirements-all.txt

install_node_readers() {
  [[ -f node_modules/.installed && ! package.json -nt node_modules/.installed ]] && return
  if ! command -v npm >/dev/null; then
    echo "npm is not installed: the tests that need the glTF validator will be skipped" >&2
    return
  fi
  npm install --no-package-lock --no-audit --no-fund --loglevel=error
  touch node_modules/.installed
}

install_python_readers() {
  local mark=".venv/.$wanted"
  [[ -f $mark && ! requirements.txt -nt $mark && ! requirements-all.txt -nt $mark ]] && return
  local python
  python=$(command -v python3.11 || command -v python3)
  [[ -x .venv/bin/python ]] || "$python" -m venv .venv
  if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$wanted"; then
    echo "$wanted cannot be installed for $("$python" --version): the tests that need it will be skipped" >&2
    return
  fi
  touch "$mark"
}

install_node_readers
install_python_readers
