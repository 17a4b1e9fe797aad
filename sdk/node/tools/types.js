/** A schema as a TypeScript type. */

import { nameOf, order } from "./contract.js";

const SCALARS = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };

/** The type of a schema; `refer` says what a reference to a named one is called. */
export function typeOf(contract, schema, refer) {
  const name = nameOf(schema);
  if (name) {
    const target = contract.follow(schema);
    return target.properties ? refer(name) : typeOf(contract, target, refer);
  }
  if (schema.enum) return union(schema.enum.map((one) => JSON.stringify(one)));
  if ("const" in schema) return JSON.stringify(schema.const);
  const kinds = schema.anyOf ?? schema.oneOf;
  if (kinds) return union(withoutSubsets(contract, kinds).map((one) => typeOf(contract, one, refer)));
  if (schema.allOf) return typeOf(contract, schema.allOf[0], refer);
  const types = [schema.type ?? []].flat();
  return types.length ? union(types.map((kind) => plain(contract, kind, schema, refer))) : "unknown";
}

function plain(contract, kind, schema, refer) {
  if (SCALARS[kind]) return SCALARS[kind];
  if (kind === "array") {
    const item = typeOf(contract, schema.items ?? {}, refer);
    return / \| /.test(item) ? `Array<${item}>` : `${item}[]`;
  }
  const values = schema.additionalProperties;
  const value = values && Object.keys(values).length ? typeOf(contract, values, refer) : "unknown";
  return `Record<string, ${value}>`;
}

/** `string | null`: each once, null last. */
function union(types) {
  const once = [...new Set(types.flatMap((one) => (one.includes("<") ? one : one.split(" | "))))];
  return [...once.filter((one) => one !== "null"), ...once.filter((one) => one === "null")].join(" | ");
}

/** The alternatives but those that only show a part of another: what a publishable key sees of an intent. */
function withoutSubsets(contract, kinds) {
  const kept = [];
  for (const one of kinds) {
    const shape = contract.follow(one);
    if (!kept.some((other) => showsLess(shape, contract.follow(other)))) kept.push(one);
  }
  return kept;
}

function showsLess(shape, other) {
  const [mine, theirs] = [shape.properties, other.properties];
  if (!mine?.object || !theirs?.object) return false;
  if (JSON.stringify(mine.object) !== JSON.stringify(theirs.object)) return false;
  return Object.keys(mine).every((key) => key in theirs);
}

/** The names of the object schemas that a member may be, itself or within lists and alternatives. */
function* references(contract, schema) {
  const name = nameOf(schema);
  if (name) {
    const target = contract.follow(schema);
    if (target.properties) yield name;
    else yield* references(contract, target);
    return;
  }
  for (const word of ["anyOf", "oneOf", "allOf"]) {
    for (const one of withoutSubsets(contract, schema[word] ?? [])) yield* references(contract, one);
  }
  if (schema.items) yield* references(contract, schema.items);
  if (schema.additionalProperties instanceof Object) yield* references(contract, schema.additionalProperties);
}

/** The names of all object schemas that are met from `roots`, sorted. */
export function reachable(contract, roots) {
  const found = new Set();
  const waiting = roots.flatMap((root) => [...references(contract, root)]);
  while (waiting.length) {
    const name = waiting.pop();
    if (found.has(name)) continue;
    found.add(name);
    const members = Object.values(contract.schemas[name].properties);
    waiting.push(...members.flatMap((member) => [...references(contract, member)]));
  }
  return [...found].sort(order);
}
