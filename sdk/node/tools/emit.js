/** The text of each generated file. Nothing here depends on which routes there are, on time or on the machine. */

import { nameOf } from "./contract.js";
import { camel, pascal, places, singular, spelled } from "./naming.js";
import { reachable, typeOf } from "./types.js";

const CONTRACT = "contract/openapi.json";
/** Names that src/index.d.ts exports itself; a schema of that name is called XObject. */
const TAKEN = new Set([
  "APIConnectionError", "APIError", "APITimeoutError", "Answer", "Attempt", "AuthenticationError", "Bytes", "CardError",
  "ClientOptions", "ConfigurationError", "ConflictError", "FinSecure", "FinSecureError", "HandledFailure",
  "HandledPayment", "HandledSuccess", "IdempotencyError", "InvalidRequestError", "Options", "Page", "PagePromise",
  "PaymentErrorHandler", "PermissionError", "RateLimitError", "Reply", "ServerError", "Services", "Signal",
  "SignatureVerificationError", "Timeout", "Webhooks",
]);

/** What a client has beside its resources: a resource of that name could not be reached. */
const MEMBERS = new Set(["apiBase", "close", "request", "webhooks"]);

/** File name → text, for a contract and contract/errors.json. */
export function texts(contract, errors) {
  const entries = entriesOf(contract);
  return {
    "version.js": `${head("The version of the API that this package speaks.")}
export const API_VERSION = ${JSON.stringify(contract.version)};\n`,
    "routes.js": routes(entries),
    "error_table.js": errorTable(errors),
    "objects.d.ts": objects(contract, entries),
    "params.d.ts": params(contract, entries),
    "services.d.ts": services(entries),
  };
}

function head(about, source = CONTRACT) {
  return `/**\n * ${about}\n *\n * Written by \`node tools/generate.js\` from ${source}. Change that, not this.\n */\n`;
}

// -- what there is ----------------------------------------------------------------------------------------------------

function entriesOf(contract) {
  const placed = places(contract);
  return contract.operations.map((operation) => {
    const place = placed.get(operation.id);
    return {
      operation,
      place,
      paged: contract.paged(operation),
      answer: typeOf(contract, contract.item(operation), objectName),
      ...paramsOf(contract, operation, place),
    };
  });
}

/** What an operation may be given: {params: the name of its interface, required: whether some must be given}. */
function paramsOf(contract, operation, place) {
  if (operation.body) {
    const name = nameOf(operation.body);
    if (!name) throw new Error(`${operation.id}: a body has no name`);
    return { params: paramsName(name), required: Boolean(contract.schemas[name].required?.length) };
  }
  if (!operation.query.length) return { params: undefined, required: false };
  const before = place.resource.slice(0, -1);
  const name = `${pascal(...before, singular(place.resource.at(-1)), place.method)}Params`;
  return { params: name, required: operation.query.some((one) => one.required) };
}

function objectName(schema) {
  return TAKEN.has(schema) ? `${schema}Object` : schema;
}

function paramsName(schema) {
  return schema.endsWith("Params") ? schema : `${schema}Params`;
}

// -- code -------------------------------------------------------------------------------------------------------------

function routes(entries) {
  const tree = {};
  const seen = new Set();
  for (const { operation, place, paged } of entries) {
    if (MEMBERS.has(camel(place.resource[0]))) throw new Error(`a client has a ${place.resource[0]} of its own`);
    let at = tree;
    for (const word of place.resource.map(camel)) at = at[word] ??= {};
    const method = camel(place.method);
    if (seen.has(spelled(place)) || method in at) throw new Error(`${operation.id}: ${spelled(place)} is there twice`);
    seen.add(spelled(place));
    at[method] = [operation.method, operation.path, ...(paged ? ["list"] : [])];
  }
  const about = "Every operation of the API: resource, method, then HTTP method, path, and `list` if it is paged.";
  return `${head(about)}\nexport const ROUTES = ${literal(tree, "")};\n`;
}

function literal(value, pad) {
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
  const lines = Object.entries(value).map(([key, one]) => `${pad}  ${key}: ${literal(one, `${pad}  `)},\n`);
  return `{\n${lines.join("")}${pad}}`;
}

function errorTable(errors) {
  const lines = [head("What to do about each error, where a reply does not say it.", "contract/errors.json")];
  for (const [name, rows] of [["CODES", errors.codes], ["DECLINES", errors.declines]]) {
    lines.push(`export const ${name} = {`);
    for (const [code, row] of Object.entries(rows)) {
      lines.push(`  ${code}: [`, ...row.next_steps.map((step) => `    ${JSON.stringify(step)},`), "  ],");
    }
    lines.push("};\n");
  }
  return lines.join("\n");
}

// -- types ------------------------------------------------------------------------------------------------------------

function objects(contract, entries) {
  const lines = [head("What the API answers with: decoded JSON.")];
  for (const name of reachable(contract, entries.map((one) => contract.item(one.operation)))) {
    const schema = contract.schemas[name];
    lines.push(face(contract, objectName(name), schema, schema.properties, schema.required ?? [], objectName));
  }
  return `${lines.join("\n")}`;
}

function params(contract, entries) {
  const lines = [head("What each operation may be given.")];
  const bodies = entries.flatMap(({ operation }) => operation.body ?? []);
  const queries = entries.flatMap(({ operation }) => operation.query.map((one) => one.schema));
  for (const name of reachable(contract, [...bodies, ...queries])) {
    const schema = contract.schemas[name];
    lines.push(face(contract, paramsName(name), schema, schema.properties, schema.required ?? [], paramsName));
  }
  for (const { operation, params: name } of entries) {
    if (operation.body || !name) continue;
    const members = Object.fromEntries(operation.query.map((one) => [bare(one.name), one.schema]));
    const required = operation.query.filter((one) => one.required).map((one) => bare(one.name));
    const about = { description: `${operation.summary}: what may be asked.` };
    lines.push(face(contract, name, about, members, required, paramsName));
  }
  return `${lines.join("\n")}`;
}

/** `expand[]` → `expand`. */
function bare(name) {
  return name.replace(/\[\]$/, "");
}

function face(contract, name, about, members, required, refer) {
  const lines = Object.entries(members).map(([key, schema]) => {
    const mark = required.includes(key) ? "" : "?";
    const key_ = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${doc(schema.description, "  ")}  ${key_}${mark}: ${typeOf(contract, schema, refer)};\n`;
  });
  return `${doc(about.description ?? name, "")}export interface ${name} {\n${lines.join("")}}\n`;
}

function doc(words, pad) {
  if (!words) return "";
  const lines = words.replaceAll("*/", "* /").trim().split("\n").map((line) => line.trim());
  if (lines.length === 1) return `${pad}/** ${lines[0]} */\n`;
  return `${pad}/**\n${lines.map((line) => `${pad} * ${line}`.trimEnd()).join("\n")}\n${pad} */\n`;
}

function services(entries) {
  const resources = new Map([["", { path: [], within: new Set(), entries: [] }]]);
  for (const entry of entries) {
    entry.place.resource.forEach((_, index) => {
      const path = entry.place.resource.slice(0, index + 1);
      if (!resources.has(path.join("."))) resources.set(path.join("."), { path, within: new Set(), entries: [] });
      resources.get(path.slice(0, -1).join(".")).within.add(path.join("."));
    });
    resources.get(entry.place.resource.join(".")).entries.push(entry);
  }
  const lines = [
    head("Every operation of the API: `client.paymentIntents.create(…)`."),
    'import type { Answer, Options, PagePromise } from "../index.js";',
    'import type * as o from "./objects.js";',
    'import type * as p from "./params.js";\n',
  ];
  for (const { path, within, entries: mine } of resources.values()) {
    const about = path.length ? `\`client.${path.map(camel).join(".")}\`.` : "The resources of a client.";
    lines.push(`/** ${about} */\nexport interface ${path.length ? serviceName(path) : "Services"} {`);
    for (const one of within) {
      const inner = resources.get(one).path;
      lines.push(`  readonly ${camel(inner.at(-1))}: ${serviceName(inner)};`);
    }
    lines.push(...mine.map(signature), "}\n");
  }
  return lines.join("\n");
}

function serviceName(path) {
  return `${pascal(...path)}Service`;
}

function signature({ operation, place, paged, answer, params: given, required }) {
  const kinds = answer.replace(/\b[A-Z]\w*/g, (name) => (name === "Record" || name === "Array" ? name : `o.${name}`));
  const ids = operation.ids.map((id) => `${camel(id)}: string, `).join("");
  const asked = given ? `p.${given}` : "Record<string, never>";
  const wanted = required ? `params: ${asked}` : `params?: ${asked} | null`;
  const result = paged ? `PagePromise<${kinds}>` : `Promise<Answer<${kinds}>>`;
  const about = doc(`${operation.summary}.\n\n${operation.method} ${operation.path}`, "  ").trimEnd();
  return `${about}\n  ${camel(place.method)}(${ids}${wanted}, options?: Options): ${result};`;
}
