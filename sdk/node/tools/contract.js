/** The contract as this generator reads it: operations under /v1 that answer with JSON, and the schemas they use. */

import { readFileSync } from "node:fs";

const CONTRACT = new URL("../../../contract/", import.meta.url);
const METHODS = new Set(["get", "post", "delete", "put", "patch"]);
const SUCCESSES = ["200", "201", "202"];

/** A file of contract/, decoded. */
export function readContract(name) {
  return JSON.parse(readFileSync(new URL(name, CONTRACT), "utf8"));
}

/** `contract/openapi.json`, with references followed. */
export class Contract {
  constructor(document) {
    this.document = document;
    this.version = document.info.version;
    this.schemas = document.components.schemas;
    this.operations = [...this.#operations()].sort((a, b) => order(a.path, b.path) || order(a.method, b.method));
  }

  /** The schema itself, where a reference stands for it. */
  follow(schema) {
    let found = schema;
    while ("$ref" in found) {
      found = found.$ref.replace(/^#\//, "").split("/").reduce((within, part) => within[part], this.document);
    }
    return found;
  }

  /** Whether an operation answers with a page of a list. */
  paged(operation) {
    const members = this.follow(operation.answer).properties ?? {};
    return (members.object?.enum ?? []).includes("list") && "has_more" in members;
  }

  /** What one object of its answer is: of a page, one in it. */
  item(operation) {
    return this.paged(operation) ? this.follow(operation.answer).properties.data.items : operation.answer;
  }

  *#operations() {
    for (const [path, methods] of Object.entries(this.document.paths)) {
      if (!path.startsWith("/v1/")) continue;
      for (const [method, one] of Object.entries(methods)) {
        const answer = METHODS.has(method) ? this.#answer(one) : undefined;
        if (answer) yield this.#operation(method, path, one, methods.parameters ?? [], answer);
      }
    }
  }

  #operation(method, path, one, shared, answer) {
    const parameters = [...shared, ...(one.parameters ?? [])].map((parameter) => this.follow(parameter));
    return {
      method: method.toUpperCase(),
      path,
      id: one.operationId,
      summary: one.summary ?? "",
      ids: path.split("/").filter((part) => part.startsWith("{")).map((part) => part.slice(1, -1)),
      query: parameters.filter((parameter) => parameter.in === "query"),
      body: one.requestBody?.content?.["application/json"]?.schema,
      answer,
    };
  }

  #answer(one) {
    for (const status of SUCCESSES) {
      const schema = this.follow(one.responses[status] ?? {}).content?.["application/json"]?.schema;
      if (schema) return schema;
    }
    return undefined;
  }
}

/** The name of the schema that a reference is to. */
export function nameOf(schema) {
  return "$ref" in schema ? schema.$ref.split("/").at(-1) : undefined;
}

/** The order of code points, the same on every machine. */
export function order(a, b) {
  return a < b ? -1 : Number(a > b);
}
