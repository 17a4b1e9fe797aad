/**
 * What each operation may be given.
 *
 * Written by `node tools/generate.js` from contract/openapi.json. Change that, not this.
 */

/** A postal address; on the wire and as a parameter. Given in an update, it replaces the whole address. */
export interface AddressParams {
  city?: string | null;
  /** ISO 3166-1, two letters. */
  country?: string | null;
  line1?: string | null;
  line2?: string | null;
  postal_code?: string | null;
  state?: string | null;
}

/** Where to move the test clock: to a time, or on by some seconds. One of the two. */
export interface AdvanceClockParams {
  advance_to?: number;
  by?: number;
  expand?: string[];
}

/** To whom. */
export interface AttachPaymentMethodParams {
  customer: string;
  expand?: string[];
}

/** Let the platform choose the types. */
export interface AutomaticPaymentMethodsParams {
  enabled: boolean;
  allow_redirects?: "always" | "never";
}

/** A bank account as it is entered. */
export interface BankAccountDataParams {
  account_holder_type: "company" | "individual";
  account_number: string;
  account_type?: "checking" | "savings";
  routing_number: string;
}

/** Who pays, as their bank knows them; on the wire and as a parameter. */
export interface BillingDetailsParams {
  address?: AddressParams | null;
  /** One address, without a display name. */
  email?: string | null;
  name?: string | null;
  phone?: string | null;
}

/** What is given changes, the rest stays. */
export interface BillingUpdateParams {
  address?: AddressParams | null;
  /** One address, without a display name. */
  email?: string | null;
  name?: string | null;
  phone?: string | null;
}

/** Give up, and release what is held. */
export interface CancelPaymentIntentParams {
  cancellation_reason?: "abandoned" | "duplicate" | "fraudulent" | "requested_by_customer";
  expand?: string[];
}

/** Give up. */
export interface CancelSetupIntentParams {
  cancellation_reason?: "abandoned" | "duplicate" | "requested_by_customer";
  expand?: string[];
}

/** Capture by the charge; the same as capturing its intent. */
export interface CaptureChargeParams {
  /** Minor units of the currency, for instance cents. */
  amount?: number;
  receipt_email?: string;
  statement_descriptor?: string;
  expand?: string[];
}

/** Take what is held, or a part of it. */
export interface CapturePaymentIntentParams {
  /** Minor units of the currency, for instance cents. */
  amount_to_capture?: number;
  /** False keeps the rest held for another capture. */
  final_capture?: boolean;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  statement_descriptor?: string;
  statement_descriptor_suffix?: string;
  expand?: string[];
}

/** A card as it is entered, or a test token that stands for one. */
export interface CardDataParams {
  cvc?: string;
  exp_month?: number;
  exp_year?: number;
  number?: string;
  token?: string;
}

/** Options of a card payment. `cvc_token` and the like come with hosted fields; the code itself is never stored. */
export interface CardOptionsParams {
  capture_method?: "" | "manual";
  cvc?: string;
  request_three_d_secure?: "any" | "automatic" | "challenge";
  request_incremental_authorization?: "if_available" | "never";
  request_multicapture?: "if_available" | "never";
  request_overcapture?: "if_available" | "never";
  request_extended_authorization?: "if_available" | "never";
  setup_future_usage?: "off_session" | "on_session" | "" | "none";
}

/** Try to be paid. */
export interface ConfirmPaymentIntentParams {
  capture_method?: "automatic" | "automatic_async" | "manual";
  client_secret?: string;
  error_on_requires_action?: boolean;
  off_session?: boolean | "one_off" | "recurring";
  payment_method?: string;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: MethodOptionsParams;
  payment_method_types?: string[];
  receipt_email?: string | null;
  return_url?: string;
  setup_future_usage?: "off_session" | "on_session" | null;
  shipping?: PaymentsShippingParams | null;
  use_stripe_sdk?: boolean;
  expand?: string[];
}

/** Try to save the payment method. */
export interface ConfirmSetupIntentParams {
  client_secret?: string;
  payment_method?: string;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: SetupMethodOptionsParams;
  return_url?: string;
  use_stripe_sdk?: boolean;
  expand?: string[];
}

/** A new key. Only restricted keys have scopes, and they need at least one. */
export interface CreateApiKeyParams {
  kind?: "publishable" | "restricted" | "secret";
  name: string;
  scopes?: string[];
  expires_at?: number | null;
  expand?: string[];
}

/** A new customer, with a payment method to attach at once if there is one. */
export interface CreateCustomerParams {
  address?: AddressParams | null;
  description?: string | null;
  /** One address, without a display name. */
  email?: string | null;
  invoice_settings?: InvoiceSettingsDataParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  name?: string | null;
  phone?: string | null;
  preferred_locales?: string[];
  shipping?: CustomersShippingParams | null;
  tax_exempt?: "exempt" | "none" | "reverse" | null;
  expand?: string[];
  payment_method?: string;
}

/** A new intent; with `confirm`, the payment as well. */
export interface CreatePaymentIntentParams {
  customer?: string | null;
  description?: string | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payment_method?: string | null;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: MethodOptionsParams;
  payment_method_types?: string[];
  receipt_email?: string | null;
  setup_future_usage?: "off_session" | "on_session" | null;
  shipping?: PaymentsShippingParams | null;
  statement_descriptor?: string | null;
  statement_descriptor_suffix?: string | null;
  transfer_group?: string | null;
  expand?: string[];
  /** Minor units of the currency, for instance cents. */
  amount: number;
  currency: string;
  automatic_payment_methods?: AutomaticPaymentMethodsParams;
  capture_method?: "automatic" | "automatic_async" | "manual";
  confirm?: boolean;
  confirmation_method?: "automatic" | "manual";
  error_on_requires_action?: boolean;
  off_session?: boolean | "one_off" | "recurring";
  return_url?: string;
  use_stripe_sdk?: boolean;
}

/** A new payment method, not attached to anybody. */
export interface CreatePaymentMethodParams {
  allow_redisplay?: "always" | "limited" | "unspecified";
  billing_details?: BillingDetailsParams;
  card?: CardDataParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null>;
  type: "card" | "us_bank_account";
  us_bank_account?: BankAccountDataParams;
  expand?: string[];
}

/** A payout from what is available. `metadata[simulate]` says how it ends: `paid`, or a failure code. */
export interface CreatePayoutParams {
  /** Minor units of the currency, for instance cents. */
  amount: number;
  currency: string;
  description?: string | null;
  /** A bank account of test mode. Unless you say: `ba_test_paid`. Others fail: `ba_test_no_account`. */
  destination?: string;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  method?: "instant" | "standard";
  source_type?: "card";
  statement_descriptor?: string | null;
  expand?: string[];
}

/** Give back a charge, or what is left of it; name the charge, or the intent whose latest charge it is. */
export interface CreateRefundParams {
  /** Minor units of the currency, for instance cents. */
  amount?: number;
  charge?: string;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payment_intent?: string;
  reason?: "duplicate" | "fraudulent" | "requested_by_customer" | null;
  expand?: string[];
}

/** Which deliveries to send again, and how fast. */
export interface CreateReplayParams {
  webhook_endpoint: string;
  /** When the events happened. */
  created?: RangeParams;
  /** Count what matches, and send nothing. */
  dry_run?: boolean;
  /** How many deliveries a second come due, at most. Retries come on top. */
  rate?: number;
  /** Events about this object only, for instance a payment intent's id. */
  related_object?: string;
  /** Where the deliveries stand now; `exhausted` and `held` unless you say. `missing` are events that the endpoint wants by now and that were never to be sent to it; it needs `created`, for what is past its retention counts as missing too. */
  states?: Array<"canceled" | "delivered" | "exhausted" | "held" | "missing">;
  /** Types of events, such as `refund.created`; families, such as `refund.*`. All unless you say. */
  types?: string[];
  expand?: string[];
}

/** A new intent; with `confirm`, the first attempt as well. `usage` says whether the payer will be there later. */
export interface CreateSetupIntentParams {
  customer?: string | null;
  description?: string | null;
  flow_directions?: Array<"inbound" | "outbound"> | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payment_method?: string | null;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: SetupMethodOptionsParams;
  payment_method_types?: string[];
  expand?: string[];
  automatic_payment_methods?: AutomaticPaymentMethodsParams;
  confirm?: boolean;
  return_url?: string;
  usage?: "off_session" | "on_session";
  use_stripe_sdk?: boolean;
}

/** A new endpoint. Its secret is in the reply, and nowhere afterwards. */
export interface CreateWebhookEndpointParams {
  url: string;
  /** Types of events, such as `refund.created`; families, such as `refund.*`; or `*` for all. */
  enabled_events: string[];
  api_version?: "2018-11-08" | "2026-11-22" | null;
  description?: string | null;
  disabled?: boolean;
  /** Up to 20 headers of your own that go with every attempt. Their values are kept encrypted and never shown. An empty value removes its header; `****` leaves its value as it is. */
  headers?: Record<string, string | null> | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payload?: "snapshot" | "thin";
  /** How many attempts a second it gets at most. */
  rate_limit?: number | null;
  /** Seconds for an attempt, from the look-up of its host to the reply. */
  timeout?: number;
  expand?: string[];
}

/** Where a customer wants goods to go; on the wire and as a parameter. */
export interface CustomersShippingParams {
  address: AddressParams;
  name: string;
  phone?: string | null;
}

/** Deliver to it again, from now on or with what was held meanwhile. */
export interface EnableWebhookEndpointParams {
  replay_held?: boolean;
  expand?: string[];
}

/** New evidence; an empty value removes what was there. */
export interface EvidenceChangesParams {
  access_activity_log?: string | null;
  billing_address?: string | null;
  cancellation_policy?: string | null;
  cancellation_policy_disclosure?: string | null;
  cancellation_rebuttal?: string | null;
  customer_communication?: string | null;
  customer_email_address?: string | null;
  customer_name?: string | null;
  customer_purchase_ip?: string | null;
  customer_signature?: string | null;
  duplicate_charge_documentation?: string | null;
  duplicate_charge_explanation?: string | null;
  duplicate_charge_id?: string | null;
  product_description?: string | null;
  receipt?: string | null;
  refund_policy?: string | null;
  refund_policy_disclosure?: string | null;
  refund_refusal_explanation?: string | null;
  service_date?: string | null;
  service_documentation?: string | null;
  shipping_address?: string | null;
  shipping_carrier?: string | null;
  shipping_date?: string | null;
  shipping_documentation?: string | null;
  shipping_tracking_number?: string | null;
  uncategorized_file?: string | null;
  uncategorized_text?: string | null;
}

/** A card that was renewed under the same number. */
export interface ExpiryUpdateParams {
  exp_month?: number;
  exp_year?: number;
}

/** Reports of fraud, ours and the merchant's. */
export interface FraudDetailsParams {
  user_report?: "fraudulent" | "safe" | null;
}

/** Hold more: `amount` is the new total. */
export interface IncrementAuthorizationParams {
  /** Minor units of the currency, for instance cents. */
  amount: number;
  description?: string;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  statement_descriptor?: string;
  expand?: string[];
}

/** The default payment method must belong to the customer; empty removes it. */
export interface InvoiceSettingsDataParams {
  default_payment_method?: string | null;
}

/** Options by type of payment method. */
export interface MethodOptionsParams {
  card?: CardOptionsParams;
}

/** No parameters, but for `expand`. */
export interface NothingParams {
  expand?: string[];
}

/** A new payment method: alone, or inside a payment. `type` says which of the two it comes with. */
export interface PaymentMethodDataParams {
  allow_redisplay?: "always" | "limited" | "unspecified";
  billing_details?: BillingDetailsParams;
  card?: CardDataParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null>;
  type: "card" | "us_bank_account";
  us_bank_account?: BankAccountDataParams;
}

/** Where goods go. */
export interface PaymentsShippingParams {
  address?: AddressParams | null;
  carrier?: string | null;
  name?: string | null;
  phone?: string | null;
  tracking_number?: string | null;
}

/** A range of times, in seconds since 1970 UTC. */
export interface RangeParams {
  gt?: number;
  gte?: number;
  lt?: number;
  lte?: number;
}

/** To whom an event is sent once more. */
export interface ResendEventParams {
  /** Unless you say: every endpoint that was to hear of the event, or wants its type by now. */
  webhook_endpoint?: string;
  expand?: string[];
}

/** A successor with the same kind, name and scopes. Both are good for `overlap_seconds`, a day unless you say. */
export interface RollApiKeyParams {
  overlap_seconds?: number;
  expires_at?: number | null;
  expand?: string[];
}

/** A new secret. Those before it sign along for `expires_in` seconds more, a day unless you say. */
export interface RollSecretParams {
  expires_in?: number;
  expand?: string[];
}

/** Which event an endpoint is sent as a test. In live mode there is only `webhook_endpoint.test`. */
export interface SendTestEventParams {
  /** Any type of event. */
  type?: string;
  expand?: string[];
}

/** Options of saving a card. The security code is never stored. */
export interface SetupCardOptionsParams {
  cvc?: string;
  request_three_d_secure?: "any" | "automatic" | "challenge";
}

/** Options by type of payment method. */
export interface SetupMethodOptionsParams {
  card?: SetupCardOptionsParams;
}

/** What may still be said about a charge. */
export interface UpdateChargeParams {
  customer?: string;
  description?: string | null;
  fraud_details?: FraudDetailsParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  receipt_email?: string | null;
  shipping?: PaymentsShippingParams | null;
  transfer_group?: string | null;
  expand?: string[];
}

/** What is given changes, the rest stays. An empty value removes what was there. */
export interface UpdateCustomerParams {
  address?: AddressParams | null;
  description?: string | null;
  /** One address, without a display name. */
  email?: string | null;
  invoice_settings?: InvoiceSettingsDataParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  name?: string | null;
  phone?: string | null;
  preferred_locales?: string[];
  shipping?: CustomersShippingParams | null;
  tax_exempt?: "exempt" | "none" | "reverse" | null;
  expand?: string[];
}

/** Answer a dispute. Evidence is submitted at once unless `submit` is false, and only once. */
export interface UpdateDisputeParams {
  evidence?: EvidenceChangesParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  /** False keeps the evidence for a later submission. */
  submit?: boolean;
  expand?: string[];
}

/** Changes before the money moves; description, metadata and the like at any time. */
export interface UpdatePaymentIntentParams {
  customer?: string | null;
  description?: string | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payment_method?: string | null;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: MethodOptionsParams;
  payment_method_types?: string[];
  receipt_email?: string | null;
  setup_future_usage?: "off_session" | "on_session" | null;
  shipping?: PaymentsShippingParams | null;
  statement_descriptor?: string | null;
  statement_descriptor_suffix?: string | null;
  transfer_group?: string | null;
  expand?: string[];
  /** Minor units of the currency, for instance cents. */
  amount?: number;
  capture_method?: "automatic" | "automatic_async" | "manual";
  currency?: string;
}

/** What is given changes, the rest stays. The number never changes: that is a new payment method. */
export interface UpdatePaymentMethodParams {
  allow_redisplay?: "always" | "limited" | "unspecified";
  billing_details?: BillingUpdateParams;
  card?: ExpiryUpdateParams;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  expand?: string[];
}

/** What may still be said about a payout. */
export interface UpdatePayoutParams {
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  expand?: string[];
}

/** What may still be said about a refund. */
export interface UpdateRefundParams {
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  expand?: string[];
}

/** Changes before the payment method is saved; description and metadata at any time. */
export interface UpdateSetupIntentParams {
  customer?: string | null;
  description?: string | null;
  flow_directions?: Array<"inbound" | "outbound"> | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payment_method?: string | null;
  payment_method_data?: PaymentMethodDataParams;
  payment_method_options?: SetupMethodOptionsParams;
  payment_method_types?: string[];
  expand?: string[];
}

/** What is given changes, the rest stays. An empty value removes what was there. */
export interface UpdateWebhookEndpointParams {
  url?: string;
  /** Types of events, such as `refund.created`; families, such as `refund.*`; or `*` for all. */
  enabled_events?: string[];
  api_version?: "2018-11-08" | "2026-11-22" | null;
  description?: string | null;
  disabled?: boolean;
  /** Up to 20 headers of your own that go with every attempt. Their values are kept encrypted and never shown. An empty value removes its header; `****` leaves its value as it is. */
  headers?: Record<string, string | null> | null;
  /** Up to 50 pairs of your own; keys up to 40 characters, values up to 500. An empty value removes its key. */
  metadata?: Record<string, string | null> | null;
  payload?: "snapshot" | "thin";
  /** How many attempts a second it gets at most. */
  rate_limit?: number | null;
  /** Seconds for an attempt, from the look-up of its host to the reply. */
  timeout?: number;
  expand?: string[];
}

/** Retrieve your account: what may be asked. */
export interface AccountRetrieveParams {
  expand?: string[];
}

/** List API keys: what may be asked. */
export interface ApiKeyListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  kind?: "publishable" | "restricted" | "secret";
}

/** Retrieve an API key: what may be asked. */
export interface ApiKeyRetrieveParams {
  expand?: string[];
}

/** Retrieve your balance: what may be asked. */
export interface BalanceRetrieveParams {
  expand?: string[];
}

/** List balance transactions, newest first (the older address): what may be asked. */
export interface BalanceListHistoryParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  currency?: string;
  payout?: string;
  source?: string;
  type?: string;
}

/** Retrieve a balance transaction (the older address): what may be asked. */
export interface BalanceRetrieveHistoryParams {
  expand?: string[];
}

/** List balance transactions, newest first: what may be asked. */
export interface BalanceTransactionListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  currency?: string;
  payout?: string;
  source?: string;
  type?: string;
}

/** Retrieve a balance transaction: what may be asked. */
export interface BalanceTransactionRetrieveParams {
  expand?: string[];
}

/** List charges, newest first: what may be asked. */
export interface ChargeListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  customer?: string;
  payment_intent?: string;
}

/** Retrieve a charge: what may be asked. */
export interface ChargeRetrieveParams {
  expand?: string[];
}

/** List customers: what may be asked. */
export interface CustomerListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  /** One address, without a display name. */
  email?: string;
}

/** Retrieve a customer: what may be asked. */
export interface CustomerRetrieveParams {
  expand?: string[];
}

/** List a customer's payment methods: what may be asked. */
export interface CustomerListPaymentMethodsParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  type?: "card" | "us_bank_account";
}

/** Retrieve a customer's payment method: what may be asked. */
export interface CustomerRetrievePaymentMethodParams {
  expand?: string[];
}

/** List disputes, newest first: what may be asked. */
export interface DisputeListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  charge?: string;
  payment_intent?: string;
}

/** Retrieve a dispute: what may be asked. */
export interface DisputeRetrieveParams {
  expand?: string[];
}

/** List the types of events: what may be asked. */
export interface EventTypeListParams {
  expand?: string[];
}

/** Retrieve a type of event, with an example: what may be asked. */
export interface EventTypeRetrieveParams {
  expand?: string[];
}

/** List events, newest first: what may be asked. */
export interface EventListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  /** Such as `refund.created`, or `refund.*` for all of a family. */
  type?: string;
  /** Several of them, in place of `type`. */
  types?: string[];
  /** Events about this object only, for instance a payment intent's id. */
  related_object?: string;
}

/** Retrieve an event: what may be asked. */
export interface EventRetrieveParams {
  expand?: string[];
}

/** Liveness; with ready=1 readiness: what may be asked. */
export interface HealthRetrieveParams {
  /** 1: also ask the database; 503 if it does not answer or takes no writes, with the `reason`. */
  ready?: boolean | 0 | 1;
}

/** List payment intents, newest first: what may be asked. */
export interface PaymentIntentListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  customer?: string;
}

/** Retrieve a payment intent: what may be asked. */
export interface PaymentIntentRetrieveParams {
  client_secret?: string;
  expand?: string[];
}

/** List payment methods: what may be asked. */
export interface PaymentMethodListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  customer?: string;
  type?: "card" | "us_bank_account";
}

/** Retrieve a payment method: what may be asked. */
export interface PaymentMethodRetrieveParams {
  expand?: string[];
}

/** List payouts, newest first: what may be asked. */
export interface PayoutListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  status?: "canceled" | "failed" | "in_transit" | "paid" | "pending";
}

/** Retrieve a payout: what may be asked. */
export interface PayoutRetrieveParams {
  expand?: string[];
}

/** List refunds, newest first: what may be asked. */
export interface RefundListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  charge?: string;
  payment_intent?: string;
}

/** Retrieve a refund: what may be asked. */
export interface RefundRetrieveParams {
  expand?: string[];
}

/** List requests: what may be asked. */
export interface RequestLogListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  error_code?: string;
  object_id?: string;
}

/** Retrieve a request: what may be asked. */
export interface RequestLogRetrieveParams {
  expand?: string[];
}

/** List the attempts of a setup intent, newest first: what may be asked. */
export interface SetupAttemptListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  setup_intent: string;
}

/** List setup intents, newest first: what may be asked. */
export interface SetupIntentListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  customer?: string;
  payment_method?: string;
}

/** Retrieve a setup intent: what may be asked. */
export interface SetupIntentRetrieveParams {
  client_secret?: string;
  expand?: string[];
}

/** Read the test clock: what may be asked. */
export interface TestHelpersClockRetrieveParams {
  expand?: string[];
}

/** List attempts to deliver, newest first: what may be asked. */
export interface WebhookAttemptListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  delivery?: string;
  error?: "webhook_blocked_address" | "webhook_connection_error" | "webhook_dns_error" | "webhook_http_error" | "webhook_protocol_error" | "webhook_redirect_refused" | "webhook_timeout" | "webhook_tls_error";
  event?: string;
  /** Attempts to tell of this object, for instance a payment intent's id. */
  related_object?: string;
  status?: "failed" | "succeeded";
  webhook_endpoint?: string;
}

/** Retrieve an attempt: what may be asked. */
export interface WebhookAttemptRetrieveParams {
  expand?: string[];
}

/** List deliveries, newest event first: what may be asked. */
export interface WebhookDeliveryListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  event?: string;
  status?: "canceled" | "delivered" | "exhausted" | "held" | "pending";
  webhook_endpoint?: string;
}

/** Retrieve a delivery: what may be asked. */
export interface WebhookDeliveryRetrieveParams {
  expand?: string[];
}

/** List webhook endpoints: what may be asked. */
export interface WebhookEndpointListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
}

/** Retrieve a webhook endpoint: what may be asked. */
export interface WebhookEndpointRetrieveParams {
  expand?: string[];
}

/** List replays, newest first: what may be asked. */
export interface WebhookReplayListParams {
  limit?: number;
  starting_after?: string;
  ending_before?: string;
  created?: RangeParams | number;
  expand?: string[];
  webhook_endpoint?: string;
}

/** Retrieve a replay, and how far it got: what may be asked. */
export interface WebhookReplayRetrieveParams {
  expand?: string[];
}
