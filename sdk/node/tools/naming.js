/**
 * Which method of which resource an operation is: from its path and nothing else.
 *
 * The rules are those of sdk/python/codegen/naming.py, so that a call has one name in both languages but for its
 * capitals; tests/generated.test.js holds them together.
 *
 *   /v1/payment_intents                             paymentIntents.create, .list
 *   /v1/payment_intents/{intent}                    paymentIntents.retrieve, .update, .delete
 *   /v1/payment_intents/{intent}/confirm            paymentIntents.confirm           a POST without a GET: a verb
 *   /v1/customers/{customer}/payment_methods        customers.listPaymentMethods, .createPaymentMethod
 *   /v1/customers/{customer}/payment_methods/{id}   customers.retrievePaymentMethod
 *   /v1/balance                                     balance.retrieve                 no id ever follows: there is one
 *   /v1/balance/history                             balance.listHistory
 *   /v1/test_helpers/clock                          testHelpers.clock.retrieve       no path by itself: a namespace
 *   /v1/test_helpers/clock/advance                  testHelpers.clock.advance
 */

const CRUD = { POST: "update", DELETE: "delete", PUT: "replace", PATCH: "update" };

/** `deliveries` → `delivery`, `payment_methods` → `payment_method`, `history` and `status` as they are. */
export function singular(word) {
  if (word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith("s") && !/(ss|us|is)$/.test(word) ? word.slice(0, -1) : word;
}

/** `payment_intents` → `PaymentIntents`; several words are joined. */
export function pascal(...words) {
  const parts = words.flatMap((word) => word.split("_"));
  return parts.map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");
}

/** `payment_intents` → `paymentIntents`. */
export function camel(word) {
  return word.replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/**
 * The place of each operation, by its id: {resource: words, method: word}, in small letters with underscores.
 *
 * Two that would have one place: the later in the order of paths is called by its operation id.
 */
export function places(contract) {
  const known = new Set(contract.operations.map((one) => `${one.method} ${one.path}`));
  const paths = new Set(contract.operations.map((one) => one.path));
  const found = new Map();
  const taken = new Set();
  for (const one of contract.operations) {
    const place = placeOf(one, contract.paged(one), known, paths);
    if (taken.has(spelled(place))) place.method = one.id.replace(/(?<!^)(?=[A-Z])/g, "_").toLowerCase();
    taken.add(spelled(place));
    found.set(one.id, place);
  }
  return found;
}

/** `payment_intents.create`. */
export function spelled(place) {
  return [...place.resource, place.method].join(".");
}

function placeOf(one, paged, known, paths) {
  const parts = one.path.replace(/^\/v1\//, "").split("/");
  const depth = depthOf(parts, paths);
  const resource = parts.slice(0, depth);
  let rest = parts.slice(depth);
  const prefix = `/v1/${resource.join("/")}/{`;
  let member = ![...paths].some((path) => path.startsWith(prefix)); // there is only one of it
  if (rest[0]?.startsWith("{")) {
    rest = rest.slice(1);
    member = true;
  }
  return { resource, method: methodOf(one, rest, paged, member, known) };
}

/** How many words name the resource: those that are no path by themselves are namespaces before it. */
function depthOf(parts, paths) {
  const isPath = (depth) => paths.has(`/v1/${parts.slice(0, depth).join("/")}`);
  let depth = 1;
  while (depth < parts.length && !parts[depth].startsWith("{") && !isPath(depth)) depth += 1;
  return depth;
}

function methodOf(one, rest, paged, member, known) {
  const words = rest.filter((part) => !part.startsWith("{"));
  const endsInId = one.path.endsWith("}");
  const before = words.slice(0, -1).map(singular);
  const last = words.at(-1);
  if (last && !endsInId && one.method === "POST" && !known.has(`GET ${one.path}`)) return [last, ...before].join("_");
  let verb;
  if (one.method === "GET") {
    if (last && !member && !endsInId) return [last, ...before].join("_");
    verb = paged ? "list" : "retrieve";
  } else {
    const creates = one.method === "POST" && !endsInId && (last || !member);
    verb = creates ? "create" : CRUD[one.method];
  }
  return [verb, ...before, ...(last ? [paged ? last : singular(last)] : [])].join("_");
}
