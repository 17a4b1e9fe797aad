// Makes the call of a page of the API reference, in test mode, to this server; and remembers the language of examples.

const KEY = "finsecure.try.key";
const LANGUAGE = "finsecure.language";

/** Storage that may be forbidden: then nothing is remembered. */
const kept = {
  read: (store, name) => {
    try {
      return window[store].getItem(name) ?? "";
    } catch {
      return "";
    }
  },
  write: (store, name, value) => {
    try {
      if (value) window[store].setItem(name, value);
      else window[store].removeItem(name);
    } catch {
      // It holds for this page only.
    }
  },
};

// -- languages ---------------------------------------------------------------------------------------------------------

for (const tabs of document.querySelectorAll("[data-remember=language]")) {
  const chosen = tabs.querySelector(`input[value="${CSS.escape(kept.read("localStorage", LANGUAGE))}"]`);
  if (chosen) chosen.checked = true;
  tabs.addEventListener("change", (event) => kept.write("localStorage", LANGUAGE, event.target.value));
}

// -- the call ----------------------------------------------------------------------------------------------------------

/** Why a key is not sent; empty if it is. */
function refused(key) {
  if (/^(sk|rk|pk)_live_/.test(key)) return "That is a key of live mode. Nothing was sent: use one that begins with sk_test_.";
  if (!key) return "Nothing was sent: enter a test key first. It begins with sk_test_.";
  if (!/^(sk|rk|pk)_test_/.test(key)) return "Nothing was sent: a test key begins with sk_test_, rk_test_ or pk_test_.";
  return "";
}

/** The parameters, as pairs: those of the form that are filled in, then the lines of the last field. */
function parameters(form) {
  const pairs = [...form.querySelectorAll("[data-name]:not([data-in-path])")]
    .map((input) => [input.dataset.name, input.value.trim()])
    .filter(([, value]) => value);
  for (const line of form.querySelector("[data-more]").value.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0) pairs.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return pairs;
}

/** The request to make, or the input that must be filled in first. */
function request(form, key) {
  let path = form.dataset.place;
  for (const input of form.querySelectorAll("[data-in-path]")) {
    const id = input.value.trim();
    if (!id) return { missing: input };
    path = path.replace(`{${input.dataset.name}}`, encodeURIComponent(id));
  }
  const { method } = form.dataset;
  const query = new URLSearchParams(parameters(form));
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  const options = { method, headers, credentials: "omit", cache: "no-store" };
  if (method === "POST") {
    options.body = query;
    headers["idempotency-key"] = String(Math.random()).slice(2) + Date.now();
    return { path, options };
  }
  return { path: query.size ? `${path}?${query}` : path, options };
}

function link(words, address) {
  return Object.assign(document.createElement("a"), { textContent: words, href: address });
}

/** What came back, in a line: status, time, the request, and what an error means. */
function tell(told, reply, took, error) {
  const state = document.createElement("strong");
  state.className = `pill ${reply.ok ? "succeeded" : "failed"}`;
  state.textContent = `${reply.status} ${reply.ok ? "Succeeded" : "Failed"}`;
  told.replaceChildren(state, ` in ${took} ms`);
  const id = reply.headers.get("request-id");
  if (id) told.append(" · ", link(id, `/help/requests/${encodeURIComponent(id)}`));
  if (error?.doc_url) {
    const words = error.decline_code ?? error.code ?? error.type;
    told.append(" · ", link(`What ${words} means`, new URL(error.doc_url, location.origin).pathname));
  }
}

async function call(form) {
  const told = form.querySelector("[data-told]");
  const shown = form.querySelector("[data-reply]");
  const field = form.querySelector("[data-key]");
  const key = field?.value.trim() ?? "";
  const why = field ? refused(key) : "";
  if (why) {
    told.textContent = why;
    shown.hidden = true;
    if (/_live_/.test(key)) field.value = "";
    field.focus();
    return;
  }
  if (field) kept.write("sessionStorage", KEY, form.querySelector("[data-keep]").checked ? key : "");
  const { missing, path, options } = request(form, key);
  if (missing) {
    told.textContent = `Nothing was sent: ${missing.dataset.name} is missing.`;
    shown.hidden = true;
    missing.focus();
    return;
  }
  told.textContent = "Calling…";
  const began = performance.now();
  try {
    const reply = await fetch(path, options);
    const text = await reply.text();
    const took = Math.round(performance.now() - began);
    const data = JSON.parse(text);
    shown.textContent = JSON.stringify(data, null, 2);
    shown.hidden = false;
    tell(told, reply, took, data.error);
  } catch (error) {
    told.textContent = `No reply that can be shown: ${error.message}. Is the server up?`;
    shown.hidden = true;
  }
}

for (const form of document.querySelectorAll("form.try")) {
  const field = form.querySelector("[data-key]");
  const before = kept.read("sessionStorage", KEY);
  if (field && before) {
    field.value = before;
    form.querySelector("[data-keep]").checked = true;
  }
  form.querySelector("[data-keep]")?.addEventListener("change", (event) => {
    if (!event.target.checked) kept.write("sessionStorage", KEY, "");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    await call(form);
    button.disabled = false;
  });
  form.hidden = false;
  document.querySelector("[data-without-script]").hidden = true;
}
