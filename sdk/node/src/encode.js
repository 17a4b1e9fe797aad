/** Parameters on the wire: JSON bodies, and queries with Stripe's brackets. Nothing is guessed, nothing is dropped. */

/** The path with its ids filled in. TypeError for an id that is empty: it would name the whole collection. */
export function path(template, ids) {
  const left = [...ids];
  return template.replace(/\{\w+\}/g, () => {
    const one = left.shift();
    if (typeof one !== "string" || !one.trim()) {
      throw new TypeError(`an id is a text that is not empty, not ${shown(one)}; the call would be ${template}`);
    }
    // No quoting keeps these from being taken for folders.
    if (one === "." || one === "..") throw new TypeError(`an id is not "${one}": the call would leave ${template}`);
    return quoted(one);
  });
}

/** `created[gte]=1&expand[]=customer`. What is null or undefined is left out. */
export function query(params) {
  return [...pairs(params, "")].map(([name, value]) => `${encoded(name)}=${quoted(value)}`).join("&");
}

function quoted(text) {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new TypeError("a text of a parameter holds half of a surrogate pair, which is no letter");
  }
}

function encoded(name) {
  return quoted(name).replaceAll("%5B", "[").replaceAll("%5D", "]");
}

function* pairs(params, prefix) {
  for (const [key, value] of Object.entries(params)) {
    const name = prefix ? `${prefix}[${key}]` : key;
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) yield [`${name}[]`, scalar(one, name)];
    else if (isPlain(value)) yield* pairs(value, name);
    else yield [name, scalar(value, name)];
  }
}

function scalar(value, name) {
  if (typeof value === "string" || typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  throw new TypeError(`${name}: a query holds texts, whole numbers and truth values, not ${shown(value)}`);
}

/**
 * JSON. TypeError for what JSON has no word for, or would change: NaN, a Date, a Map, a hole in a list.
 *
 * Values of metadata are texts: whole numbers and truth values become them.
 */
export function body(params) {
  try {
    return Buffer.from(JSON.stringify(checked(noted(params), "the parameters")), "utf8");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TypeError("the parameters hold themselves, or are nested too deeply");
  }
}

function noted(params) {
  if (!isPlain(params.metadata)) return params;
  const texts = Object.entries(params.metadata).map(([name, value]) => [
    name,
    typeof value === "boolean" || Number.isSafeInteger(value) ? String(value) : value,
  ]);
  return { ...params, metadata: Object.fromEntries(texts) };
}

function checked(value, name) {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return Array.from(value, (one, index) => checked(one, `${name}[${index}]`));
  if (!isPlain(value)) throw new TypeError(`${name} may not be ${shown(value)}`);
  const kept = {};
  for (const [key, one] of Object.entries(value)) {
    if (one !== undefined) Object.defineProperty(kept, key, { value: checked(one, key), enumerable: true });
  }
  return kept;
}

/** Whether it is a plain object, as `{}` makes one. */
export function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What a value is, without showing what is in it. */
export function shown(value) {
  if (value === null || value === undefined) return String(value);
  if (value instanceof Date) return "a Date: give whole seconds since 1970 UTC";
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "string") return "an empty text";
  return `a ${value.constructor?.name ?? typeof value}`;
}
