#!/usr/bin/env bash
# Place an order, read it back, accept its payment, wait for the invoice and save the PDF, over
# RabbitMQ's HTTP API, with curl and jq.
#
#     ./storefront.sh http://USER:PASSWORD@HOST:15672 VIRTUAL_HOST ORDER.JSON
#
# USER is an administrator of RabbitMQ: the API cannot create the temporary queues to which other
# users are limited, and cannot read streams. It is for trying things out, not for a shop.
set -euo pipefail

api=$1/api vhost=$(jq -rn --arg name "$2" '$name | @uri') order_file=$3
user=$(sed -E 's#^https?://([^:]+):.*#\1#' <<<"$1")
new_id() { cat /proc/sys/kernel/random/uuid; }
work=$(mktemp -d)
replyto=$user.$(new_id) # a reply address begins with the user's name and a dot

call() { # METHOD PATH [JSON]
  curl --silent --show-error --fail-with-body --request "$1" "$api/$2" \
    --header 'content-type: application/json' --data "${3:-}"
}

# Two queues of our own, for replies and for one kind of event. RabbitMQ deletes them when nobody
# has used them for a minute.
listen() { # QUEUE EXCHANGE ROUTING_KEY
  call PUT "queues/$vhost/$1" '{"durable": true, "arguments": {"x-expires": 60000}}'
  call POST "bindings/$vhost/e/$2/q/$1" "{\"routing_key\": \"$3\"}" >/dev/null
}
replies=$replyto.replies events=$replyto.events
listen "$replies" aftercart.replies "$replyto"
listen "$events" aftercart.events document.rendered

# Print the next message of a queue for which a condition of jq holds.
receive() { # QUEUE CONDITION
  local message
  for _ in $(seq 300); do
    message=$(call POST "queues/$vhost/$1/get" \
      '{"count": 1, "ackmode": "ack_requeue_false", "encoding": "auto"}' |
      jq -c ".[0].payload // empty | fromjson")
    if [ -z "$message" ]; then
      sleep 0.1
    elif jq -e "$2" <<<"$message" >/dev/null; then
      echo "$message"
      return
    fi
  done
  echo "No answer within 30 seconds." >&2
  return 1
}

# Send a command or a query, and print the data of the reply. A refusal ends the program.
ask() { # NAME DATA
  local id answer
  id=$(new_id)
  jq -n --arg id "$id" --arg name "$1" --arg replyto "$replyto" --arg user "$user" --argjson data "$2" '{
    routing_key: $name,
    payload_encoding: "string",
    properties: {content_type: "application/cloudevents+json", delivery_mode: 2, user_id: $user},
    payload: ({specversion: "1.0", id: $id, source: "/curl", type: "aftercart.\($name).v1",
               replyto: $replyto, data: $data} | tojson)
  }' >"$work/message.json"
  call POST "exchanges/$vhost/aftercart.commands/publish" "@$work/message.json" >/dev/null
  answer=$(receive "$replies" ".causationid == \"$id\"")
  if jq -e '.type | endswith("refused.v1")' <<<"$answer" >/dev/null; then
    jq -r '"\(.data.code): \(.data.reason)"' <<<"$answer" >&2
    exit 2
  fi
  jq -c .data <<<"$answer"
}

order_id=$(new_id)
reference=$(tr -d - <<<"${order_id^^}" | cut -c1-9)
order=$(jq -c --arg id "$order_id" --arg reference "$reference" \
  '. + {order_id: $id, reference: $reference}' "$order_file")
ask order.place "$order" >/dev/null
state=$(ask order.get "{\"order_id\": \"$order_id\"}" | jq -r .state)
echo "order $reference is in state $state"

ask order.transition "{\"order_id\": \"$order_id\", \"to\": \"payment_accepted\"}" >/dev/null
document_id=$(receive "$events" ".data.document.order_id == \"$order_id\"" |
  jq -r .data.document_id)
stored=$(ask document.get "{\"document_id\": \"$document_id\"}")
file=$(jq -r .document.filename <<<"$stored")
jq -r .content <<<"$stored" | base64 --decode >"$file"
echo "saved $file"
