<?php
// Place an order, read it back, accept its payment, wait for the invoice and save the PDF.
//
//     apt install php-cli php-amqplib        (or: composer require php-amqplib/php-amqplib)
//     php storefront.php AMQP_URL ORDER.JSON [OFFSET]
//
// OFFSET is the place in the stream of events to read from: `next` (from now on, the default),
// `first`, or a number that an earlier run printed.
require 'PhpAmqpLib/autoload.php'; // with composer: vendor/autoload.php

use PhpAmqpLib\Channel\AMQPChannel;
use PhpAmqpLib\Connection\AMQPStreamConnection;
use PhpAmqpLib\Message\AMQPMessage;
use PhpAmqpLib\Wire\AMQPTable;

[, $url, $orderFile] = $argv;
$from = $argv[3] ?? 'next';
$at = parse_url($url);
$user = urldecode($at['user']);
$vhost = urldecode(substr($at['path'] ?? '/%2F', 1));
$replyto = "$user." . uuid(); // a reply address begins with the user's name and a dot
$answers = [];                // message id => answer
$invoice = $offset = null;

$connection = new AMQPStreamConnection($at['host'], $at['port'] ?? 5672, $user, urldecode($at['pass']), $vhost);
$channel = $connection->channel();
$channel->confirm_select();
[$queue] = $channel->queue_declare('', exclusive: true); // RabbitMQ names it
$channel->queue_bind($queue, 'aftercart.replies', $replyto);
$channel->basic_consume($queue, no_ack: true, callback: function (AMQPMessage $message) use (&$answers) {
    $answer = json_decode($message->getBody(), true);
    $answers[$answer['causationid']] = $answer;
});

$order = json_decode(file_get_contents($orderFile), true);
$order['order_id'] = uuid();
$order['reference'] = strtoupper(bin2hex(random_bytes(4)));

$events = $connection->channel();
$events->basic_qos(0, 100, false); // a stream requires a limit
$events->basic_consume(
    'aftercart.events.stream',
    callback: function (AMQPMessage $message) use (&$invoice, &$offset, $order) {
        $message->ack();
        $event = json_decode($message->getBody(), true);
        if ($event['type'] === 'aftercart.document.rendered.v1'
            && $event['data']['document']['order_id'] === $order['order_id']) {
            $invoice = $event['data']['document'];
            $offset = $message->get('application_headers')->getNativeData()['x-stream-offset'];
        }
    },
    arguments: new AMQPTable(['x-stream-offset' => ctype_digit($from) ? (int) $from : $from]),
);

ask('order.place', $order);
$found = ask('order.get', ['order_id' => $order['order_id']]);
echo "order {$order['reference']} is in state {$found['state']}\n";

ask('order.transition', ['order_id' => $order['order_id'], 'to' => 'payment_accepted']);
while ($invoice === null) {
    $events->wait(timeout: 30);
}
$stored = ask('document.get', ['document_id' => $invoice['document_id']]);
file_put_contents($stored['document']['filename'], base64_decode($stored['content']));
echo "saved {$stored['document']['filename']}\n";
echo 'read the stream from ' . ($offset + 1) . " next time\n";
$connection->close();

/** Send a command or a query, and return the data of the reply. A refusal ends the program. */
function ask(string $name, array $data): array
{
    global $channel, $answers, $replyto, $user;
    $id = uuid();
    $message = [
        'specversion' => '1.0', 'id' => $id, 'source' => '/php', 'type' => "aftercart.$name.v1",
        'replyto' => $replyto, 'data' => $data ?: new stdClass(), // an empty array would be []
    ];
    $channel->basic_publish(new AMQPMessage(json_encode($message), [
        'content_type' => 'application/cloudevents+json',
        'delivery_mode' => AMQPMessage::DELIVERY_MODE_PERSISTENT,
        'user_id' => $user, // RabbitMQ confirms to the services who sent it
    ]), 'aftercart.commands', $name);
    $channel->wait_for_pending_acks(30); // from here on RabbitMQ has stored it
    while (!isset($answers[$id])) {
        $channel->wait(timeout: 30);
    }
    if (str_ends_with($answers[$id]['type'], 'refused.v1')) {
        fwrite(STDERR, "{$answers[$id]['data']['code']}: {$answers[$id]['data']['reason']}\n");
        exit(2);
    }
    return $answers[$id]['data'];
}

function uuid(): string
{
    $bytes = random_bytes(16);
    $bytes[6] = chr(ord($bytes[6]) & 0x0f | 0x40); // version 4
    $bytes[8] = chr(ord($bytes[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($bytes), 4));
}
