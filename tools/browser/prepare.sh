#!/usr/bin/env bash
# Makes ready what the tests in a browser need, as far as this machine allows. It never fails: where a browser is
# missing those tests say so, loudly, at the end of the run.
set -uo pipefail
cd "$(dirname "$0")"

found() { command -v "$1" >/dev/null; }

if ! found chromium && ! found chromium-browser && ! found google-chrome; then
    if [[ -e /etc/debian_version && $(id -u) == 0 ]]; then
        echo 'Installing Chromium for the tests in a browser (once) …' >&2
        apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium >/dev/null ||
            echo 'Chromium could not be installed: the tests in a browser will not run.' >&2
    else
        echo 'No Chromium is installed: the tests in a browser will not run.' >&2
    fi
fi

if [[ package-lock.json -nt node_modules/.package-lock.json ]]; then
    if found npm; then
        echo 'Adding the accessibility checker and the drawing program (once) …' >&2
        npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.package-lock.json ||
            echo 'The accessibility checker could not be installed: the tests in a browser will not run.' >&2
    else
        echo 'There is no npm, which brings the accessibility checker: the tests in a browser will not run.' >&2
    fi
fi
exit 0
