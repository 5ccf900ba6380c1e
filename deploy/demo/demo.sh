#!/usr/bin/env bash
# The demo: a fake device program with three devices, past data, a collector and a web node, all on loopback.
#
#   demo.sh check     is the port free? (asked before the build, which takes minutes)
#   demo.sh run       starts everything, waits, and ends every process it started: on Ctrl-C, on SIGTERM, or when one of them dies
#
# PORT  port of the web node (8080)        DAYS  days of past data (30)
# KEEP  1: keep the data of the last demo  BIN   folder of the programs (.build/release)
# Everything it writes is below .demo/, made afresh each time unless KEEP=1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

port=${PORT:-8080} days=${DAYS:-30} keep=${KEEP:-} bin=${BIN:-.build/release}
root=.demo/storage logs=.demo/log
history_complete=.demo/history.complete # absent: an earlier run was stopped while it wrote past data
collector_id=demo
ready_limit=60 # seconds each program has to become ready
stop_limit=15  # seconds each program has to end after SIGTERM

names=() pids=() # what was started, in this order

fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

[[ $port =~ ^[1-9][0-9]{0,4}$ ]] || fail "PORT='$port': a port is a number from 1 to 65535"
((port <= 65535)) || fail "PORT='$port': a port is a number from 1 to 65535"
[[ $days =~ ^[1-9][0-9]{0,3}$ ]] || fail "DAYS='$days': a number from 1 to 9999"

taken() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }

check_port() {
  if taken; then
    fail "port $port on 127.0.0.1 is already in use. Choose another: make demo PORT=$((port < 65535 ? port + 1 : 8081))"
  fi
}

# Ends what was started, last first, by its process id.
stop_all() {
  local i deadline
  trap '' INT TERM HUP
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || continue
    deadline=$((SECONDS + stop_limit))
    while kill -0 "${pids[i]}" 2>/dev/null && ((SECONDS < deadline)); do sleep 0.1; done
    if kill -0 "${pids[i]}" 2>/dev/null; then
      printf 'demo: %s did not end within %s s, killed (log: %s)\n' "${names[i]}" "$stop_limit" "$logs/${names[i]}.log" >&2
      kill -KILL "${pids[i]}" 2>/dev/null
    fi
    wait "${pids[i]}" 2>/dev/null
  done
  pids=() names=()
}

start() { # NAME COMMAND…
  local name=$1
  shift
  "$@" </dev/null >"$logs/$name.out" 2>"$logs/$name.log" &
  names+=("$name")
  pids+=("$!")
}

show_log() { # NAME
  tail -n 15 "$logs/$1.out" "$logs/$1.log" >&2
}

# Waits until COMMAND succeeds; fails when the program has died or its time is over.
wait_until() { # NAME PID WHAT COMMAND…
  local name=$1 pid=$2 what=$3 deadline=$((SECONDS + ready_limit))
  shift 3
  until "$@" 2>/dev/null; do
    if ! kill -0 "$pid" 2>/dev/null; then
      show_log "$name"
      fail "$name ended before it was ready"
    fi
    if ((SECONDS >= deadline)); then
      show_log "$name"
      fail "$name: no $what within $ready_limit s"
    fi
    sleep 0.1
  done
}

# The status line of one HTTP answer, without needing curl.
web_ready() {
  local status=''
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&3
  IFS= read -r -t 5 status <&3
  exec 3<&- 3>&-
  [[ $status == 'HTTP/1.1 200'* ]]
}

# `listening NAME ADDRESS:PORT`, one line per device, become entries of collector.conf.
write_collector_config() {
  local word name address
  {
    printf '[collector]\n    id = %s\n    storage = %s\n    spool = %s\n' "$collector_id" "$PWD/$root" "$PWD/.demo/spool"
    printf '    sample_interval = 1\n    retention = standard\n\n'
    printf '[default]\n    username = admin\n    password =\n    hostname = 127.0.0.1\n'
    while read -r word name address; do
      [ "$word" = listening ] && printf '\n[%s]\n    port = %s\n' "$name" "${address##*:}"
    done <"$logs/fakedevice.out"
  } >.demo/collector.conf
  chmod 600 .demo/collector.conf
}

run() {
  local program name
  for program in tikwatch-fakedevice tikwatch-collector tikwatch-web; do
    [ -x "$bin/$program" ] || fail "$bin/$program is missing: run 'make build' first"
  done
  check_port
  if [ "$keep" != 1 ] || [ ! -e "$history_complete" ]; then rm -rf .demo; fi
  mkdir -p "$root" "$logs" .demo/spool

  trap stop_all EXIT
  trap 'printf "\ndemo: stopping\n"; exit 0' INT TERM HUP

  if [ ! -e "$history_complete" ]; then
    printf 'demo: writing %s days of past data\n' "$days"
    start history "$bin/tikwatch-fakedevice" history --storage "$root" --collector "$collector_id" --days "$days" \
      --retention standard
    if ! wait "${pids[-1]}"; then
      show_log history
      fail "the past data could not be written"
    fi
    pids=() names=()
    : >"$history_complete"
  fi

  printf 'demo: starting\n'
  start fakedevice "$bin/tikwatch-fakedevice" run --port 0
  wait_until fakedevice "${pids[-1]}" "line 'ready'" grep -qx ready "$logs/fakedevice.out"
  write_collector_config
  start collector "$bin/tikwatch-collector" run --config .demo/collector.conf
  wait_until collector "${pids[-1]}" heartbeat test -s "$root/$collector_id/heartbeat.json"
  printf '[web]\n    listen = 127.0.0.1:%s\n    storage = %s\n' "$port" "$PWD/$root" >.demo/web.conf
  start web "$bin/tikwatch-web" run --config .demo/web.conf
  wait_until web "${pids[-1]}" "answer from http://127.0.0.1:$port/readyz" web_ready

  printf '\n  Tikwatch demo:  http://127.0.0.1:%s\n\n' "$port"
  printf '  devices:  '
  awk '$1 == "listening" { printf "%s%s (%s)", sep, $2, $3; sep = ", " } END { print "" }' "$logs/fakedevice.out"
  printf '  data:     .demo/storage      logs: .demo/log\n  Ctrl-C ends everything.\n\n'

  local ended='' i
  wait -n -p ended "${pids[@]}"
  for i in "${!pids[@]}"; do
    [ "${pids[i]}" = "$ended" ] || continue
    name=${names[i]}
    show_log "$name"
    fail "$name ended by itself, see $logs/$name.log"
  done
  fail "a program ended by itself, see $logs"
}

case ${1:-} in
  check) check_port ;;
  run) run ;;
  *)
    printf 'usage: demo.sh check | run\n' >&2
    exit 2
    ;;
esac
