/**
 * What the API answers with: decoded JSON.
 *
 * Written by `node tools/generate.js` from contract/openapi.json. Change that, not this.
 */

/** A merchant. `charges_enabled` is about the mode of the key that asks; live mode has no `test_clock`. */
export interface Account {
  id: string;
  object: "account";
  business_profile: BusinessProfile;
  charges_enabled: boolean;
  country: string;
  created: number;
  default_currency: string;
  details_submitted: boolean;
  email: string | null;
  metadata: Record<string, string>;
  payouts_enabled: boolean;
  settings: AccountSettings;
  test_clock: TestClock | null;
  type: "standard";
}

/** Settings by area. */
export interface AccountSettings {
  dashboard: DashboardSettings;
  payments: PaymentsSettings;
}

/** A postal address; on the wire and as a parameter. Given in an update, it replaces the whole address. */
export interface Address {
  city: string | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

/** A key, without what makes it one: `secret` is there only in the reply that made it, and never again. */
export interface ApiKey {
  id: string;
  object: "api_key";
  created: number;
  expires_at: number | null;
  kind: "publishable" | "restricted" | "secret";
  last4: string;
  last_used_at: number | null;
  livemode: boolean;
  name: string;
  prefix: string;
  revoked_at: number | null;
  scopes: string[];
  status: "active" | "expired" | "revoked";
  secret?: string;
}

/** Over what it went. */
export interface AttemptConnection {
  /** The address that was dialed. */
  address: string | null;
  /** Over a connection that was open already. */
  reused: boolean;
  tls_version: string | null;
  /** The first connection broke at once and was dialed again. */
  redialed: boolean;
}

/** Why an attempt failed, and who can put it right. */
export interface AttemptError {
  code: "webhook_blocked_address" | "webhook_connection_error" | "webhook_dns_error" | "webhook_http_error" | "webhook_protocol_error" | "webhook_redirect_refused" | "webhook_timeout" | "webhook_tls_error";
  /** How far the attempt came. */
  phase: "body" | "connect" | "dns" | "headers" | "tls" | null;
  /** What happened. */
  message: string;
  /** Who can put it right. */
  side: string;
  /** What is the likely reason. */
  cause: string;
  /** What to do, step by step. */
  fix: string[];
  doc_url: string;
}

/** What was sent. The body is the event's; the values of the endpoint's own headers are not shown. */
export interface AttemptRequest {
  url: string;
  headers: Record<string, string>;
  body_bytes: number;
}

/** What came back: the headers that help to find a fault, and the first 16 KiB of the body as text. */
export interface AttemptResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Whether the body went on. */
  truncated: boolean;
}

/** How long each phase took. Null: it was not needed, or not reached. */
export interface AttemptTiming {
  /** Microseconds. */
  dns_us: number | null;
  /** Microseconds. */
  connect_us: number | null;
  /** Microseconds. */
  tls_us: number | null;
  /** Microseconds from the request on an open connection to the first byte. */
  first_byte_us: number | null;
  /** Microseconds. */
  total_us: number;
}

/** Let the platform choose the types. */
export interface AutomaticPaymentMethods {
  enabled: boolean;
  allow_redirects: "always" | "never";
}

/** What the merchant has, by currency. These are the ledger's own accounts, not a copy. */
export interface Balance {
  available: Funds[];
  pending: Funds[];
  /** What the merchant owes: debits that the balance did not cover. */
  debt: Funds[];
  livemode: boolean;
  object: "balance";
}

/** A movement of the merchant's balance: net = amount - fee, in minor units. */
export interface BalanceTransaction {
  id: string;
  object: "balance_transaction";
  amount: number;
  available_on: number;
  created: number;
  currency: string;
  description: string | null;
  fee: number;
  fee_details: FeeDetail[];
  net: number;
  reporting_category: string;
  /** Can be expanded: `source`. */
  source: string | Record<string, unknown>;
  status: "available" | "pending";
  type: string;
  exchange_rate: null;
}

/** Networks that the account can be debited through. */
export interface BankNetworks {
  preferred: string | null;
  supported: string[];
}

/** Who pays, as their bank knows them; on the wire and as a parameter. */
export interface BillingDetails {
  address: Address | null;
  /** One address, without a display name. */
  email: string | null;
  name: string | null;
  phone: string | null;
}

/** How payers know the merchant. */
export interface BusinessProfile {
  name: string | null;
}

/** A card, without what it takes to pay with it. */
export interface Card {
  brand: "amex" | "diners" | "discover" | "jcb" | "mastercard" | "unionpay" | "unknown" | "visa";
  checks: Checks;
  country: string | null;
  display_brand: "american_express" | "diners_club" | "discover" | "jcb" | "mastercard" | "other" | "union_pay" | "visa";
  exp_month: number;
  exp_year: number;
  fingerprint: string | null;
  funding: "credit" | "debit" | "prepaid" | "unknown";
  generated_from: null;
  last4: string;
  networks: CardNetworks;
  three_d_secure_usage: ThreeDSecureUsage;
  wallet: null;
}

/** How the payer's bank finds the refund: the reference that it can be asked about. */
export interface CardDestination {
  reference: string | null;
  reference_status: "available" | "pending" | "unavailable";
  reference_type: "acquirer_reference_number";
  type: "pending" | "refund";
}

/** Networks that the card can be charged through. */
export interface CardNetworks {
  available: string[];
  preferred: string | null;
}

/** One attempt to be paid, and the money it moved. */
export interface Charge {
  id: string;
  object: "charge";
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  /** Can be expanded: `balance_transaction`. */
  balance_transaction: string | BalanceTransaction | null;
  billing_details: BillingDetails;
  calculated_statement_descriptor: string | null;
  captured: boolean;
  created: number;
  currency: string;
  /** Can be expanded: `customer`. */
  customer: string | Customer | DeletedCustomer | null;
  description: string | null;
  /** Can be expanded: `dispute`. */
  dispute: string | Dispute | null;
  disputed: boolean;
  failure_code: string | null;
  failure_message: string | null;
  fraud_details: FraudDetails;
  livemode: boolean;
  metadata: Record<string, string>;
  outcome: ChargeOutcome | null;
  paid: boolean;
  /** Can be expanded: `payment_intent`. */
  payment_intent: string | PaymentIntent;
  /** Can be expanded: `payment_method`. */
  payment_method: string | PaymentMethod | null;
  payment_method_details: Record<string, unknown> | null;
  receipt_email: string | null;
  refunded: boolean;
  shipping: PaymentsShipping | null;
  statement_descriptor: string | null;
  statement_descriptor_suffix: string | null;
  status: "failed" | "pending" | "succeeded";
  transfer_group: string | null;
  application: null;
  failure_balance_transaction: null;
  invoice: null;
  receipt_number: null;
  receipt_url: null;
  review: null;
  source: null;
}

/** What the network, or our own rules, said. */
export interface ChargeOutcome {
  network_status: "approved_by_network" | "declined_by_network" | "not_sent_to_network" | "reversed_after_approval";
  reason: string | null;
  risk_level: string;
  risk_score: number;
  seller_message: string;
  type: "authorized" | "blocked" | "invalid" | "issuer_declined" | "manual_review";
  advice_code: string | null;
  network_advice_code: string | null;
  network_decline_code: string | null;
}

/** What the bank said to what was entered with the number; null for what was not entered. */
export interface Checks {
  address_line1_check: "fail" | "pass" | "unavailable" | "unchecked" | null;
  address_postal_code_check: "fail" | "pass" | "unavailable" | "unchecked" | null;
  cvc_check: "fail" | "pass" | "unavailable" | "unchecked" | null;
}

/** Somebody who pays, perhaps more than once. */
export interface Customer {
  id: string;
  object: "customer";
  address: Address | null;
  balance: number;
  created: number;
  currency: null;
  default_source: null;
  delinquent: boolean;
  description: string | null;
  discount: null;
  email: string | null;
  invoice_prefix: null;
  invoice_settings: InvoiceSettings;
  livemode: boolean;
  metadata: Record<string, string>;
  name: string | null;
  phone: string | null;
  preferred_locales: string[];
  shipping: CustomersShipping | null;
  tax_exempt: "exempt" | "none" | "reverse";
  test_clock: null;
}

/** Where a customer wants goods to go; on the wire and as a parameter. */
export interface CustomersShipping {
  address: Address;
  name: string;
  phone: string | null;
}

/** How the account is shown. */
export interface DashboardSettings {
  display_name: string | null;
  timezone: string;
}

/** What is left of a customer: enough to tell that there was one. */
export interface DeletedCustomer {
  id: string;
  object: "customer";
  deleted: true;
}

/** What is left of an endpoint. */
export interface DeletedWebhookEndpoint {
  id: string;
  object: "webhook_endpoint";
  deleted: true;
}

/** Why the last attempt that failed did so; the attempt itself says more. */
export interface DeliveryError {
  code: "webhook_blocked_address" | "webhook_connection_error" | "webhook_dns_error" | "webhook_http_error" | "webhook_protocol_error" | "webhook_redirect_refused" | "webhook_timeout" | "webhook_tls_error";
  side: string;
  fix: string[];
}

/** Where the money went. */
export interface DestinationDetails {
  card: CardDestination;
  type: "card";
}

/** A payer asks their bank for the money back. `amount` is in minor units of `currency`. */
export interface Dispute {
  id: string;
  amount: number;
  balance_transactions: BalanceTransaction[];
  /** Can be expanded: `charge`. */
  charge: string | Charge;
  created: number;
  currency: string;
  evidence: Evidence;
  evidence_details: EvidenceDetails;
  is_charge_refundable: boolean;
  livemode: boolean;
  metadata: Record<string, string>;
  /** Can be expanded: `payment_intent`. */
  payment_intent: string | PaymentIntent;
  payment_method_details: DisputedMethod;
  reason: string;
  status: "lost" | "needs_response" | "under_review" | "warning_closed" | "warning_needs_response" | "warning_under_review" | "won";
  object: "dispute";
  enhanced_eligibility_types: unknown[];
  network_reason_code: null;
}

/** The card whose owner disputes. */
export interface DisputedCard {
  brand: string;
  case_type: "chargeback" | "inquiry";
  network_reason_code: string | null;
}

/** What was paid with. */
export interface DisputedMethod {
  card: DisputedCard;
  type: "card";
}

/** One thing that a test has looked at. */
export interface EndpointCheck {
  id: "duplicate" | "reachable" | "redirect" | "signature_accepted" | "signature_refused" | "time" | "tls";
  status: "fail" | "pass" | "skipped" | "warn";
  /** What was seen. */
  detail: string;
  /** What to do about it. */
  fix: string | null;
  /** How long the attempt took; null when there was none. */
  timing_ms: number | null;
}

/** How an endpoint fares at this moment. */
export interface EndpointHealth {
  /** Unreachable: so much failed in a row that it is left alone until `retry_at`. */
  state: "disabled" | "failing" | "healthy" | "unreachable";
  /** When it began to accept nothing. */
  failing_since: number | null;
  /** When it is disabled if it still accepts nothing. */
  will_be_disabled_at: number | null;
  /** When it is tried again. */
  retry_at: number | null;
  /** Deliveries that wait to be sent. 1000 stands for that many or more. */
  pending: number;
  /** Deliveries held while it was disabled. 1000 stands for that many or more. */
  held: number;
}

/** A signing secret without what makes it one. Secrets live by the wall clock, whatever the test clock says. */
export interface EndpointSecret {
  id: string;
  created: number;
  /** When it signs nothing any more; null for the newest. */
  expires_at: number | null;
  last4: string;
}

/** Something happened to an object. */
export interface Event {
  id: string;
  object: "event";
  account: string;
  api_version: string;
  created: number;
  data: EventData;
  livemode: boolean;
  pending_webhooks: number;
  request: EventRequest;
  /** Counts the events about this object from 1, without a gap. */
  sequence: number;
  type: string;
}

/** The object as it was right after the event, and the old values of what an update changed. */
export interface EventData {
  object: Record<string, unknown>;
  previous_attributes?: Record<string, unknown> | null;
}

/** The call that caused it; both null when time did. */
export interface EventRequest {
  id: string | null;
  idempotency_key: string | null;
}

/** A type of event. */
export interface EventType {
  /** What `type` says in such an event, and what a filter may name. */
  id: string;
  object: "event_type";
  /** When it happens. */
  description: string;
  /** Such an event, of objects that do not exist. Only when one type is retrieved. */
  example?: Event;
  /** What lets it through to an endpoint, widest first. */
  filters: string[];
  /** Whether it shows the old values of what changed. */
  previous_attributes: "always" | "never" | "sometimes";
  /** What `data.object.object` says. */
  related_type: string;
}

/** What the merchant says for themselves. */
export interface Evidence {
  access_activity_log: string | null;
  billing_address: string | null;
  cancellation_policy: string | null;
  cancellation_policy_disclosure: string | null;
  cancellation_rebuttal: string | null;
  customer_communication: string | null;
  customer_email_address: string | null;
  customer_name: string | null;
  customer_purchase_ip: string | null;
  customer_signature: string | null;
  duplicate_charge_documentation: string | null;
  duplicate_charge_explanation: string | null;
  duplicate_charge_id: string | null;
  product_description: string | null;
  receipt: string | null;
  refund_policy: string | null;
  refund_policy_disclosure: string | null;
  refund_refusal_explanation: string | null;
  service_date: string | null;
  service_documentation: string | null;
  shipping_address: string | null;
  shipping_carrier: string | null;
  shipping_date: string | null;
  shipping_documentation: string | null;
  shipping_tracking_number: string | null;
  uncategorized_file: string | null;
  uncategorized_text: string | null;
}

/** How far the evidence has got. Times are in seconds. */
export interface EvidenceDetails {
  due_by: number;
  has_evidence: boolean;
  past_due: boolean;
  submission_count: number;
}

/** One part of a fee. */
export interface FeeDetail {
  amount: number;
  currency: string;
  description: string;
  type: "finsecure_fee";
  application: string | null;
}

/** Reports of fraud, ours and the merchant's. */
export interface FraudDetails {
  user_report?: "fraudulent" | "safe" | null;
}

/** An amount of one currency. */
export interface Funds {
  amount: number;
  currency: string;
  source_types: Record<string, number>;
}

/** `ok`: the process answers. `ready`: the database does as well, and takes writes. */
export interface Health {
  status: "ok" | "ready";
  version: string;
  /** How late the oldest due work is; 0 when none waits. */
  work_late_seconds: number | null;
  object: "health";
}

/** How a customer pays unless told otherwise. */
export interface InvoiceSettings {
  custom_fields: null;
  /** Can be expanded: `default_payment_method`. */
  default_payment_method: string | PaymentMethod | null;
  footer: null;
  rendering_options: null;
}

/** Why the last confirmation failed. */
export interface LastPaymentError {
  type: string;
  code: string;
  message: string;
  doc_url: string;
  decline_code?: string | null;
  advice_code?: string | null;
  network_decline_code?: string | null;
  network_advice_code?: string | null;
  charge?: string | null;
  payment_method?: Record<string, unknown> | null;
}

/** What must happen before the payment can go on. */
export interface NextAction {
  redirect_to_url: RedirectToUrl;
  type: "redirect_to_url";
}

/** One intention to be paid, through however many attempts it takes. */
export interface PaymentIntent {
  id: string;
  object: "payment_intent";
  amount: number;
  amount_capturable: number;
  amount_received: number;
  automatic_payment_methods: AutomaticPaymentMethods | null;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: "automatic" | "automatic_async" | "manual";
  client_secret: string;
  confirmation_method: "automatic" | "manual";
  created: number;
  currency: string;
  /** Can be expanded: `customer`. */
  customer: string | Customer | DeletedCustomer | null;
  description: string | null;
  last_payment_error: LastPaymentError | null;
  /** Can be expanded: `latest_charge`. */
  latest_charge: string | Charge | null;
  livemode: boolean;
  metadata: Record<string, string>;
  next_action: NextAction | null;
  /** Can be expanded: `payment_method`. */
  payment_method: string | PaymentMethod | null;
  payment_method_options: Record<string, unknown>;
  payment_method_types: string[];
  receipt_email: string | null;
  setup_future_usage: "off_session" | "on_session" | null;
  shipping: PaymentsShipping | null;
  statement_descriptor: string | null;
  statement_descriptor_suffix: string | null;
  status: "canceled" | "processing" | "requires_action" | "requires_capture" | "requires_confirmation" | "requires_payment_method" | "succeeded";
  transfer_group: string | null;
  application: null;
  invoice: null;
  on_behalf_of: null;
  processing: null;
  review: null;
}

/** Something to pay with. */
export interface PaymentMethod {
  id: string;
  object: "payment_method";
  allow_redisplay: "always" | "limited" | "unspecified";
  billing_details: BillingDetails;
  card: Card | null;
  created: number;
  /** Can be expanded: `customer`. */
  customer: string | Customer | DeletedCustomer | null;
  livemode: boolean;
  metadata: Record<string, string>;
  type: "card" | "us_bank_account";
  us_bank_account: UsBankAccount | null;
}

/** What payers read on their statements unless a payment says otherwise. */
export interface PaymentsSettings {
  statement_descriptor: string | null;
}

/** Where goods go. */
export interface PaymentsShipping {
  address: Address | null;
  carrier: string | null;
  name: string | null;
  phone: string | null;
  tracking_number: string | null;
}

/** Money on its way from the available balance to the merchant's bank. */
export interface Payout {
  id: string;
  object: "payout";
  amount: number;
  arrival_date: number;
  /** Can be expanded: `balance_transaction`. */
  balance_transaction: string | BalanceTransaction;
  created: number;
  currency: string;
  description: string | null;
  destination: string;
  /** Can be expanded: `failure_balance_transaction`. */
  failure_balance_transaction: string | BalanceTransaction | null;
  failure_code: string | null;
  failure_message: string | null;
  livemode: boolean;
  metadata: Record<string, string>;
  method: "instant" | "standard";
  statement_descriptor: string | null;
  status: "canceled" | "failed" | "in_transit" | "paid" | "pending";
  application_fee: null;
  application_fee_amount: null;
  automatic: boolean;
  original_payout: null;
  reconciliation_status: "not_applicable";
  reversed_by: null;
  source_type: "card";
  trace_id: null;
  type: "bank_account";
}

/** The page on which the payer authenticates. */
export interface RedirectToUrl {
  url: string;
  return_url: string | null;
}

/** Money on its way back to the payer. `amount` is in minor units of `currency`. */
export interface Refund {
  id: string;
  amount: number;
  /** Can be expanded: `balance_transaction`. */
  balance_transaction: string | BalanceTransaction | null;
  /** Can be expanded: `charge`. */
  charge: string | Charge;
  created: number;
  currency: string;
  destination_details: DestinationDetails;
  /** Can be expanded: `failure_balance_transaction`. */
  failure_balance_transaction: string | BalanceTransaction | null;
  failure_reason: string | null;
  metadata: Record<string, string>;
  /** Can be expanded: `payment_intent`. */
  payment_intent: string | PaymentIntent;
  pending_reason: "insufficient_funds" | "processing" | null;
  reason: "duplicate" | "fraudulent" | "requested_by_customer" | null;
  status: "canceled" | "failed" | "pending" | "succeeded";
  object: "refund";
  receipt_number: null;
  source_transfer_reversal: null;
  transfer_reversal: null;
}

/** Which deliveries are sent again. */
export interface ReplayFilter {
  created: ReplayedTime;
  related_object: string | null;
  states: Array<"canceled" | "delivered" | "exhausted" | "held" | "missing">;
  /** Empty: of all types. */
  types: string[];
}

/** How far it got. What the endpoint was sent again since, by a resend or another replay, is only in `scheduled`. */
export interface ReplayProgress {
  /** How many matched as it began. */
  total: number;
  /** Whether counting them was given up at that number. */
  total_is_at_least: boolean;
  /** How many it has given a time to be sent. */
  scheduled: number;
  /** How many of those are to be tried, once more or for the first time. */
  pending: number;
  /** How many of the pending ones are to be tried for the first time. */
  untried: number;
  delivered: number;
  exhausted: number;
  held: number;
  canceled: number;
}

/** From when (inclusive) to when (exclusive) the events happened. Null: no bound. */
export interface ReplayedTime {
  gte: number | null;
  lt: number | null;
}

/** One request and what became of it. Card data is never in it; what else is secret reads `[redacted]`. */
export interface RequestLog {
  id: string;
  object: "request_log";
  api_key: string | null;
  api_version: string;
  created: number;
  /** Microseconds from the arrival of the request to its reply. */
  duration_us: number;
  error_code: string | null;
  idempotency_key: string | null;
  ip: string;
  livemode: boolean;
  method: string;
  object_id: string | null;
  path: string;
  request: Record<string, unknown>;
  response: Record<string, unknown> | null;
  status: number;
  user_agent: string;
}

/** One confirmation of a setup intent. */
export interface SetupAttempt {
  id: string;
  object: "setup_attempt";
  created: number;
  /** Can be expanded: `customer`. */
  customer: string | Customer | DeletedCustomer | null;
  flow_directions: Array<"inbound" | "outbound"> | null;
  livemode: boolean;
  /** Can be expanded: `payment_method`. */
  payment_method: string | PaymentMethod;
  payment_method_details: Record<string, unknown>;
  setup_error: LastPaymentError | null;
  /** Can be expanded: `setup_intent`. */
  setup_intent: string | SetupIntent;
  status: "abandoned" | "failed" | "processing" | "requires_action" | "succeeded";
  usage: "off_session" | "on_session";
  application: null;
  attach_to_self: null;
  on_behalf_of: null;
}

/** One intention to save a payment method for later, through however many attempts it takes. */
export interface SetupIntent {
  id: string;
  object: "setup_intent";
  automatic_payment_methods: AutomaticPaymentMethods | null;
  cancellation_reason: string | null;
  client_secret: string;
  created: number;
  /** Can be expanded: `customer`. */
  customer: string | Customer | DeletedCustomer | null;
  description: string | null;
  flow_directions: Array<"inbound" | "outbound"> | null;
  last_setup_error: LastPaymentError | null;
  /** Can be expanded: `latest_attempt`. */
  latest_attempt: string | SetupAttempt | null;
  livemode: boolean;
  metadata: Record<string, string>;
  next_action: NextAction | null;
  /** Can be expanded: `payment_method`. */
  payment_method: string | PaymentMethod | null;
  payment_method_options: Record<string, unknown>;
  payment_method_types: string[];
  status: "canceled" | "processing" | "requires_action" | "requires_confirmation" | "requires_payment_method" | "succeeded";
  usage: "off_session" | "on_session";
  application: null;
  mandate: null;
  on_behalf_of: null;
  single_use_mandate: null;
}

/** The time in test mode of this account. It runs on by itself, ahead of the wall clock by `offset` seconds. */
export interface TestClock {
  object: "test_clock";
  livemode: boolean;
  now: number;
  offset: number;
  moved_at: number | null;
}

/** Whether the card can be authenticated. */
export interface ThreeDSecureUsage {
  supported: boolean;
}

/** An account at a bank in the United States. */
export interface UsBankAccount {
  account_holder_type: "company" | "individual";
  account_type: "checking" | "savings";
  bank_name: null;
  financial_connections_account: null;
  fingerprint: string | null;
  last4: string;
  networks: BankNetworks;
  routing_number: string;
  status_details: null;
}

/** One request to an endpoint, and what came back. */
export interface WebhookAttempt {
  id: string;
  object: "webhook_attempt";
  /** What it was due to. */
  cause: "automatic" | "replay" | "resend" | "test";
  connection: AttemptConnection;
  created: number;
  /** Can be expanded: `delivery`. */
  delivery: string | WebhookDelivery;
  /** Where it left the delivery. */
  delivery_state: "canceled" | "delivered" | "exhausted" | "held" | "pending";
  error: AttemptError | null;
  /** Can be expanded: `event`. */
  event: string | Event;
  event_type: string;
  livemode: boolean;
  /** When the next one was planned, as it left the delivery. */
  next_attempt_at: number | null;
  /** Counts the attempts of its delivery from 1. */
  number: number;
  /** What the event is about. */
  related_object: string;
  request: AttemptRequest;
  response: AttemptResponse | null;
  status: "failed" | "succeeded";
  /** Its report came too late to count: by then somebody else had moved the delivery on. */
  superseded: boolean;
  timing: AttemptTiming;
  /** Can be expanded: `webhook_endpoint`. */
  webhook_endpoint: string | DeletedWebhookEndpoint | WebhookEndpoint;
}

/** One event for one endpoint, tried until it arrives. */
export interface WebhookDelivery {
  id: string;
  object: "webhook_delivery";
  /** How many were made in all. */
  attempts: number;
  /** What its next attempts are due to, or its last ones were. */
  cause: "automatic" | "replay" | "resend" | "test";
  /** When its event happened. */
  created: number;
  /** When it first arrived. */
  delivered_at: number | null;
  /** Can be expanded: `event`. */
  event: string | Event;
  event_type: string;
  last_error: DeliveryError | null;
  livemode: boolean;
  /** Not null exactly while it is pending. */
  next_attempt_at: number | null;
  /** What the event is about. */
  related_object: string;
  /** Can be expanded: `replay`. */
  replay: string | WebhookReplay | null;
  /** How many attempts it gets before it is exhausted. */
  schedule_length: number;
  /** How many of these are used up. */
  schedule_used: number;
  status: "canceled" | "delivered" | "exhausted" | "held" | "pending";
  /** Can be expanded: `webhook_endpoint`. */
  webhook_endpoint: string | DeletedWebhookEndpoint | WebhookEndpoint;
}

/** An address that hears of events. `secret` is there only in the replies to its creation and to a roll. */
export interface WebhookEndpoint {
  id: string;
  object: "webhook_endpoint";
  /** Shape of the events; null for the current one. */
  api_version: "2018-11-08" | "2026-11-22" | null;
  application: null;
  created: number;
  description: string | null;
  disabled_at: number | null;
  /** Whether you disabled it, or nothing had arrived for five days. */
  disabled_reason: "failing" | "requested" | null;
  enabled_events: string[];
  /** Headers of its own; the values are not shown. */
  headers: Record<string, string>;
  livemode: boolean;
  metadata: Record<string, string>;
  /** Whether events bring the object along, or only say where it is. */
  payload: "snapshot" | "thin";
  /** How many attempts a second it gets at most. */
  rate_limit: number | null;
  /** What its events are signed with, newest first. */
  secrets: EndpointSecret[];
  /** A deleted endpoint is shown only where others refer to it. */
  status: "deleted" | "disabled" | "enabled";
  /** Seconds for an attempt. */
  timeout: number;
  url: string;
  /** What you should know about its address. */
  warnings: string[];
  health: EndpointHealth;
  /** In the reply to enable: the replay of what was held, if you asked for it. */
  replay?: string;
  secret?: string;
}

/** What came of sending an endpoint a signed event, the same again, and one with a wrong signature. */
export interface WebhookEndpointTest {
  object: "webhook_endpoint_test";
  checks: EndpointCheck[];
  livemode: boolean;
  /** Whether nothing failed. */
  passed: boolean;
  url: string;
  /** All of it in a sentence. */
  verdict: string;
  /** Can be expanded: `webhook_endpoint`. */
  webhook_endpoint: string | DeletedWebhookEndpoint | WebhookEndpoint;
}

/** Sends an endpoint again what matches a filter, at a steady rate, each by the full schedule. */
export interface WebhookReplay {
  id: string;
  object: "webhook_replay";
  created: number;
  /** When it was completed or canceled. */
  ended_at: number | null;
  filter: ReplayFilter;
  livemode: boolean;
  /** How much of what matched has been tried at least once. */
  percent: number;
  progress: ReplayProgress;
  rate: number;
  /** It is `completed` once everything it sends has been tried: what failed is tried again by its own schedule. While it is `canceling`, what was not tried goes back to where it stood. */
  status: "canceled" | "canceling" | "completed" | "running";
  /** Why it was canceled. */
  stopped_by: "endpoint_deleted" | "endpoint_disabled" | "request" | null;
  /** Can be expanded: `webhook_endpoint`. */
  webhook_endpoint: string | DeletedWebhookEndpoint | WebhookEndpoint;
}

/** What a replay would send, had it not been a dry run. */
export interface WebhookReplayPreview {
  object: "webhook_replay_preview";
  filter: ReplayFilter;
  livemode: boolean;
  rate: number;
  /** How long that takes at this rate. */
  seconds: number;
  total: number;
  /** Whether counting them was given up at that number. */
  total_is_at_least: boolean;
  webhook_endpoint: string;
}
