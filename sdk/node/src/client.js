/** The client: its resources, and what carries out a call of any of them. */

import { RetryBudget } from "./backoff.js";
import * as errors from "./errors.js";
import { exchange, WORLD } from "./exchange.js";
import { ROUTES } from "./generated/routes.js";
import { pagePromise } from "./pages.js";
import { ofResponse } from "./replies.js";
import { callOf, prepared, settingsOf } from "./settings.js";
import { Transport } from "./transport.js";
import { webhooks } from "./webhooks.js";

/**
 * Calls the API. Make one and keep it: it holds the connections. `new FinSecure(key, options)`; the key is otherwise
 * FINSECURE_SECRET_KEY. The resources are its members: `client.paymentIntents.create(params, options)`.
 */
export class FinSecure {
  static errors = errors;
  static webhooks = webhooks;

  #settings;
  #tools;
  #unsettled = new WeakMap(); // parameters → the POST with them whose outcome nobody knows

  constructor(apiKey, options = {}) {
    this.#settings = settingsOf(apiKey, options);
    this.#tools = {
      transport: new Transport(this.#settings.apiBase, options, this.#settings.timeout.connect),
      budget: new RetryBudget(),
      world: { ...WORLD, ...options.world },
    };
    this.webhooks = webhooks;
    Object.assign(this, servicesOf(ROUTES, (route, ids, params, given) => this.#start(route, ids, params, given)));
  }

  /** Where it calls. */
  get apiBase() {
    return this.#settings.apiBase;
  }

  /** Any operation of the API by its path, also one that this package does not know: `request("get", "/v1/…")`. */
  async request(method, path, params, options) {
    if (!path.startsWith("/")) throw new TypeError(`a path begins with /v1/, not with ${path.slice(0, 8)}`);
    const template = path.replaceAll("{", "%7B").replaceAll("}", "%7D");
    return this.#start([method.toUpperCase(), template], [], params, options);
  }

  /** Close every connection that is kept. Calls that are under way fail. */
  close() {
    this.#tools.transport.close();
  }

  /** A promise of the object, or of a page. What is wrong with the call before it is sent rejects it too. */
  #start(route, ids, params, options) {
    let call;
    try {
      call = callOf(route, ids, params, options);
    } catch (error) {
      return route[2] === "list" ? pagePromise({ params: {} }, () => Promise.reject(error)) : Promise.reject(error);
    }
    return call.paged ? pagePromise(call, (one) => this.#send(one)) : this.#send(call);
  }

  /** The decoded object, with what is known of its call in `lastResponse`, which JSON does not show. */
  async #send(call) {
    const ready = prepared(call, this.#settings, (body) => this.#keyOf(call, body));
    let answer;
    try {
      answer = await exchange(ready, this.#tools);
    } catch (error) {
      this.#note(call, ready, error.retryable || error.sent === true);
      throw error;
    }
    this.#note(call, ready, false);
    return decoded(call, answer, ready.key);
  }

  /**
   * Whoever sends the very same parameters again, after a call that may or may not have taken effect, tries again; so
   * the same idempotency key goes with them, and nobody is charged twice.
   */
  #keyOf(call, body) {
    const known = this.#unsettled.get(call.params);
    return known?.path === call.path && known.body.equals(body) ? known.key : undefined;
  }

  #note(call, { key, request }, unsettled) {
    if (key === undefined) return;
    if (unsettled) this.#unsettled.set(call.params, { path: call.path, body: request.body, key });
    else if (this.#unsettled.get(call.params)?.key === key) this.#unsettled.delete(call.params);
  }
}

/** The resources of a table of routes: each method takes its ids, then parameters, then options. */
function servicesOf(table, start) {
  const made = {};
  for (const [name, entry] of Object.entries(table)) {
    made[name] = Array.isArray(entry) ? methodOf(name, entry, start) : servicesOf(entry, start);
  }
  return made;
}

function methodOf(name, route, start) {
  const count = route[1].split("{").length - 1;
  const method = (...given) => start(route, given.slice(0, count), given[count], given[count + 1]);
  return Object.defineProperty(method, "name", { value: name });
}

function decoded(call, { response, attempts }, idempotencyKey) {
  let object;
  try {
    object = response.body.length ? JSON.parse(response.body.toString("utf8")) : {};
  } catch {
    object = undefined;
  }
  const fits = typeof object === "object" && object !== null && (!call.paged || Array.isArray(object.data));
  if (!fits) throw ofResponse(response, {}, { idempotencyKey, attempts });
  const lastResponse = {
    httpStatus: response.status,
    headers: response.headers,
    requestId: response.headers["request-id"],
    idempotencyKey,
    attempts,
    replayed: response.headers["idempotent-replayed"] === "true",
  };
  Object.defineProperty(object, "lastResponse", { value: lastResponse });
  return object;
}
