/** FinSecure for Node: take payments, learn why one failed, and verify webhooks. */

import type { Event, PaymentIntent } from "./generated/objects.js";
import type { CreatePaymentIntentParams } from "./generated/params.js";
import type { Services } from "./generated/services.js";

export * from "./generated/objects.js";
export * from "./generated/params.js";
export * from "./generated/services.js";

/** The version of this package. */
export const VERSION: string;

// -- the client -------------------------------------------------------------------------------------------------------

/** Milliseconds to connect, and between two reads; one number means both. */
export type Timeout = number | { connect?: number; read?: number };

/** An AbortSignal. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What a client may be given beside its key. Times are milliseconds. */
export interface ClientOptions {
  /** FINSECURE_API_BASE, else https://api.finsecure.com. */
  apiBase?: string;
  /** A date that the server knows, such as 2018-11-08; the one that this package was made for. */
  apiVersion?: string;
  /** {connect: 3050, read: 10000}. */
  timeout?: Timeout;
  /** For a whole call, with its retries and waits: 60000; null: no end but that of the retries. */
  deadline?: number | null;
  /** 3. */
  maxRetries?: number;
  /** Calls that may be under way at once; more wait. Without end. */
  maxSockets?: number;
  /** A file of PEM certificates that are trusted beside Node's own; FINSECURE_CA_BUNDLE. */
  caBundle?: string;
  /** A proxy for https, empty for none; HTTPS_PROXY, ALL_PROXY and NO_PROXY. */
  proxy?: string;
  /** An http.Agent or https.Agent of your own, for a client certificate for instance; `proxy` is not used then. */
  agent?: object;
  /** Clocks and chance, for tests. */
  world?: {
    monotonic?: () => number;
    now?: () => number;
    chance?: () => number;
    sleep?: (ms: number, signal?: Signal) => Promise<void>;
  };
}

/** How to make one call, where it differs from its client. */
export interface Options {
  apiKey?: string;
  apiVersion?: string;
  /** Of a POST; made if you give none. */
  idempotencyKey?: string;
  maxRetries?: number;
  timeout?: Timeout;
  deadline?: number | null;
  headers?: Record<string, string>;
  /** Gives the call up when it is aborted; nobody knows then whether it took effect. */
  signal?: Signal;
}

/** One try of a call: its number from 1, how long it took, and its outcome (`HTTP 503`, `timeout`). */
export interface Attempt {
  number: number;
  ms: number;
  outcome: string;
}

/** What is known of a call that was answered, beside the object itself. */
export interface Reply {
  httpStatus: number;
  /** Names in small letters. */
  headers: Record<string, string | string[] | undefined>;
  /** Names the request; support and the request log know it by this. */
  requestId: string | undefined;
  idempotencyKey: string | undefined;
  attempts: Attempt[];
  /** Whether this is the reply of an earlier call with the same idempotency key. */
  replayed: boolean;
}

/** An object as the API answered with it. `lastResponse` is not shown by JSON. */
export type Answer<T> = T & { readonly lastResponse: Reply };

/** Walking through a list: pages are asked for as they are needed. */
interface Walks<T> {
  /** Every object, to the end of the list. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
  /** This page and all that follow. */
  pages(): AsyncIterableIterator<Page<T>>;
  /** Call `each` with every object, one after the other, until it answers with false. */
  autoPagingEach(each: (object: T) => unknown): Promise<void>;
  /** The first `limit` objects, over as many pages as it takes. */
  autoPagingToArray(options: { limit: number }): Promise<T[]>;
}

/** One page of a list, newest first. */
export interface Page<T> extends Walks<T> {
  object: "list";
  data: T[];
  /** Whether there is more in the direction that was asked for. */
  has_more: boolean;
  url: string;
  readonly lastResponse: Reply;
  /** The older objects; null if there are none. */
  nextPage(): Promise<Page<T> | null>;
  /** The newer objects; null if there are none. */
  previousPage(): Promise<Page<T> | null>;
}

/** A promise of the first page that can be walked at once: `for await (const one of client.refunds.list())`. */
export interface PagePromise<T> extends Promise<Page<T>>, Walks<T> {}

/**
 * Calls the API. Make one and keep it: it holds the connections. The key is FINSECURE_SECRET_KEY if you give none.
 *
 * Its resources are its members: `client.paymentIntents.create({ amount: 2000, currency: "usd" })`.
 */
export class FinSecure {
  static readonly errors: {
    readonly APIConnectionError: typeof APIConnectionError;
    readonly APIError: typeof APIError;
    readonly APITimeoutError: typeof APITimeoutError;
    readonly AuthenticationError: typeof AuthenticationError;
    readonly CardError: typeof CardError;
    readonly ConfigurationError: typeof ConfigurationError;
    readonly ConflictError: typeof ConflictError;
    readonly FinSecureError: typeof FinSecureError;
    readonly IdempotencyError: typeof IdempotencyError;
    readonly InvalidRequestError: typeof InvalidRequestError;
    readonly PermissionError: typeof PermissionError;
    readonly RateLimitError: typeof RateLimitError;
    readonly ServerError: typeof ServerError;
    readonly SignatureVerificationError: typeof SignatureVerificationError;
  };
  static readonly webhooks: Webhooks;

  constructor(apiKey?: string, options?: ClientOptions);
  readonly webhooks: Webhooks;
  /** Where it calls. */
  readonly apiBase: string;
  /** Any operation of the API by its path, also one that this package does not know. */
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    params?: Record<string, unknown> | null,
    options?: Options,
  ): Promise<Answer<T>>;
  /** Close every connection that is kept. Calls that are under way fail. */
  close(): void;
}
export interface FinSecure extends Services {}
export default FinSecure;

// -- errors -----------------------------------------------------------------------------------------------------------

/** A call that did not do what it was for. Switch on the class, then on `code`. */
export class FinSecureError extends Error {
  /** The family, such as `card_error`. */
  readonly type?: string;
  /** What is wrong, for programs, such as `parameter_missing`. */
  readonly code?: string;
  /** Why the bank said no, such as `insufficient_funds`. */
  readonly declineCode?: string;
  /** What the bank advises: `try_again_later`, `do_not_try_again` or `confirm_card_data`. */
  readonly adviceCode?: string;
  /** The parameter that is wrong, in the names of a form: `card[exp_month]`. */
  readonly param?: string;
  /** A page that explains it. */
  readonly docUrl?: string;
  /** The request as the server saw it. */
  readonly requestLogUrl?: string;
  readonly httpStatus?: number;
  /** Names the request; support and the request log know it by this. */
  readonly requestId?: string;
  /** Of a POST: send the same call with it, and it takes effect once. */
  readonly idempotencyKey?: string;
  readonly attempts: Attempt[];
  /** Whether the same call, sent again with the same idempotency key, may succeed. */
  readonly retryable: boolean;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;
  /** What to do about it, in order. */
  readonly nextSteps: string[];
  /** What the merchant or the payer can do so that the payment succeeds after all; never empty. */
  readonly recoveryOptions: string[];
  /** The message, if a payer may see it: only that of a card error. */
  readonly userMessage: string | undefined;
  /** The `error` member of the reply; a log does not show it. */
  readonly raw: Record<string, unknown>;
  /** Those of the reply, names in small letters; a log does not show them. */
  readonly headers: Record<string, string | string[] | undefined>;
  /** What a log may keep of it. */
  toJSON(): Record<string, unknown>;
}

/** The call was right and the payment failed. The attempt is kept and can be looked at. */
export class CardError extends FinSecureError {
  /** The intent as the failure has left it. */
  readonly paymentIntent: PaymentIntent | undefined;
  /** The id of the charge that failed. */
  readonly charge: string | undefined;
}
/** The call is wrong. `param` names the parameter, if it is one. */
export class InvalidRequestError extends FinSecureError {}
/** The key is missing, or is not one that may call. */
export class AuthenticationError extends FinSecureError {}
/** The key is good, and may not do this. */
export class PermissionError extends FinSecureError {}
/** Too many calls. `retryAfter` says in how many seconds the next is welcome. */
export class RateLimitError extends FinSecureError {}
/** An idempotency key was used for two different calls. */
export class IdempotencyError extends FinSecureError {}
/** The failure is not the caller's, or the reply is not one that FinSecure gives. */
export class APIError extends FinSecureError {}
/** 5xx: FinSecure's side. With the same idempotency key it is safe to send again, as long as `retryable` is true. */
export class ServerError extends APIError {}
/** Another call is at work on the same key or the same object. */
export class ConflictError extends APIError {}
/** No reply came. */
export class APIConnectionError extends FinSecureError {
  readonly kind: "dns" | "connect" | "proxy" | "tls" | "timeout" | "reset" | "aborted";
  /** If true, nobody knows whether the call took effect. */
  readonly sent: boolean;
}
/** No reply came in time. */
export class APITimeoutError extends APIConnectionError {}
/** This client cannot call as it is set up: no usable key, or an address that a key must not be sent to. */
export class ConfigurationError extends FinSecureError {}
/** A webhook that is not to be trusted; `cause` names why. */
export class SignatureVerificationError extends FinSecureError {
  readonly cause:
    | "missing_header"
    | "malformed_header"
    | "header_too_long"
    | "too_many_signatures"
    | "timestamp_out_of_tolerance"
    | "body_reencoded"
    | "wrong_secret"
    | "secret_unusable"
    | "payload_not_json";
  readonly header?: string;
  /** Seconds that the signature's time is ahead of this clock; negative: behind. */
  readonly skew?: number;
}

// -- recovery ---------------------------------------------------------------------------------------------------------

export interface HandledSuccess {
  success: true;
  result: Answer<PaymentIntent>;
}
export interface HandledFailure {
  success: false;
  error: unknown;
  recovery_options: string[];
}
export type HandledPayment = HandledSuccess | HandledFailure;

/** Makes a payment, tries again where that can help, and says what else can be done where it cannot. */
export class PaymentErrorHandler {
  constructor(finsecureClient: Pick<FinSecure, "paymentIntents">);
  client: Pick<FinSecure, "paymentIntents">;
  /** Attempts in all: 3. */
  maxRetries: number;
  /** Milliseconds before the second attempt, twice that before the third: 1000. */
  retryDelay: number;
  /** Never rejects because a payment failed. One payment is made, however many attempts it takes. */
  processPaymentWithRetry(
    paymentData: CreatePaymentIntentParams,
    options?: { idempotencyKey?: string },
  ): Promise<HandledPayment>;
  isNonRetryableError(error: unknown): boolean;
  getRecoveryOptions(error: unknown): string[];
  delay(ms: number): Promise<void>;
}

// -- webhooks ---------------------------------------------------------------------------------------------------------

/** Verification of webhooks; needs no API key. */
export interface Webhooks {
  /**
   * The event, once it is proved; SignatureVerificationError if it is not.
   *
   * `payload` is the raw body. `header` is the value of `FinSecure-Signature`, or all headers of the request. `secret`
   * is the endpoint's, or several while one is being rolled. `tolerance` is seconds, above 0: 300. `now` is seconds
   * since 1970 UTC, for tests.
   */
  constructEvent(
    payload: string | Uint8Array | ArrayBuffer,
    header: string | object | null | undefined,
    secret: string | string[],
    tolerance?: number,
    now?: number,
  ): Event;
  /** Prove it, and answer with the body's bytes. */
  verify(
    payload: string | Uint8Array | ArrayBuffer,
    header: string | object | null | undefined,
    secret: string | string[],
    tolerance?: number,
    now?: number,
  ): Uint8Array;
  /** The value of `FinSecure-Signature` for a body, for tests of your receiver. */
  generateTestHeaderString(signed: {
    payload: string | Uint8Array;
    secret: string;
    /** Seconds since 1970 UTC; now. */
    timestamp?: number;
  }): string;
}
export const webhooks: Webhooks;
