// Place an order, read it back, accept its payment, wait for the invoice and save the PDF.
//
//     npm install
//     node storefront.js AMQP_URL ORDER.JSON [OFFSET]
//
// OFFSET is the place in the stream of events to read from: `next` (from now on, the default),
// `first`, or a number that an earlier run printed.
const amqp = require("amqplib");
const { randomUUID } = require("node:crypto");
const { readFileSync, writeFileSync } = require("node:fs");

const [url, orderFile, from = "next"] = process.argv.slice(2);
const user = decodeURIComponent(new URL(url).username);
const replyto = `${user}.${randomUUID()}`; // a reply address begins with the user's name and a dot
const waiting = new Map(); // message id -> function that receives the answer

async function main() {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true }); // RabbitMQ names it
  await channel.bindQueue(queue, "aftercart.replies", replyto);
  await channel.consume(queue, receiveReply, { noAck: true });

  const order = { ...JSON.parse(readFileSync(orderFile)), order_id: randomUUID(), reference: newReference() };
  const { first: invoice } = await follow(connection, ({ type, data }) =>
    type === "aftercart.document.rendered.v1" && data.document.order_id === order.order_id);

  await ask(channel, "order.place", order);
  const { data: found } = await ask(channel, "order.get", { order_id: order.order_id });
  console.log(`order ${order.reference} is in state ${found.state}`);

  await ask(channel, "order.transition", { order_id: order.order_id, to: "payment_accepted" });
  const { event, offset } = await invoice;
  const { data: stored } = await ask(channel, "document.get", { document_id: event.data.document_id });
  writeFileSync(stored.document.filename, Buffer.from(stored.content, "base64"));
  console.log(`saved ${stored.document.filename}`);
  console.log(`read the stream from ${offset + 1} next time`);
  await connection.close();
}

// Send a command or a query, and return the reply. A refusal becomes an error.
async function ask(channel, name, data) {
  const message = {
    specversion: "1.0", id: randomUUID(), source: "/node", type: `aftercart.${name}.v1`, replyto, data,
  };
  const reply = new Promise((resolve) => waiting.set(message.id, resolve));
  channel.publish("aftercart.commands", name, Buffer.from(JSON.stringify(message)), {
    contentType: "application/cloudevents+json",
    persistent: true,
    userId: user, // RabbitMQ confirms to the services who sent it
  });
  await channel.waitForConfirms(); // from here on RabbitMQ has stored it
  const answer = await reply;
  if (answer.type.endsWith("refused.v1")) throw new Error(`${answer.data.code}: ${answer.data.reason}`);
  return answer;
}

function receiveReply({ content }) {
  const answer = JSON.parse(content);
  waiting.get(answer.causationid)?.(answer);
  waiting.delete(answer.causationid);
}

// Begin to read the stream of events. `first` is a promise of the first event that matches.
async function follow(connection, matches) {
  const channel = await connection.createChannel();
  await channel.prefetch(100); // a stream requires a limit
  let found;
  const first = new Promise((resolve) => { found = resolve; });
  await channel.consume("aftercart.events.stream", (message) => {
    channel.ack(message);
    const event = JSON.parse(message.content);
    if (matches(event)) found({ event, offset: message.properties.headers["x-stream-offset"] });
  }, { arguments: { "x-stream-offset": /^\d+$/.test(from) ? Number(from) : from } });
  return { first };
}

const newReference = () => randomUUID().replaceAll("-", "").slice(0, 9).toUpperCase();

main().catch((error) => {
  console.error(error.message);
  process.exit(2);
});
