/** The whole way, against a real server over a socket. */

import "./fixtures/bare.js";

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, test } from "node:test";

import {
  AuthenticationError,
  CardError,
  FinSecure,
  IdempotencyError,
  InvalidRequestError,
  PaymentErrorHandler,
} from "../src/index.js";
import { PaymentErrorHandler as Printed } from "./fixtures/document.js";
import { liveServer } from "./fixtures/live.js";

const PAYMENT = { amount: 2000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const DECLINED = { ...PAYMENT, payment_method: "pm_card_chargeDeclinedInsufficientFunds" };

let server;
let client;

before(async () => {
  server = await liveServer();
  client = new FinSecure(server.key, { apiBase: server.url });
});

after(async () => {
  client?.close();
  await server?.stop();
});

test("a payment from its creation to its refund", async () => {
  const { confirm, ...unconfirmed } = PAYMENT;
  const asked = { ...unconfirmed, capture_method: "manual", metadata: { order: "17" } };
  const intent = await client.paymentIntents.create(asked);
  assert.equal(intent.status, "requires_confirmation");
  assert.match(intent.lastResponse.requestId, /^req_/);
  assert.equal((await client.paymentIntents.update(intent.id, { description: "Tea ☕" })).description, "Tea ☕");
  assert.equal((await client.paymentIntents.confirm(intent.id)).status, "requires_capture");
  assert.equal((await client.paymentIntents.capture(intent.id, { amount_to_capture: 1500 })).amount_received, 1500);
  const refund = await client.refunds.create({ payment_intent: intent.id, amount: 500 });
  assert.equal(refund.status, "succeeded");
  const found = await client.paymentIntents.retrieve(intent.id, { expand: ["latest_charge"] });
  assert.deepEqual([found.status, found.metadata.order, found.latest_charge.amount_refunded], ["succeeded", "17", 500]);
});

test("a payment that is called off", async () => {
  const intent = await client.paymentIntents.create({ amount: 2000, currency: "usd" });
  assert.equal((await client.paymentIntents.cancel(intent.id)).status, "canceled");
});

test("a decline explains itself", async () => {
  await assert.rejects(client.paymentIntents.create(DECLINED), (error) => {
    assert.ok(error instanceof CardError);
    assert.deepEqual([error.code, error.declineCode, error.httpStatus], ["card_declined", "insufficient_funds", 402]);
    assert.match(error.requestId, /^req_/);
    assert.ok(error.nextSteps.length && error.recoveryOptions.length && error.docUrl && error.requestLogUrl);
    assert.equal(error.paymentIntent.status, "requires_payment_method");
    return error.retryable === false && error.idempotencyKey.startsWith("auto_");
  });
});

test("a mistake names its parameter; a wrong key and a wrong id have their classes", async () => {
  await assert.rejects(client.paymentIntents.create({ amount: 2000 }), (error) => {
    return error instanceof InvalidRequestError && error.code === "parameter_missing" && error.param === "currency";
  });
  await assert.rejects(client.customers.retrieve("cus_none"), { code: "resource_missing", httpStatus: 404 });
  const stranger = new FinSecure("sk_test_stranger", { apiBase: server.url });
  await assert.rejects(stranger.balance.retrieve(), AuthenticationError);
  stranger.close();
});

test("an idempotency key makes one payment of two calls, and refuses another payment", async () => {
  const options = { idempotencyKey: `order-${process.pid}` };
  const first = await client.paymentIntents.create(PAYMENT, options);
  const second = await client.paymentIntents.create(PAYMENT, options);
  assert.deepEqual([first.id, first.lastResponse.replayed, second.lastResponse.replayed], [second.id, false, true]);
  await assert.rejects(client.paymentIntents.create({ ...PAYMENT, amount: 2001 }, options), IdempotencyError);
});

test("a list is walked over its pages", async () => {
  const made = [];
  for (let one = 0; one < 7; one++) made.unshift((await client.customers.create({ name: `n ${one}` })).id);
  const found = [];
  for await (const customer of client.customers.list({ limit: 3 })) found.push(customer.id);
  assert.deepEqual(found, made);
  const backwards = await client.customers.list({ limit: 2, ending_before: made[6] }).autoPagingToArray({ limit: 10 });
  assert.deepEqual(backwards.map((one) => one.id), made.slice(0, 6).reverse());
  assert.equal((await client.customers.delete(made[0])).deleted, true);
});

test("what is nested: a customer's payment methods, the test clock", async () => {
  const customer = await client.customers.create({ email: "ada@example.com" });
  const method = await client.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  const methods = await client.customers.listPaymentMethods(customer.id);
  assert.deepEqual(methods.data.map((one) => one.id), [method.id]);
  assert.equal((await client.customers.retrievePaymentMethod(customer.id, method.id)).id, method.id);
  const clock = await client.testHelpers.clock.retrieve();
  assert.equal(clock.object, "test_clock");
});

test("any path may be asked for", async () => {
  assert.equal((await client.request("get", "/v1/balance")).object, "balance");
});

for (const [whose, Handler] of [["ours", PaymentErrorHandler], ["the printed one", Printed]]) {
  test(`the payment error handler, ${whose}`, async () => {
    const handler = new Handler(client);
    const paid = await handler.processPaymentWithRetry(PAYMENT);
    assert.deepEqual([paid.success, paid.result.status], [true, "succeeded"]);
    const failed = await handler.processPaymentWithRetry(DECLINED);
    assert.deepEqual([failed.success, failed.error.code], [false, "card_declined"]);
    assert.ok(failed.recovery_options.length > 0);
  });
}

test("many at once", async () => {
  const made = await Promise.all(Array.from({ length: 40 }, () => client.paymentIntents.create(PAYMENT)));
  assert.equal(new Set(made.map((one) => one.id)).size, 40);
});

test("a webhook that the server sends is verified, by either of its headers, and by no other secret", async (t) => {
  const received = [];
  const receiver = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({ body: Buffer.concat(chunks), headers: request.headers });
    response.end();
    receiver.emit("delivery");
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const url = `http://127.0.0.1:${receiver.address().port}/webhook`;
  const endpoint = await client.webhookEndpoints.create({ url, enabled_events: ["payment_intent.succeeded"] });
  t.after(() => client.webhookEndpoints.delete(endpoint.id));
  const delivery = once(receiver, "delivery");
  const intent = await client.paymentIntents.create(PAYMENT);
  await delivery;
  const [{ body, headers }] = received;
  const event = client.webhooks.constructEvent(body, headers, endpoint.secret);
  assert.deepEqual([event.type, event.data.object.id], ["payment_intent.succeeded", intent.id]);
  const { "finsecure-signature": _, ...standard } = headers;
  assert.equal(client.webhooks.constructEvent(body, standard, endpoint.secret).id, event.id);
  assert.throws(() => client.webhooks.constructEvent(body, headers, "whsec_another"), { cause: "wrong_secret" });
  assert.throws(() => client.webhooks.constructEvent(JSON.parse(body), headers, endpoint.secret), {
    cause: "body_reencoded",
  });
  const parsed = JSON.stringify(JSON.parse(body), null, 2);
  assert.throws(() => client.webhooks.constructEvent(parsed, headers, endpoint.secret), { cause: "body_reencoded" });
});
