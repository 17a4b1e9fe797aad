/** Parameters on the wire: JSON bodies, and queries with Stripe's brackets. Nothing is guessed, nothing is dropped. */

/** The path with its ids filled in. TypeError for an id that is empty: it would name the whole collection. */
export function path(template, ids) {
  const left = [...ids];
  return template.replace(/\{\w+\}/g, () => {
    const one = left.shift();
    if (typeof one !== "string" || !one.trim()) {
      throw new TypeError(`an id is a text that is not empty, not ${shown(one)}; the call would be ${template}`);
    }
    return encodeURIComponent(one);
  });
}

/** `created[gte]=1&expand[]=customer`. What is null or undefined is left out. */
export function query(params) {
  return [...pairs(params, "")].map(([name, value]) => `${encoded(name)}=${encodeURIComponent(value)}`).join("&");
}

function encoded(name) {
  return encodeURIComponent(name).replaceAll("%5B", "[").replaceAll("%5D", "]");
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

/** JSON. TypeError for what JSON has no word for, or would change: NaN, a Date, a Map, a hole in a list. */
export function body(params) {
  return Buffer.from(JSON.stringify(checked(params, "the parameters")), "utf8");
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
