/**
 * Every operation of the API: `client.paymentIntents.create(…)`.
 *
 * Written by `node tools/generate.js` from contract/openapi.json. Change that, not this.
 */

import type { Answer, Options, PagePromise } from "../index.js";
import type * as o from "./objects.js";
import type * as p from "./params.js";

/** The resources of a client. */
export interface Services {
  readonly account: AccountService;
  readonly apiKeys: ApiKeysService;
  readonly balance: BalanceService;
  readonly balanceTransactions: BalanceTransactionsService;
  readonly charges: ChargesService;
  readonly customers: CustomersService;
  readonly disputes: DisputesService;
  readonly eventTypes: EventTypesService;
  readonly events: EventsService;
  readonly health: HealthService;
  readonly paymentIntents: PaymentIntentsService;
  readonly paymentMethods: PaymentMethodsService;
  readonly payouts: PayoutsService;
  readonly refunds: RefundsService;
  readonly requestLogs: RequestLogsService;
  readonly setupAttempts: SetupAttemptsService;
  readonly setupIntents: SetupIntentsService;
  readonly testHelpers: TestHelpersService;
  readonly webhookAttempts: WebhookAttemptsService;
  readonly webhookDeliveries: WebhookDeliveriesService;
  readonly webhookEndpoints: WebhookEndpointsService;
  readonly webhookReplays: WebhookReplaysService;
}

/** `client.account`. */
export interface AccountService {
  /**
   * Retrieve your account.
   *
   * GET /v1/account
   */
  retrieve(params?: p.AccountRetrieveParams | null, options?: Options): Promise<Answer<o.Account>>;
}

/** `client.apiKeys`. */
export interface ApiKeysService {
  /**
   * List API keys.
   *
   * GET /v1/api_keys
   */
  list(params?: p.ApiKeyListParams | null, options?: Options): PagePromise<o.ApiKey>;
  /**
   * Create an API key.
   *
   * POST /v1/api_keys
   */
  create(params: p.CreateApiKeyParams, options?: Options): Promise<Answer<o.ApiKey>>;
  /**
   * Retrieve an API key.
   *
   * GET /v1/api_keys/{id}
   */
  retrieve(id: string, params?: p.ApiKeyRetrieveParams | null, options?: Options): Promise<Answer<o.ApiKey>>;
  /**
   * Revoke an API key.
   *
   * POST /v1/api_keys/{id}/revoke
   */
  revoke(id: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.ApiKey>>;
  /**
   * Roll an API key.
   *
   * POST /v1/api_keys/{id}/roll
   */
  roll(id: string, params?: p.RollApiKeyParams | null, options?: Options): Promise<Answer<o.ApiKey>>;
}

/** `client.balance`. */
export interface BalanceService {
  /**
   * Retrieve your balance.
   *
   * GET /v1/balance
   */
  retrieve(params?: p.BalanceRetrieveParams | null, options?: Options): Promise<Answer<o.Balance>>;
  /**
   * List balance transactions, newest first (the older address).
   *
   * GET /v1/balance/history
   */
  listHistory(params?: p.BalanceListHistoryParams | null, options?: Options): PagePromise<o.BalanceTransaction>;
  /**
   * Retrieve a balance transaction (the older address).
   *
   * GET /v1/balance/history/{transaction}
   */
  retrieveHistory(transaction: string, params?: p.BalanceRetrieveHistoryParams | null, options?: Options): Promise<Answer<o.BalanceTransaction>>;
}

/** `client.balanceTransactions`. */
export interface BalanceTransactionsService {
  /**
   * List balance transactions, newest first.
   *
   * GET /v1/balance_transactions
   */
  list(params?: p.BalanceTransactionListParams | null, options?: Options): PagePromise<o.BalanceTransaction>;
  /**
   * Retrieve a balance transaction.
   *
   * GET /v1/balance_transactions/{transaction}
   */
  retrieve(transaction: string, params?: p.BalanceTransactionRetrieveParams | null, options?: Options): Promise<Answer<o.BalanceTransaction>>;
}

/** `client.charges`. */
export interface ChargesService {
  /**
   * List charges, newest first.
   *
   * GET /v1/charges
   */
  list(params?: p.ChargeListParams | null, options?: Options): PagePromise<o.Charge>;
  /**
   * Retrieve a charge.
   *
   * GET /v1/charges/{charge}
   */
  retrieve(charge: string, params?: p.ChargeRetrieveParams | null, options?: Options): Promise<Answer<o.Charge>>;
  /**
   * Update a charge's description, metadata and the like.
   *
   * POST /v1/charges/{charge}
   */
  update(charge: string, params?: p.UpdateChargeParams | null, options?: Options): Promise<Answer<o.Charge>>;
  /**
   * Capture a charge.
   *
   * POST /v1/charges/{charge}/capture
   */
  capture(charge: string, params?: p.CaptureChargeParams | null, options?: Options): Promise<Answer<o.Charge>>;
}

/** `client.customers`. */
export interface CustomersService {
  /**
   * List customers.
   *
   * GET /v1/customers
   */
  list(params?: p.CustomerListParams | null, options?: Options): PagePromise<o.Customer>;
  /**
   * Create a customer.
   *
   * POST /v1/customers
   */
  create(params?: p.CreateCustomerParams | null, options?: Options): Promise<Answer<o.Customer>>;
  /**
   * Delete a customer and detach their payment methods.
   *
   * DELETE /v1/customers/{customer}
   */
  delete(customer: string, params?: Record<string, never> | null, options?: Options): Promise<Answer<o.DeletedCustomer>>;
  /**
   * Retrieve a customer.
   *
   * GET /v1/customers/{customer}
   */
  retrieve(customer: string, params?: p.CustomerRetrieveParams | null, options?: Options): Promise<Answer<o.Customer | o.DeletedCustomer>>;
  /**
   * Update a customer.
   *
   * POST /v1/customers/{customer}
   */
  update(customer: string, params?: p.UpdateCustomerParams | null, options?: Options): Promise<Answer<o.Customer>>;
  /**
   * List a customer's payment methods.
   *
   * GET /v1/customers/{customer}/payment_methods
   */
  listPaymentMethods(customer: string, params?: p.CustomerListPaymentMethodsParams | null, options?: Options): PagePromise<o.PaymentMethod>;
  /**
   * Retrieve a customer's payment method.
   *
   * GET /v1/customers/{customer}/payment_methods/{payment_method}
   */
  retrievePaymentMethod(customer: string, paymentMethod: string, params?: p.CustomerRetrievePaymentMethodParams | null, options?: Options): Promise<Answer<o.PaymentMethod>>;
}

/** `client.disputes`. */
export interface DisputesService {
  /**
   * List disputes, newest first.
   *
   * GET /v1/disputes
   */
  list(params?: p.DisputeListParams | null, options?: Options): PagePromise<o.Dispute>;
  /**
   * Retrieve a dispute.
   *
   * GET /v1/disputes/{dispute}
   */
  retrieve(dispute: string, params?: p.DisputeRetrieveParams | null, options?: Options): Promise<Answer<o.Dispute>>;
  /**
   * Answer a dispute with evidence.
   *
   * POST /v1/disputes/{dispute}
   */
  update(dispute: string, params?: p.UpdateDisputeParams | null, options?: Options): Promise<Answer<o.Dispute>>;
  /**
   * Accept a dispute.
   *
   * POST /v1/disputes/{dispute}/close
   */
  close(dispute: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.Dispute>>;
}

/** `client.eventTypes`. */
export interface EventTypesService {
  /**
   * List the types of events.
   *
   * GET /v1/event_types
   */
  list(params?: p.EventTypeListParams | null, options?: Options): PagePromise<o.EventType>;
  /**
   * Retrieve a type of event, with an example.
   *
   * GET /v1/event_types/{event_type}
   */
  retrieve(eventType: string, params?: p.EventTypeRetrieveParams | null, options?: Options): Promise<Answer<o.EventType>>;
}

/** `client.events`. */
export interface EventsService {
  /**
   * List events, newest first.
   *
   * GET /v1/events
   */
  list(params?: p.EventListParams | null, options?: Options): PagePromise<o.Event>;
  /**
   * Retrieve an event.
   *
   * GET /v1/events/{event}
   */
  retrieve(event: string, params?: p.EventRetrieveParams | null, options?: Options): Promise<Answer<o.Event>>;
  /**
   * Send an event again, to one endpoint or to all that it concerns.
   *
   * POST /v1/events/{event}/resend
   */
  resend(event: string, params?: p.ResendEventParams | null, options?: Options): PagePromise<o.WebhookDelivery>;
}

/** `client.health`. */
export interface HealthService {
  /**
   * Liveness; with ready=1 readiness.
   *
   * GET /v1/health
   */
  retrieve(params?: p.HealthRetrieveParams | null, options?: Options): Promise<Answer<o.Health>>;
}

/** `client.paymentIntents`. */
export interface PaymentIntentsService {
  /**
   * List payment intents, newest first.
   *
   * GET /v1/payment_intents
   */
  list(params?: p.PaymentIntentListParams | null, options?: Options): PagePromise<o.PaymentIntent>;
  /**
   * Create a payment intent, and with confirm=true pay it.
   *
   * POST /v1/payment_intents
   */
  create(params: p.CreatePaymentIntentParams, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Retrieve a payment intent.
   *
   * GET /v1/payment_intents/{intent}
   */
  retrieve(intent: string, params?: p.PaymentIntentRetrieveParams | null, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Update a payment intent.
   *
   * POST /v1/payment_intents/{intent}
   */
  update(intent: string, params?: p.UpdatePaymentIntentParams | null, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Cancel a payment intent and release what is held.
   *
   * POST /v1/payment_intents/{intent}/cancel
   */
  cancel(intent: string, params?: p.CancelPaymentIntentParams | null, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Capture what is held, or a part of it.
   *
   * POST /v1/payment_intents/{intent}/capture
   */
  capture(intent: string, params?: p.CapturePaymentIntentParams | null, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Confirm a payment intent: try to be paid.
   *
   * POST /v1/payment_intents/{intent}/confirm
   */
  confirm(intent: string, params?: p.ConfirmPaymentIntentParams | null, options?: Options): Promise<Answer<o.PaymentIntent>>;
  /**
   * Raise what is held.
   *
   * POST /v1/payment_intents/{intent}/increment_authorization
   */
  incrementAuthorization(intent: string, params: p.IncrementAuthorizationParams, options?: Options): Promise<Answer<o.PaymentIntent>>;
}

/** `client.paymentMethods`. */
export interface PaymentMethodsService {
  /**
   * List payment methods.
   *
   * GET /v1/payment_methods
   */
  list(params?: p.PaymentMethodListParams | null, options?: Options): PagePromise<o.PaymentMethod>;
  /**
   * Create a payment method.
   *
   * POST /v1/payment_methods
   */
  create(params: p.CreatePaymentMethodParams, options?: Options): Promise<Answer<o.PaymentMethod>>;
  /**
   * Retrieve a payment method.
   *
   * GET /v1/payment_methods/{payment_method}
   */
  retrieve(paymentMethod: string, params?: p.PaymentMethodRetrieveParams | null, options?: Options): Promise<Answer<o.PaymentMethod>>;
  /**
   * Update a payment method.
   *
   * POST /v1/payment_methods/{payment_method}
   */
  update(paymentMethod: string, params?: p.UpdatePaymentMethodParams | null, options?: Options): Promise<Answer<o.PaymentMethod>>;
  /**
   * Attach a payment method to a customer.
   *
   * POST /v1/payment_methods/{payment_method}/attach
   */
  attach(paymentMethod: string, params: p.AttachPaymentMethodParams, options?: Options): Promise<Answer<o.PaymentMethod>>;
  /**
   * Detach a payment method from its customer.
   *
   * POST /v1/payment_methods/{payment_method}/detach
   */
  detach(paymentMethod: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.PaymentMethod>>;
}

/** `client.payouts`. */
export interface PayoutsService {
  /**
   * List payouts, newest first.
   *
   * GET /v1/payouts
   */
  list(params?: p.PayoutListParams | null, options?: Options): PagePromise<o.Payout>;
  /**
   * Pay out available funds.
   *
   * POST /v1/payouts
   */
  create(params: p.CreatePayoutParams, options?: Options): Promise<Answer<o.Payout>>;
  /**
   * Retrieve a payout.
   *
   * GET /v1/payouts/{payout}
   */
  retrieve(payout: string, params?: p.PayoutRetrieveParams | null, options?: Options): Promise<Answer<o.Payout>>;
  /**
   * Update a payout's metadata.
   *
   * POST /v1/payouts/{payout}
   */
  update(payout: string, params?: p.UpdatePayoutParams | null, options?: Options): Promise<Answer<o.Payout>>;
  /**
   * Cancel a payout that is still pending.
   *
   * POST /v1/payouts/{payout}/cancel
   */
  cancel(payout: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.Payout>>;
}

/** `client.refunds`. */
export interface RefundsService {
  /**
   * List refunds, newest first.
   *
   * GET /v1/refunds
   */
  list(params?: p.RefundListParams | null, options?: Options): PagePromise<o.Refund>;
  /**
   * Refund a charge, whole or in part.
   *
   * POST /v1/refunds
   */
  create(params?: p.CreateRefundParams | null, options?: Options): Promise<Answer<o.Refund>>;
  /**
   * Retrieve a refund.
   *
   * GET /v1/refunds/{refund}
   */
  retrieve(refund: string, params?: p.RefundRetrieveParams | null, options?: Options): Promise<Answer<o.Refund>>;
  /**
   * Update a refund's metadata.
   *
   * POST /v1/refunds/{refund}
   */
  update(refund: string, params?: p.UpdateRefundParams | null, options?: Options): Promise<Answer<o.Refund>>;
  /**
   * Cancel a refund that waits for funds.
   *
   * POST /v1/refunds/{refund}/cancel
   */
  cancel(refund: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.Refund>>;
}

/** `client.requestLogs`. */
export interface RequestLogsService {
  /**
   * List requests.
   *
   * GET /v1/request_logs
   */
  list(params?: p.RequestLogListParams | null, options?: Options): PagePromise<o.RequestLog>;
  /**
   * Retrieve a request.
   *
   * GET /v1/request_logs/{id}
   */
  retrieve(id: string, params?: p.RequestLogRetrieveParams | null, options?: Options): Promise<Answer<o.RequestLog>>;
}

/** `client.setupAttempts`. */
export interface SetupAttemptsService {
  /**
   * List the attempts of a setup intent, newest first.
   *
   * GET /v1/setup_attempts
   */
  list(params: p.SetupAttemptListParams, options?: Options): PagePromise<o.SetupAttempt>;
}

/** `client.setupIntents`. */
export interface SetupIntentsService {
  /**
   * List setup intents, newest first.
   *
   * GET /v1/setup_intents
   */
  list(params?: p.SetupIntentListParams | null, options?: Options): PagePromise<o.SetupIntent>;
  /**
   * Create a setup intent, and with confirm=true save the payment method.
   *
   * POST /v1/setup_intents
   */
  create(params?: p.CreateSetupIntentParams | null, options?: Options): Promise<Answer<o.SetupIntent>>;
  /**
   * Retrieve a setup intent.
   *
   * GET /v1/setup_intents/{intent}
   */
  retrieve(intent: string, params?: p.SetupIntentRetrieveParams | null, options?: Options): Promise<Answer<o.SetupIntent>>;
  /**
   * Update a setup intent.
   *
   * POST /v1/setup_intents/{intent}
   */
  update(intent: string, params?: p.UpdateSetupIntentParams | null, options?: Options): Promise<Answer<o.SetupIntent>>;
  /**
   * Cancel a setup intent.
   *
   * POST /v1/setup_intents/{intent}/cancel
   */
  cancel(intent: string, params?: p.CancelSetupIntentParams | null, options?: Options): Promise<Answer<o.SetupIntent>>;
  /**
   * Confirm a setup intent: try to save the payment method.
   *
   * POST /v1/setup_intents/{intent}/confirm
   */
  confirm(intent: string, params?: p.ConfirmSetupIntentParams | null, options?: Options): Promise<Answer<o.SetupIntent>>;
}

/** `client.testHelpers`. */
export interface TestHelpersService {
  readonly clock: TestHelpersClockService;
}

/** `client.testHelpers.clock`. */
export interface TestHelpersClockService {
  /**
   * Read the test clock.
   *
   * GET /v1/test_helpers/clock
   */
  retrieve(params?: p.TestHelpersClockRetrieveParams | null, options?: Options): Promise<Answer<o.TestClock>>;
  /**
   * Advance the test clock.
   *
   * POST /v1/test_helpers/clock/advance
   */
  advance(params?: p.AdvanceClockParams | null, options?: Options): Promise<Answer<o.TestClock>>;
}

/** `client.webhookAttempts`. */
export interface WebhookAttemptsService {
  /**
   * List attempts to deliver, newest first.
   *
   * GET /v1/webhook_attempts
   */
  list(params?: p.WebhookAttemptListParams | null, options?: Options): PagePromise<o.WebhookAttempt>;
  /**
   * Retrieve an attempt.
   *
   * GET /v1/webhook_attempts/{webhook_attempt}
   */
  retrieve(webhookAttempt: string, params?: p.WebhookAttemptRetrieveParams | null, options?: Options): Promise<Answer<o.WebhookAttempt>>;
}

/** `client.webhookDeliveries`. */
export interface WebhookDeliveriesService {
  /**
   * List deliveries, newest event first.
   *
   * GET /v1/webhook_deliveries
   */
  list(params?: p.WebhookDeliveryListParams | null, options?: Options): PagePromise<o.WebhookDelivery>;
  /**
   * Retrieve a delivery.
   *
   * GET /v1/webhook_deliveries/{webhook_delivery}
   */
  retrieve(webhookDelivery: string, params?: p.WebhookDeliveryRetrieveParams | null, options?: Options): Promise<Answer<o.WebhookDelivery>>;
  /**
   * Send a delivery again, by the full schedule.
   *
   * POST /v1/webhook_deliveries/{webhook_delivery}/resend
   */
  resend(webhookDelivery: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.WebhookDelivery>>;
}

/** `client.webhookEndpoints`. */
export interface WebhookEndpointsService {
  /**
   * List webhook endpoints.
   *
   * GET /v1/webhook_endpoints
   */
  list(params?: p.WebhookEndpointListParams | null, options?: Options): PagePromise<o.WebhookEndpoint>;
  /**
   * Create a webhook endpoint.
   *
   * POST /v1/webhook_endpoints
   */
  create(params: p.CreateWebhookEndpointParams, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Delete a webhook endpoint.
   *
   * DELETE /v1/webhook_endpoints/{webhook_endpoint}
   */
  delete(webhookEndpoint: string, params?: Record<string, never> | null, options?: Options): Promise<Answer<o.DeletedWebhookEndpoint>>;
  /**
   * Retrieve a webhook endpoint.
   *
   * GET /v1/webhook_endpoints/{webhook_endpoint}
   */
  retrieve(webhookEndpoint: string, params?: p.WebhookEndpointRetrieveParams | null, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Update a webhook endpoint.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}
   */
  update(webhookEndpoint: string, params?: p.UpdateWebhookEndpointParams | null, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Disable a webhook endpoint.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}/disable
   */
  disable(webhookEndpoint: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Enable a webhook endpoint.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}/enable
   */
  enable(webhookEndpoint: string, params?: p.EnableWebhookEndpointParams | null, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Roll a webhook endpoint's secret.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}/roll_secret
   */
  rollSecret(webhookEndpoint: string, params?: p.RollSecretParams | null, options?: Options): Promise<Answer<o.WebhookEndpoint>>;
  /**
   * Send a webhook endpoint an event of any type, of which nothing has happened.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}/send_test_event
   */
  sendTestEvent(webhookEndpoint: string, params?: p.SendTestEventParams | null, options?: Options): Promise<Answer<o.Event>>;
  /**
   * Test a webhook endpoint.
   *
   * POST /v1/webhook_endpoints/{webhook_endpoint}/test
   */
  test(webhookEndpoint: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.WebhookEndpointTest>>;
}

/** `client.webhookReplays`. */
export interface WebhookReplaysService {
  /**
   * List replays, newest first.
   *
   * GET /v1/webhook_replays
   */
  list(params?: p.WebhookReplayListParams | null, options?: Options): PagePromise<o.WebhookReplay>;
  /**
   * Send an endpoint again what matches a filter.
   *
   * POST /v1/webhook_replays
   */
  create(params: p.CreateReplayParams, options?: Options): Promise<Answer<o.WebhookReplay | o.WebhookReplayPreview>>;
  /**
   * Retrieve a replay, and how far it got.
   *
   * GET /v1/webhook_replays/{webhook_replay}
   */
  retrieve(webhookReplay: string, params?: p.WebhookReplayRetrieveParams | null, options?: Options): Promise<Answer<o.WebhookReplay>>;
  /**
   * Cancel a replay; what was not tried goes back to where it stood.
   *
   * POST /v1/webhook_replays/{webhook_replay}/cancel
   */
  cancel(webhookReplay: string, params?: p.NothingParams | null, options?: Options): Promise<Answer<o.WebhookReplay>>;
}
