#!/bin/sh
# Runs a long-lived process that must not outlive its supervisor, however the supervisor ends.
#
#   guard.sh SIGNAL GRACE PEERS_WAIT COMMAND [ARG…]
#
# Stdin is a pipe whose other end only the supervisor holds. Its end, closed by the supervisor to stop
# us or by the kernel because the supervisor was killed, makes a watcher send SIGNAL to the command
# and, GRACE seconds later, SIGKILL to its process group. Lines on the pipe before that:
#
#   <pid>   a process that uses this one as its server: wait until it is gone (at most PEERS_WAIT
#           seconds) before SIGNAL, so that a worker can still hand its jobs back to Redis
#   gone    the command has ended; there is nothing left to watch
#
# The command replaces this shell: its pid, its exit status and its signals are the supervisor's to
# see as if there were no guard. The watcher is a child that the command does not know of.
# Start it in a session of its own, or a terminal's Ctrl-C would reach the command out of order.

signal=$1 grace=$2 peers_wait=$3
shift 3

# A zombie is gone, although kill -0 finds it: it may never be reaped where process 1 is no init.
# /proc is asked first also because kill -0 refuses to tell about another user's process.
alive() {
  if [ -r "/proc/$1/stat" ]; then
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 1
    case $stat in *') Z '* | *') X '*) return 1 ;; esac
    return 0
  fi
  kill -0 "$1" 2>/dev/null
}

any_alive() {
  for pid in "$@"; do
    alive "$pid" && return 0
  done
  return 1
}

# wait_gone SECONDS PID…: fails when one is still alive after that time.
wait_gone() {
  ticks=$(($1 * 10))
  shift
  while any_alive "$@"; do
    [ "$ticks" -le 0 ] && return 1
    ticks=$((ticks - 1))
    sleep 0.1
  done
}

# In here $$ is still the pid that the command takes over.
watch() {
  peers=
  while read -r line; do
    [ "$line" = gone ] && return
    peers="$peers $line"
  done
  # shellcheck disable=SC2086 # a list of pids
  wait_gone "$peers_wait" $peers
  kill -s "$signal" $$ 2>/dev/null
  wait_gone "$grace" $$ || kill -s KILL -- -$$ 2>/dev/null || kill -s KILL $$ 2>/dev/null
}

# The watcher keeps none of the command's output open: a reader of it sees its end in time.
exec 3<&0 </dev/null
watch <&3 3<&- >/dev/null 2>&1 &
exec 3<&-
exec "$@"
