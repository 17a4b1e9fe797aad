/**
 * Through which proxy a call goes, and the sockets that go through it.
 *
 * HTTPS_PROXY, ALL_PROXY and NO_PROXY are read; small letters win over capitals, as in curl. NO_PROXY lists hosts and
 * what they end with, ports, addresses, networks (`10.0.0.0/8`), or `*`. Plain http is for a server of your own machine
 * or network, and goes there directly.
 */

import http from "node:http";
import https from "node:https";
import { BlockList, isIP, isIPv6 } from "node:net";

import { ConfigurationError } from "./errors.js";

/** The proxy for calls to `base`, as a URL; undefined if there is none. `given` is an address, or empty for none. */
export function proxyFor(base, given, environ) {
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== "https:") return undefined;
  const address = given ?? read(environ, "https_proxy") ?? read(environ, "all_proxy");
  if (!address) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (given === undefined && excepted(host, port || "443", read(environ, "no_proxy") ?? "")) return undefined;
  let proxy;
  try {
    proxy = new URL(address.includes("://") ? address : `http://${address}`);
  } catch {
    proxy = undefined; // no text, or none that is an address; it may hold a password, so it is not repeated
  }
  if (proxy && /^https?:$/.test(proxy.protocol)) return proxy;
  throw new ConfigurationError("what is set as proxy (HTTPS_PROXY, ALL_PROXY or proxy) is no address of an HTTP proxy");
}

function read(environ, name) {
  return environ[name] || environ[name.toUpperCase()] || undefined;
}

function excepted(host, port, list) {
  const entries = list.split(",").map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry && matches(host, port, entry));
}

function matches(host, port, entry) {
  if (entry === "*" || entry === host) return true;
  const [network, bits] = entry.split("/");
  if (bits !== undefined) return isIP(host) > 0 && isIP(network) === isIP(host) && within(host, network, Number(bits));
  const [, name, only] = /^(.*?)(?::(\d+))?$/.exec(entry);
  if (only !== undefined && only !== port) return false;
  const end = name.replace(/^\*/, "").replace(/^\./, "");
  return host === end || host.endsWith(`.${end}`);
}

function within(host, network, bits) {
  const family = isIPv6(host) ? "ipv6" : "ipv4";
  if (!(bits >= 0 && bits <= (family === "ipv6" ? 128 : 32))) return false;
  const list = new BlockList();
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}

/** Sockets that are kept, each a TLS connection to the API within a tunnel through the proxy. */
export class TunnelAgent extends https.Agent {
  #proxy;
  #timeout;

  /** `timeout`: ms that the proxy has to open a tunnel. */
  constructor(proxy, timeout, options) {
    super(options);
    this.#proxy = proxy;
    this.#timeout = timeout;
  }

  createConnection(options, made) {
    const { protocol, hostname, port, username, password } = this.#proxy;
    const target = `${isIPv6(options.host) ? `[${options.host}]` : options.host}:${options.port}`;
    const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const secure = protocol === "https:";
    const asked = (secure ? https : http).request({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port || (secure ? 443 : 80),
      method: "CONNECT",
      path: target,
      headers: {
        host: target,
        ...(username && { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
      },
      agent: false,
      timeout: this.#timeout,
    });
    asked.on("connect", (response, socket) => {
      if (response.statusCode === 200) {
        socket.setTimeout(0);
        made(null, super.createConnection({ ...options, socket }));
        return;
      }
      socket.destroy();
      made(fault(`it answered CONNECT with HTTP ${response.statusCode}`));
    });
    asked.on("timeout", () => asked.destroy(new Error(`no tunnel after ${this.#timeout} ms`)));
    asked.on("error", (error) => made(fault(error.code ?? error.message)));
    asked.end();
  }
}

/** An error that says that it is the proxy's. */
function fault(why) {
  return Object.assign(new Error(why), { code: "PROXY" });
}
