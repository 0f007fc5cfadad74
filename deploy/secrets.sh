#!/usr/bin/env bash
# Write the secrets of an installation, one file each: `secrets.sh DIRECTORY [RABBITMQ-HOST [POSTGRESQL-HOST]]`.
# Files that exist are left as they are, so that it may be repeated. See docs/howto/containers.md.
set -euo pipefail

directory=${1:?Name the directory for the secrets: secrets.sh DIRECTORY [RABBITMQ-HOST [POSTGRESQL-HOST]]}
rabbitmq=${2:-rabbitmq}
postgresql=${3:-postgres}
services=(ingest orders documents notify)

# Print so many random bytes in hexadecimal digits, which need no quoting in URLs and settings.
random() {
  od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n'
}

# Write a file, unless it exists.
secret() {
  [ -e "$directory/$1" ] || printf '%s' "$2" >"$directory/$1"
}

# Print the secret in a file.
value() {
  cat "$directory/$1"
}

mkdir -p "$directory"
# Only the owner enters the directory. The files are readable for the containers' users, which get single files.
chmod 700 "$directory"
umask 022

secret rabbitmq_admin_password "$(random 24)"
secret rabbitmq_monitor_password "$(random 24)"
secret rabbitmq_storefront_password "$(random 24)"
secret postgres_password "$(random 24)"
secret grafana_admin_password "$(random 24)"

admin=$(value rabbitmq_admin_password)
secret rabbitmq_admin.conf "$(printf 'default_user = admin\ndefault_pass = %s\n' "$admin")"
secret aftercart_management_url "http://admin:$admin@$rabbitmq:15672"
secret aftercart_broker_url "amqp://storefront:$(value rabbitmq_storefront_password)@$rabbitmq:5672"
secret rabbitmq_monitor_url "http://monitor:$(value rabbitmq_monitor_password)@$rabbitmq:15672"

for service in "${services[@]}"; do
  secret "postgres_${service}_password" "$(random 24)"
  secret "aftercart_${service}_broker_url" "amqp://$service:$(random 24)@$rabbitmq:5672"
  password=$(value "postgres_${service}_password")
  secret "aftercart_${service}_database_url" "postgresql+psycopg://$service:$password@$postgresql:5432/$service"
done

secret rabbitmq_console_password "$(random 24)"
password=$(value rabbitmq_console_password)
secret aftercart_console_broker_url "amqp://console:$password@$rabbitmq:5672"
secret aftercart_console_management_url "http://console:$password@$rabbitmq:15672"
secret aftercart_console_secret "$(random 32)"

secret aftercart_ingest_signing_keys "1:$(random 32)"
secret aftercart_notify_signing_keys "$(value aftercart_ingest_signing_keys)"
# Given by others: the mail server's password, and those of the mailboxes, as JSON ({"mailbox": "password"}).
secret aftercart_notify_smtp_password ""
secret aftercart_ingest_passwords "{}"
