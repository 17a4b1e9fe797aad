/**
 * Every operation of the API: resource, method, then HTTP method, path, and `list` if it is paged.
 *
 * Written by `node tools/generate.js` from contract/openapi.json. Change that, not this.
 */

export const ROUTES = {
  account: {
    retrieve: ["GET", "/v1/account"],
  },
  apiKeys: {
    list: ["GET", "/v1/api_keys", "list"],
    create: ["POST", "/v1/api_keys"],
    retrieve: ["GET", "/v1/api_keys/{id}"],
    revoke: ["POST", "/v1/api_keys/{id}/revoke"],
    roll: ["POST", "/v1/api_keys/{id}/roll"],
  },
  balance: {
    retrieve: ["GET", "/v1/balance"],
    listHistory: ["GET", "/v1/balance/history", "list"],
    retrieveHistory: ["GET", "/v1/balance/history/{transaction}"],
  },
  balanceTransactions: {
    list: ["GET", "/v1/balance_transactions", "list"],
    retrieve: ["GET", "/v1/balance_transactions/{transaction}"],
  },
  charges: {
    list: ["GET", "/v1/charges", "list"],
    retrieve: ["GET", "/v1/charges/{charge}"],
    update: ["POST", "/v1/charges/{charge}"],
    capture: ["POST", "/v1/charges/{charge}/capture"],
  },
  customers: {
    list: ["GET", "/v1/customers", "list"],
    create: ["POST", "/v1/customers"],
    delete: ["DELETE", "/v1/customers/{customer}"],
    retrieve: ["GET", "/v1/customers/{customer}"],
    update: ["POST", "/v1/customers/{customer}"],
    listPaymentMethods: ["GET", "/v1/customers/{customer}/payment_methods", "list"],
    retrievePaymentMethod: ["GET", "/v1/customers/{customer}/payment_methods/{payment_method}"],
  },
  disputes: {
    list: ["GET", "/v1/disputes", "list"],
    retrieve: ["GET", "/v1/disputes/{dispute}"],
    update: ["POST", "/v1/disputes/{dispute}"],
    close: ["POST", "/v1/disputes/{dispute}/close"],
  },
  eventTypes: {
    list: ["GET", "/v1/event_types", "list"],
    retrieve: ["GET", "/v1/event_types/{event_type}"],
  },
  events: {
    list: ["GET", "/v1/events", "list"],
    retrieve: ["GET", "/v1/events/{event}"],
    resend: ["POST", "/v1/events/{event}/resend", "list"],
  },
  health: {
    retrieve: ["GET", "/v1/health"],
  },
  paymentIntents: {
    list: ["GET", "/v1/payment_intents", "list"],
    create: ["POST", "/v1/payment_intents"],
    retrieve: ["GET", "/v1/payment_intents/{intent}"],
    update: ["POST", "/v1/payment_intents/{intent}"],
    cancel: ["POST", "/v1/payment_intents/{intent}/cancel"],
    capture: ["POST", "/v1/payment_intents/{intent}/capture"],
    confirm: ["POST", "/v1/payment_intents/{intent}/confirm"],
    incrementAuthorization: ["POST", "/v1/payment_intents/{intent}/increment_authorization"],
  },
  paymentMethods: {
    list: ["GET", "/v1/payment_methods", "list"],
    create: ["POST", "/v1/payment_methods"],
    retrieve: ["GET", "/v1/payment_methods/{payment_method}"],
    update: ["POST", "/v1/payment_methods/{payment_method}"],
    attach: ["POST", "/v1/payment_methods/{payment_method}/attach"],
    detach: ["POST", "/v1/payment_methods/{payment_method}/detach"],
  },
  payouts: {
    list: ["GET", "/v1/payouts", "list"],
    create: ["POST", "/v1/payouts"],
    retrieve: ["GET", "/v1/payouts/{payout}"],
    update: ["POST", "/v1/payouts/{payout}"],
    cancel: ["POST", "/v1/payouts/{payout}/cancel"],
  },
  refunds: {
    list: ["GET", "/v1/refunds", "list"],
    create: ["POST", "/v1/refunds"],
    retrieve: ["GET", "/v1/refunds/{refund}"],
    update: ["POST", "/v1/refunds/{refund}"],
    cancel: ["POST", "/v1/refunds/{refund}/cancel"],
  },
  requestLogs: {
    list: ["GET", "/v1/request_logs", "list"],
    retrieve: ["GET", "/v1/request_logs/{id}"],
  },
  setupAttempts: {
    list: ["GET", "/v1/setup_attempts", "list"],
  },
  setupIntents: {
    list: ["GET", "/v1/setup_intents", "list"],
    create: ["POST", "/v1/setup_intents"],
    retrieve: ["GET", "/v1/setup_intents/{intent}"],
    update: ["POST", "/v1/setup_intents/{intent}"],
    cancel: ["POST", "/v1/setup_intents/{intent}/cancel"],
    confirm: ["POST", "/v1/setup_intents/{intent}/confirm"],
  },
  testHelpers: {
    clock: {
      retrieve: ["GET", "/v1/test_helpers/clock"],
      advance: ["POST", "/v1/test_helpers/clock/advance"],
    },
  },
  webhookAttempts: {
    list: ["GET", "/v1/webhook_attempts", "list"],
    retrieve: ["GET", "/v1/webhook_attempts/{webhook_attempt}"],
  },
  webhookDeliveries: {
    list: ["GET", "/v1/webhook_deliveries", "list"],
    retrieve: ["GET", "/v1/webhook_deliveries/{webhook_delivery}"],
    resend: ["POST", "/v1/webhook_deliveries/{webhook_delivery}/resend"],
  },
  webhookEndpoints: {
    list: ["GET", "/v1/webhook_endpoints", "list"],
    create: ["POST", "/v1/webhook_endpoints"],
    delete: ["DELETE", "/v1/webhook_endpoints/{webhook_endpoint}"],
    retrieve: ["GET", "/v1/webhook_endpoints/{webhook_endpoint}"],
    update: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}"],
    disable: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}/disable"],
    enable: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}/enable"],
    rollSecret: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}/roll_secret"],
    sendTestEvent: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}/send_test_event"],
    test: ["POST", "/v1/webhook_endpoints/{webhook_endpoint}/test"],
  },
  webhookReplays: {
    list: ["GET", "/v1/webhook_replays", "list"],
    create: ["POST", "/v1/webhook_replays"],
    retrieve: ["GET", "/v1/webhook_replays/{webhook_replay}"],
    cancel: ["POST", "/v1/webhook_replays/{webhook_replay}/cancel"],
  },
};
