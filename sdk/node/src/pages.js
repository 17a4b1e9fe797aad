/**
 * Pages of a list, and walking through all of them: one page at a time is asked for, when it is needed.
 *
 * A list that was asked for with `ending_before` is walked the other way, from old to new.
 */

/**
 * What a list call gives at once: a promise of its first page that can also be walked, without waiting for it:
 * `for await (const intent of client.paymentIntents.list())`.
 */
export function pagePromise(call, send) {
  const first = send(call);
  const page = first.then((decoded) => pageOf(decoded, call, send));
  return Object.assign(page, walks(() => page));
}

/** The decoded list, with ways to go on from it that JSON does not show. */
function pageOf(decoded, call, send) {
  const backwards = hasValue(call.params.ending_before);
  const older = () => asking(decoded.has_more || backwards, "starting_after", "ending_before", decoded.data.at(-1));
  const newer = () => asking(decoded.has_more || !backwards, "ending_before", "starting_after", decoded.data[0]);

  /** The call for the page beside this one; undefined if there is none. A POST is never made twice to read on. */
  function asking(more, cursor, other, object) {
    if (!more || !object || call.method !== "GET") return undefined;
    const { [other]: _, ...params } = call.params;
    return { ...call, params: { ...params, [cursor]: object.id } };
  }

  async function fetched(next) {
    const found = next && pageOf(await send(next), next, send);
    return found?.data.length ? found : null;
  }

  const onward = () => (decoded.has_more ? (backwards ? newer() : older()) : undefined);
  const methods = {
    nextPage: () => fetched(older()),
    previousPage: () => fetched(newer()),
    ...walks(async () => decoded),
  };
  for (const name of Reflect.ownKeys(methods)) Object.defineProperty(decoded, name, { value: methods[name] });
  Object.defineProperty(decoded, ONWARD, { value: () => fetched(onward()) });
  Object.defineProperty(decoded, IN_ORDER, { value: () => (backwards ? [...decoded.data].reverse() : decoded.data) });
  return decoded;
}

const ONWARD = Symbol("the next page in the direction that was asked for");
const IN_ORDER = Symbol("the objects of a page in the direction that was asked for");

/** The ways through a list whose first page `first()` promises. */
function walks(first) {
  async function* pages() {
    let page = await first();
    while (page) {
      yield page;
      page = await page[ONWARD]();
    }
  }

  async function* objects() {
    for await (const page of pages()) yield* page[IN_ORDER]();
  }

  /** Call `each` with every object, one after the other, until it answers with false. */
  async function autoPagingEach(each) {
    for await (const one of objects()) if ((await each(one)) === false) return;
  }

  /** The first `limit` objects, over as many pages as it takes. */
  async function autoPagingToArray({ limit } = {}) {
    await first(); // it is on its way: whatever becomes of it is answered here
    if (!Number.isInteger(limit) || limit < 0) {
      throw new TypeError("say how many at most: autoPagingToArray({ limit: 1000 }); a list may be longer than memory");
    }
    const found = [];
    if (limit === 0) return found;
    for await (const one of objects()) {
      found.push(one);
      if (found.length === limit) break;
    }
    return found;
  }

  return { pages, autoPagingEach, autoPagingToArray, [Symbol.asyncIterator]: objects };
}

function hasValue(value) {
  return value !== undefined && value !== null;
}
