#!/usr/bin/env bash
# FinSecure Connection Diagnostic: what `finsecure doctor` looks at, for a machine without Python.
#
#   FINSECURE_SECRET_KEY=sk_test_… [FINSECURE_API_BASE=https://…] [WEBHOOK_URL=https://…] bash diagnostic.sh
#
# It needs curl. It changes nothing, sends the key to the API only, and never prints it.
# Exit codes: 0 all is well, 20 your side, 21 FinSecure's side, 22 it could not be told.

set -u

base="${FINSECURE_API_BASE:-https://api.finsecure.com}"
base="${base%/}"
base="${base%/v1}"
host="${base#*://}"
host="${host%%/*}"
host="${host%:*}"
key="${FINSECURE_SECRET_KEY:-}"
worst=0

ours() { if [ "$worst" -ne 21 ]; then worst=20; fi; }
theirs() { worst=21; }

if ! command -v curl >/dev/null 2>&1; then
    echo "ERROR: curl is not installed"
    exit 22
fi

# The status of one request; 000 if no reply came. The key goes in by standard input, where `ps` cannot see it.
status_of() {
    printf 'header = "Authorization: Bearer %s"\n' "$key" |
        curl --config - --silent --show-error --max-time 10 --output "$2" --write-out '%{http_code}' "$1" 2>"$2.error"
}

folder="$(mktemp -d)" || exit 22
trap 'rm -rf "$folder"' EXIT

echo "=== FinSecure Connection Diagnostic ==="
echo "Date: $(date)"
echo

echo "1. Testing DNS resolution..."
if command -v nslookup >/dev/null 2>&1; then
    nslookup "$host"
elif command -v getent >/dev/null 2>&1; then
    getent ahosts "$host" || { echo "ERROR: $host was not found"; ours; }
else
    echo "Neither nslookup nor getent is installed; the next step shows whether the name is found."
fi
echo

echo "2. Testing HTTPS connectivity..."
curl --silent --show-error --head --max-time 10 "$base/health"
code=$?
case "$code" in
    0) ;;
    5) echo "ERROR: the name of the proxy was not found. Fix: unset HTTPS_PROXY https_proxy"; ours ;;
    6) echo "ERROR: $host was not found. Fix: check the network and its name servers"; ours ;;
    7) echo "ERROR: $host takes no connection. Fix: check the firewall; then ask FinSecure"; ours ;;
    28) echo "ERROR: $host did not answer in time. Fix: check the firewall and the proxy"; ours ;;
    60) echo "ERROR: the certificate is not trusted. Fix: curl --verbose $base/health shows who issued it"; ours ;;
    *) echo "ERROR: curl ended with $code. Fix: curl --verbose $base/health"; ours ;;
esac
echo

echo "3. Testing API authentication..."
if [ -z "$key" ]; then
    echo "ERROR: FINSECURE_SECRET_KEY environment variable not set"
    ours
elif [ "$code" -ne 0 ]; then
    echo "Not tried: the API was not reached."
else
    echo "API Key format: $(printf %s "$key" | head -c 8)..."
    case "$key" in
        *[[:space:]]*) echo "ERROR: the key holds white space. Fix: export FINSECURE_SECRET_KEY=\"\$(printf %s \"\$FINSECURE_SECRET_KEY\" | tr -d '[:space:]')\""; ours ;;
        pk_*) echo "ERROR: this is a publishable key; calls need one that begins with sk_"; ours ;;
        sk_test_* | sk_live_* | rk_test_* | rk_live_*)
            status="$(status_of "$base/v1/balance" "$folder/balance")"
            if command -v jq >/dev/null 2>&1; then jq . "$folder/balance" 2>/dev/null; else cat "$folder/balance" 2>/dev/null; fi
            echo
            echo "HTTP $status"
            case "$status" in
                200 | 403 | 429) ;;
                401) echo "ERROR: the key was refused. Fix: copy it anew, or make one on the server's host: finsecure-server keys create"; ours ;;
                000) echo "ERROR: no reply: $(cat "$folder/balance.error")"; ours ;;
                5*) echo "ERROR: FinSecure failed. Fix: finsecure doctor --bundle doctor.zip, and send it to support"; theirs ;;
                *) echo "ERROR: this reply was not expected. Fix: check FINSECURE_API_BASE"; ours ;;
            esac
            ;;
        *) echo "ERROR: a key begins with sk_test_, sk_live_, rk_test_ or rk_live_"; ours ;;
    esac
fi
echo

if [ -n "${WEBHOOK_URL:-}" ]; then
    echo "4. Testing webhook endpoint..."
    curl --silent --show-error --head --max-time 10 "$WEBHOOK_URL" || { echo "ERROR: the endpoint did not answer"; ours; }
    case "$(curl --silent --max-time 10 --output "$folder/hook" --write-out '%{http_code}' --request POST --data '{}' "$WEBHOOK_URL")" in
        000) ;;
        2*) echo "ERROR: it takes an event without a signature. Fix: verify every request"; ours ;;
        3*) echo "ERROR: it redirects, and deliveries follow no redirect. Fix: give the endpoint its final address"; ours ;;
        404 | 405) echo "ERROR: there is no handler for POST at this path. Fix: check the path"; ours ;;
        5*) echo "ERROR: the handler broke. Fix: look into the application's log"; ours ;;
        *) echo "It refuses an event without a signature, as it should." ;;
    esac
    echo
fi

echo "=== Diagnostic Complete ==="
exit "$worst"
