// Search in the exported help center, without a server: names first, then words, as help/index.py ranks them.
// The index (find-index.js, written by pages/static_search.py) is loaded when somebody is about to type.
"use strict";

const finsecureFind = (() => {
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const ROWS_MAX = 80;
  const WORDS_MAX = 12;
  const EXACT = 1000;
  let index;

  // -- stems: help/stems.py ------------------------------------------------------------------------------------------------

  const C = "[^aeiou][^aeiouy]*";
  const V = "[aeiouy][aeiou]*";
  const at = (pattern) => new RegExp(`^(?:${C})?${pattern}`);
  const MEASURE_0 = at(V + C);
  const MEASURE_1 = at(`${V}${C}(?:${V})?$`);
  const MEASURE_2 = at(V + C + V + C);
  const VOWEL = at("[aeiouy]");
  const SHORT = new RegExp(`^${C}[aeiouy][^aeiouwxy]$`);
  const DOUBLE = /([^aeiouylsz])\1$/;
  const STEP_2 = /^(.+?)(ational|tional|enci|anci|izer|bli|alli|entli|eli|ousli|ization|ation|ator|alism|iveness|fulness|ousness|aliti|iviti|biliti|logi)$/;
  const LESS_2 = {
    ational: "ate", tional: "tion", enci: "ence", anci: "ance", izer: "ize", bli: "ble", alli: "al", entli: "ent", eli: "e",
    ousli: "ous", ization: "ize", ation: "ate", ator: "ate", alism: "al", iveness: "ive", fulness: "ful", ousness: "ous",
    aliti: "al", iviti: "ive", biliti: "ble", logi: "log",
  };
  const STEP_3 = /^(.+?)(icate|ative|alize|iciti|ical|ful|ness)$/;
  const LESS_3 = { icate: "ic", ative: "", alize: "al", iciti: "ic", ical: "ic", ful: "", ness: "" };
  const STEP_4 = /^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|(?<=[st])ion|ou|ism|ate|iti|ous|ive|ize)$/;

  function stem(word) {
    if (word.length < 3 || !/^[a-z]+$/.test(word)) return word;
    if (word.endsWith("s")) word = /(?:sses|ies)$/.test(word) ? word.slice(0, -2) : word.endsWith("ss") ? word : word.slice(0, -1);
    if (word.endsWith("eed")) {
      if (MEASURE_0.test(word.slice(0, -3))) word = word.slice(0, -1);
    } else {
      const begins = word.replace(/(?:ed|ing)$/, "");
      if (begins !== word && VOWEL.test(begins)) {
        word = begins;
        if (/(?:at|bl|iz)$/.test(word) || SHORT.test(word)) word += "e";
        else if (DOUBLE.test(word)) word = word.slice(0, -1);
      }
    }
    if (word.endsWith("y") && VOWEL.test(word.slice(0, -1))) word = word.slice(0, -1) + "i";
    let found = STEP_2.exec(word);
    if (found && MEASURE_0.test(found[1])) word = found[1] + LESS_2[found[2]];
    found = STEP_3.exec(word);
    if (found && MEASURE_0.test(found[1])) word = found[1] + LESS_3[found[2]];
    found = STEP_4.exec(word);
    if (found && MEASURE_2.test(found[1])) word = found[1];
    if (word.endsWith("e")) {
      const begins = word.slice(0, -1);
      if (MEASURE_2.test(begins) || (MEASURE_1.test(begins) && !SHORT.test(begins))) word = begins;
    }
    return word.endsWith("ll") && MEASURE_2.test(word) ? word.slice(0, -1) : word;
  }

  function words(text) {
    const plain = text.replaceAll("\u2019", "'").replaceAll("n't", "nt").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 1 || /\d/.test(word));
  }

  // -- the index -----------------------------------------------------------------------------------------------------------

  function runs(text) {
    const found = new Map();
    for (const line of text.split("\n")) {
      const [word, letters] = line.split(" ");
      const run = [];
      for (let i = 0, last = 0; i < letters.length; ) {
        let far = 0;
        for (let scale = 1; ; scale *= 32) {
          const digit = DIGITS.indexOf(letters[i++]);
          far += (digit % 32) * scale;
          if (digit < 32) break;
        }
        last += far;
        run.push([last, DIGITS.indexOf(letters[i++]) * index.step]);
      }
      found.set(stem(word), run);
      index.known.add(word);
    }
    return found;
  }

  function load(told) {
    index = told;
    index.known = new Set();
    index.of = runs(told.words);
    index.inTitle = runs(told.titles);
    index.stopped = new Set(told.stopped.split(" "));
    index.others = new Map();
    for (const group of told.alike) {
      const stems = group.split(" ").map(stem);
      for (const one of stems) index.others.set(one, [...(index.others.get(one) ?? []), ...stems.filter((other) => other !== one)]);
    }
    index.rowPage = [];
    index.rowSection = [];
    index.sectionPage = [];
    index.first = [];
    let section = 0;
    told.pages.forEach(([, , , rows, below], page) => {
      index.first.push(index.rowPage.length);
      for (let row = 0; row < rows; row++) {
        index.rowPage.push(page);
        index.rowSection.push(row && row <= below ? section++ : -1);
        if (row && row <= below) index.sectionPage.push(page);
      }
    });
    index.named = new Map();
    for (const line of told.names.split("\n")) {
      const [page, anchor, ...names] = line.split("\t");
      for (const name of names) index.named.set(name, [Number(page), anchor]);
    }
    told.pages.forEach(([path], page) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (path.startsWith("/help/errors/")) index.named.set(name, [page, ""]);
    });
    index.titled = new Map(told.pages.map(([, title], page) => [title.toLowerCase(), page]).reverse());
  }

  // -- names: help/identify.py ---------------------------------------------------------------------------------------------

  const IN_JSON = /["']?\b(decline_?[cC]ode|failure_?[cC]ode|error_?[cC]ode|code)\b["']?\s*(?::|=>?)\s*["']([\w.-]+)["']/g;
  const STATUS = /(?:\bHTTP(?:\/[\d.]+)?|\bstatus(?:[ _]code)?|\berror|\bcode)\W{0,4}([1-5]\d\d)\b/gi;
  const LOOKS = /[A-Za-z]_[A-Za-z]|\w\.\w|^[A-Z][a-z]+(?:-[A-Z][A-Za-z0-9]+)+$|^(?:[A-Z][a-z0-9]+){2,}$|^[A-Z][A-Z0-9]{4,}$/;
  const ORDER = ["declinecode", "failurecode", "errorcode", "code"];
  const ID = /(?<![\w-])([a-z]{2,8}_)(?:test_|live_)?[0-9A-Za-z]{12,}/g;

  const folded = (text) => {
    const one = text.trim().replace(/\s+/g, " ");
    const parts = /^((?:[A-Za-z]+ )?)(\/\S*)$/.exec(one);
    if (!parts) return one.toLowerCase();
    const path = parts[2].replace(/\/$/, "").split("/");
    return (parts[1] + path.map((part) => part.replace(/^[a-z]{2,8}_(?:[^\W\d]*\d\w*|…)$|\{[^{}]*\}/, "{}")).join("/")).toLowerCase();
  };

  function* names(question) {
    const get = (name) => {
      for (let left = name; left; left = left.includes(".") ? left.slice(left.indexOf(".") + 1) : "") {
        const hit = index.named.get(folded(left)) ?? index.named.get(folded(left.replace(/(?<=[a-z])(?=[A-Z])/g, "_")));
        if (hit) return hit;
      }
      return undefined;
    };
    yield index.named.get(folded(question));
    const bare = /^(?:HTTP\s*)?([1-5]\d\d)(?:\s+[A-Za-z ]{2,40})?$/i.exec(question);
    if (bare) yield index.named.get(bare[1]);
    const members = [...question.matchAll(IN_JSON)].map(([, member, value]) => [member.toLowerCase().replace("_", ""), value]);
    for (const wanted of ORDER) for (const [member, value] of members) if (member === wanted) yield get(value);
    const said = question.match(/[A-Za-z][\w.-]*\w/g) ?? [];
    const hits = said.filter((word) => said.length === 1 || LOOKS.test(word)).map(get).filter(Boolean);
    const isError = ([page]) => index.pages[page][0].includes("/errors/");
    yield* hits.filter(isError).reverse();
    yield* hits;
    for (const { 0: word, index: begins } of question.matchAll(/[A-Za-z][\w.-]*\w/g)) {
      if (!word.includes("_") || question[begins - 1] === "/" || index.named.has(folded(word)) || new RegExp(ID.source).test(word)) continue;
      const meant = nearest(word.toLowerCase(), index.named.keys());
      if (meant) yield index.named.get(meant);
    }
    if (index.titled.has(folded(question))) yield [index.titled.get(folded(question)), ""];
    for (const [found] of question.matchAll(/\bcurl: ?\(\d+\)/g)) yield index.named.get(found.replace(":(", ": ("));
    for (const [, prefix] of question.matchAll(ID)) yield index.named.get(prefix);
    for (const [, status] of question.matchAll(STATUS)) yield index.named.get(status);
    for (const digits of question.match(/(?<!\d)(?:\d[ -]?){12,19}(?!\d)/g) ?? []) yield index.named.get(digits.replace(/\D/g, ""));
    if (question.split(/\s+/).length <= 8) for (const path of question.match(/\/v1\/[\w/{}]+/g) ?? []) yield index.named.get(folded(path));
  }

  // -- words ---------------------------------------------------------------------------------------------------------------

  function distance(a, b, most) {
    let earlier = [];
    let before = [];
    let row = Array.from({ length: b.length + 1 }, (_, i) => i);
    for (let i = 1; i <= a.length; i++) {
      [earlier, before, row] = [before, row, [i]];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] !== b[j - 1]));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], earlier[j - 2] + 1);
      }
      if (Math.min(...row) > most) return most + 1;
    }
    return row[b.length];
  }

  /** The known word that was probably meant; undefined where none is near: help/spelling.py. */
  function nearest(word, known) {
    const most = word.length < 4 || word.length > 40 ? 0 : word.length < 9 ? 1 : 2;
    let best = [most + 1];
    for (const other of most ? known : []) {
      if (Math.abs(other.length - word.length) > most) continue;
      const far = distance(word, other, most);
      const found = [far, other[0] === word[0] ? 0 : 1, -(index.of.get(stem(other))?.length ?? 0), other];
      if (far <= most && (found[0] - best[0] || found[1] - best[1] || found[2] - best[2]) < 0) best = found;
    }
    return best[3];
  }

  /** The stem of a word, or of the one that was probably meant. */
  function meant(word) {
    const own = stem(word);
    if (index.of.has(own) || index.inTitle.has(own) || index.named.has(word) || !/^[a-z]+$/.test(word)) return own;
    for (const known of index.of.keys()) if (known.startsWith(word)) return own;
    return stem(nearest(word, index.known) ?? word);
  }

  const rarity = (uses) => Math.max(Math.log((index.rowPage.length - uses + 0.5) / (uses + 0.5)), 0.01);

  /** By row: what a word is worth. Words of the same meaning, and those that begin so, count for less. */
  function worth(said, begun) {
    const found = new Map();
    const count = (one, share) => {
      for (const [row, points] of index.of.get(one) ?? []) found.set(row, Math.max(found.get(row) ?? 0, points * share));
      for (const [page, points] of index.inTitle.get(one) ?? [])
        for (let row = index.first[page] + 1; index.rowPage[row] === page; row++) found.set(row, Math.max(found.get(row) ?? 0, points * share));
    };
    count(said, 1);
    for (const other of index.others.get(said) ?? []) count(other, index.like);
    if (begun?.length > 1) {
      const beginnings = [...index.of].filter(([one]) => one !== said && one.startsWith(begun));
      beginnings.sort((a, b) => b[1].length - a[1].length);
      for (const [one] of beginnings.slice(0, 24)) count(one, index.begun);
    }
    return found;
  }

  function* ranked(question) {
    const all = words(question);
    let telling = all.filter((word) => !index.stopped.has(word));
    if (all.length === 1) telling = all;
    let asked = [...new Map(telling.map((word) => [/[{\n]|Traceback/.test(question) ? stem(word) : meant(word), word]))];
    if (asked.length > WORDS_MAX) {
      const uses = ([said]) => index.of.get(said)?.length ?? Infinity;
      const rarest = new Set([...asked].sort((a, b) => uses(a) - uses(b)).slice(0, WORDS_MAX));
      asked = asked.filter((one) => rarest.has(one));
    }
    const earned = new Map();
    let said = 0;
    asked.forEach(([one, word], number) => {
      const rows = worth(one, number === asked.length - 1 ? word : "");
      const share = rows.size ? rarity(rows.size) : 0;
      said += share;
      for (const [row, points] of rows) {
        const [sum, together] = earned.get(row) ?? [0, 0];
        earned.set(row, [sum + points, together + share]);
      }
    });
    const least = Math.max(0, ...[...earned.values()].map(([sum]) => sum)) * index.least;
    const rows = [...earned].filter(([, [sum]]) => sum > least).map(([row, [sum, together]]) => {
      const weight = index.weights[index.pages[index.rowPage[row]][2]];
      return [sum * weight * (1 + (index.together * together) / said), row];
    });
    rows.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    const pages = new Map();
    for (const [points, row] of rows.slice(0, ROWS_MAX)) {
      const page = index.rowPage[row];
      const found = pages.get(page) ?? { page, best: points, rows: 0, section: -1 };
      found.rows += 1;
      if (found.section < 0 && index.rowSection[row] >= 0 && points >= 0.4 * found.best) found.section = index.rowSection[row];
      pages.set(page, found);
    }
    const score = ({ best, rows: count }) => (best / 10) * (1 + 0.02 * Math.min(count, 5));
    yield* [...pages.values()].sort((a, b) => score(b) - score(a)).map((found) => ({ ...found, score: score(found) }));
  }

  function search(text, limit = 10) {
    const question = text.trim().slice(0, 8000);
    const results = new Map();
    const add = (page, anchor, score) => {
      if (results.has(page)) return;
      const [path, title] = index.pages[page];
      const heading = index.sections.find(([one], number) => one === anchor && index.sectionPage[number] === page)?.[1] ?? "";
      results.set(page, { path: anchor ? `${path}#${anchor}` : path, title, section: heading, score });
    };
    for (const hit of names(question)) if (hit) add(...hit, EXACT - results.size);
    for (const { page, section, score } of ranked(question)) {
      if (results.size >= limit) break;
      add(page, section < 0 ? "" : index.sections[section][0], score);
    }
    const matched = results.size > 0;
    if (!matched) for (const page of index.on) add(page, "", 0);
    return { matched, results: [...results.values()].slice(0, limit) };
  }

  return { load, search, stem, words };
})();
globalThis.finsecureFind = finsecureFind;

// -- the box ---------------------------------------------------------------------------------------------------------------

if (globalThis.document) {
  const script = document.currentScript;
  const WAIT_MS = 80;
  const SHOWN = 8;

  const make = (tag, members, ...children) => {
    const made = Object.assign(document.createElement(tag), members);
    made.append(...children);
    return made;
  };

  let loading;
  const loaded = () =>
    (loading ??= new Promise((resolve, reject) => {
      const source = new URL("find-index.js", script.src).href;
      document.head.append(make("script", { src: source, onload: resolve, onerror: reject }));
    }));

  /** Where a page lies beside the others: any folder, any server, or none. */
  const file = (path) => {
    const [page, anchor] = path.split("#");
    return new URL(`..${page}.html${anchor ? `#${anchor}` : ""}`, script.src).href;
  };

  const start = () => {
    const link = document.querySelector("a.find");
    const box = make("input", { id: "q", type: "text", inputMode: "search", enterKeyHint: "search", autocomplete: "off", placeholder: "Search help" });
    box.setAttribute("aria-label", "Search the help center");
    box.setAttribute("aria-keyshortcuts", "/");
    const panel = make("div", { className: "finds", hidden: true });
    const said = make("p", { className: "unseen" });
    said.setAttribute("role", "status");
    const place = make("div", { className: "find" }, box, panel, said);
    place.setAttribute("role", "search");
    link.replaceWith(place);

    const show = () => {
      const question = box.value.trim();
      panel.hidden = !question;
      if (!question) return;
      const { matched, results } = finsecureFind.search(question, SHOWN);
      const rows = results.map(({ path, title, section }) => {
        const name = make("span", { className: "result" }, title);
        if (section) name.append(" ", make("span", { className: "section" }, section));
        return make("li", {}, make("a", { href: file(path) }, name), make("p", { className: "origin" }, make("span", { className: "address" }, path)));
      });
      const count = `${results.length} ${results.length === 1 ? "result" : "results"}`;
      const words = matched ? count : `Nothing was found for “${question.slice(0, 80)}”. Go on with these, or look through `;
      const every = matched ? [] : [make("a", { href: file("/help/index") }, "every page"), "."];
      panel.replaceChildren(make("p", { className: "count" }, words, ...every), make("ol", { className: "results" }, ...rows));
      said.textContent = panel.querySelector(".count").textContent;
    };

    const ask = () => loaded().then(show, () => (location.href = file("/help/index")));
    let waiting;
    box.addEventListener("focus", () => loaded().catch(() => {}));
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, WAIT_MS);
    });
    place.addEventListener("keydown", (event) => {
      const links = [...panel.querySelectorAll(".results a")];
      const now = links.indexOf(document.activeElement);
      if (event.key === "Enter" && document.activeElement === box) {
        clearTimeout(waiting);
        ask().then(() => panel.querySelector(".results a")?.click());
      } else if (event.key === "Escape") {
        panel.hidden = true;
        box.focus();
      } else if (event.key === "ArrowDown" && links.length) links[Math.min(now + 1, links.length - 1)].focus();
      else if (event.key === "ArrowUp" && links.length) (links[now - 1] ?? box).focus();
      else return;
      event.preventDefault();
    });
    document.addEventListener("pointerdown", (event) => place.contains(event.target) || (panel.hidden = true));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.focus();
    });
  };
  document.addEventListener("DOMContentLoaded", start); // after help.js, which would ask a server
}
