/** HTTP over sockets that are kept: one request in, one whole response out, or a fault that says what failed. */

import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { rootCertificates } from "node:tls";

import { ConfigurationError } from "./errors.js";
import { proxyFor, TunnelAgent } from "./proxies.js";

const KEPT = 20; // sockets that are kept to the server while nobody needs them
const DNS = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA"]);
const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$)/;

/**
 * No whole response came. `kind` is dns | connect | proxy | tls | timeout | reset | aborted. `sent` is false only when
 * no byte of the request can have reached the server.
 */
export class TransportFault extends Error {
  constructor(kind, message, sent, cause) {
    super(message, { cause });
    this.kind = kind;
    this.sent = sent;
  }
}

/** The certificates of a bundle. ConfigurationError if it cannot be read. */
function trusted(bundle) {
  try {
    return readFileSync(bundle, "utf8");
  } catch (error) {
    throw new ConfigurationError(`the CA bundle ${bundle} cannot be read: ${error.code ?? error.message}`);
  }
}

/** The sockets of one client. */
export class Transport {
  #http;
  #agent;
  #once; // makes an agent whose sockets are not kept; undefined if the agent is not ours

  /**
   * `maxSockets`: calls that may be under way at once; more wait. `agent`: one of your own, instead of ours.
   * `connectTimeout`: ms that a proxy has.
   */
  constructor(apiBase, { agent, caBundle, proxy, maxSockets = Number.POSITIVE_INFINITY }, connectTimeout) {
    const secure = apiBase.startsWith("https:");
    const bundle = caBundle ?? (process.env.FINSECURE_CA_BUNDLE || undefined);
    const tls = secure && bundle ? { ca: [...rootCertificates, trusted(bundle)] } : {};
    const through = proxyFor(apiBase, proxy, process.env);
    const make = (options) =>
      through ? new TunnelAgent(through, connectTimeout, options) : new this.#http.Agent(options);
    this.#http = secure ? https : http;
    this.#once = agent ? undefined : () => make(tls);
    this.#agent = agent ?? make({ ...tls, keepAlive: true, maxSockets, maxFreeSockets: KEPT });
  }

  /**
   * {status, headers, body}; headers have names in small letters. TransportFault if none comes whole.
   *
   * A kept socket may have been closed by the server while nobody looked. Then nothing was answered, and the request
   * goes out once more on a socket of its own: that is no retry, as nobody has tried yet.
   */
  async send(request) {
    let outcome = await new Exchange(this.#http, this.#agent, request).done;
    if (outcome.stale && this.#once) outcome = await new Exchange(this.#http, this.#once(), request).done;
    if (outcome.response) return outcome.response;
    throw outcome.fault;
  }

  /** Close every socket that is kept. */
  close() {
    this.#agent.destroy?.();
  }
}

/** One request on one socket. `done` resolves with {response} or {fault, stale}. */
class Exchange {
  #request;
  #outgoing;
  #timer;
  #total;
  #connected = false;
  #answered = false;
  #finish;

  constructor(protocol, agent, request) {
    this.#request = request;
    this.done = new Promise((resolve) => {
      this.#finish = (result) => {
        clearTimeout(this.#timer);
        clearTimeout(this.#total);
        request.signal?.removeEventListener("abort", this.#abort);
        resolve(result);
      };
    });
    if (request.signal?.aborted) {
      this.#abort();
      return;
    }
    const { method, url, headers, body, totalTimeout } = request;
    this.#outgoing = protocol.request(url, { agent, method, headers });
    this.#outgoing.on("socket", (socket) => this.#onSocket(socket));
    this.#outgoing.on("response", (incoming) => this.#onResponse(incoming));
    this.#outgoing.on("error", (error) => this.#fail(error));
    if (totalTimeout !== undefined) this.#total = setTimeout(() => this.#late("the deadline"), totalTimeout);
    request.signal?.addEventListener("abort", this.#abort);
    this.#outgoing.end(body);
  }

  #onSocket(socket) {
    if (!socket.connecting && !socket.secureConnecting) {
      this.#onConnected();
      return;
    }
    const { connect } = this.#request.timeout;
    this.#timer = setTimeout(() => this.#late(`${Math.round(connect)} ms to connect`), connect);
    socket.once(socket.encrypted ? "secureConnect" : "connect", () => this.#onConnected());
  }

  #onConnected() {
    this.#connected = true;
    clearTimeout(this.#timer);
    const { read } = this.#request.timeout;
    this.#timer = setTimeout(() => this.#late(`${Math.round(read)} ms between two reads`), read);
  }

  #onResponse(incoming) {
    this.#answered = true;
    const chunks = [];
    this.#timer.refresh();
    incoming.on("data", (chunk) => {
      chunks.push(chunk);
      this.#timer.refresh();
    });
    incoming.on("error", (error) => this.#fail(error));
    incoming.on("end", () => {
      if (!incoming.complete) return;
      const { statusCode: status, headers } = incoming;
      this.#finish({ response: { status, headers, body: Buffer.concat(chunks) } });
    });
  }

  #fail(error) {
    const { code, message } = error;
    const host = new URL(this.#request.url).host;
    const stale = this.#connected && !this.#answered && this.#outgoing.reusedSocket;
    let kind = "reset";
    if (code === "PROXY") kind = "proxy";
    else if (TLS.test(code ?? "")) kind = "tls";
    else if (DNS.has(code)) kind = "dns";
    else if (!this.#connected) kind = "connect";
    const said = {
      dns: `The name of ${host} cannot be resolved`,
      connect: `${host} cannot be reached`,
      proxy: `The proxy to ${host} could not be used`,
      tls: `The TLS connection to ${host} was refused`,
      reset: `${host} closed the connection before its reply was whole`,
    };
    const why = kind === "proxy" ? message : (code ?? message);
    const fault = new TransportFault(kind, `${said[kind]}: ${why}.`, this.#connected, error);
    this.#finish({ fault, stale });
  }

  #late(what) {
    const host = new URL(this.#request.url).host;
    this.#give(new TransportFault("timeout", `No reply of ${host} in time: ${what} is over.`, this.#connected));
  }

  #abort = () => {
    this.#give(new TransportFault("aborted", "The call was aborted.", this.#connected, this.#request.signal.reason));
  };

  #give(fault) {
    this.#finish({ fault, stale: false });
    this.#outgoing?.destroy();
  }
}
