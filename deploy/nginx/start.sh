#!/bin/bash
# Runs the two nginxes, and tells the balancer of the API's replicas: nginx reads their addresses anew
# only when it is told to, and it does not ask them how they are by itself.
set -u

here=/etc/drover
upstream=/tmp/upstream.conf

# Addresses of replicas, each with the second at which it was last known to the engine's DNS. One that is
# gone stays until another comes, as it does when a replica is restarted, or for so many seconds: nginx
# goes past it, and every change of the list makes it forget which ones to go past.
declare -A listed=()
forget_after=30

ask() {
  bash "$here/ask.sh" "$@" 2>/dev/null
}

# A replica is listed as soon as it takes requests.
look_up() {
  local -A found=()
  local address added=
  while read -r address _; do
    if [ -n "${listed[$address]:-}" ]; then
      found[$address]=$SECONDS
    elif [ -z "${found[$address]:-}" ] && ask "$address" 3000 '/ready?check=process'; then
      found[$address]=$SECONDS
      added=yes
    fi
  done < <(getent ahostsv4 "${DROVER_API_HOST:-api}")
  for address in "${!listed[@]}"; do
    if [ -z "$added${found[$address]:-}" ] && ((SECONDS - listed[$address] < forget_after)); then
      found[$address]=${listed[$address]}
    fi
  done
  # An engine without an answer is no reason to forget them all.
  [ ${#found[@]} -gt 0 ] || return 1
  listed=()
  for address in "${!found[@]}"; do listed[$address]=${found[$address]}; done
}

# group NAME CONNECTIONS PARAMETERS: an upstream of all listed replicas.
group() {
  local address
  echo "upstream $1 {"
  echo "  zone $1 256k;"
  echo '  least_conn;'
  for address in $(printf '%s\n' "${!listed[@]}" | sort); do
    echo "  server $address:3000 $3;"
  done
  echo "  keepalive $2;"
  echo '  keepalive_requests 100000;'
  echo '  keepalive_timeout 60s;'
  echo '}'
}

# A replica that could not be connected to, or says that it is stopping, is left out for fail_timeout.
write_upstream() {
  group drover_api 64 'max_fails=1 fail_timeout=5s'
  group drover_any 8 'max_fails=0'
}

follow_replicas() {
  while kill -0 "$balancer" 2>/dev/null; do
    if look_up && write_upstream >"$upstream.new" && ! cmp -s "$upstream.new" "$upstream"; then
      mv "$upstream.new" "$upstream"
      echo "replicas: ${!listed[*]}"
      kill -HUP "$balancer"
    fi
    # One question for each replica, twice a second.
    for _ in 1 2; do
      for _ in "${!listed[@]}"; do ask 127.0.0.1 8081 /draining; done
      sleep 0.5
    done
  done
}

run() {
  exec nginx -e /dev/stderr -c "$here/$1.conf" -g 'daemon off;'
}

until look_up; do sleep 0.5; done
write_upstream >"$upstream"
rm -f /tmp/balancer.sock

run balancer &
balancer=$!
run front &
front=$!
follow_replicas &

# Requests under way are answered; the front stops first, for it needs the balancer.
stop() {
  kill -QUIT "$front"
  while kill -0 "$front" 2>/dev/null; do wait "$front"; done
  kill -QUIT "$balancer"
}
trap stop QUIT TERM INT
trap 'kill -HUP "$balancer"' HUP

# `wait` ends at each signal, too. When one of the two ends, all does, and the engine starts it again.
while kill -0 "$front" 2>/dev/null && kill -0 "$balancer" 2>/dev/null; do
  wait -n "$front" "$balancer"
done
