// What the help center does beyond its pages: copy buttons, colours, and results as one types. Without it nothing is missing.
"use strict";

{
  const root = document.documentElement;

  // -- colours -----------------------------------------------------------------------------------------------------------

  const themes = [...document.querySelectorAll("[data-theme-choice]")];

  function showTheme() {
    const chosen = root.dataset.theme ?? "system";
    for (const button of themes) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
  }

  for (const button of themes) {
    button.addEventListener("click", () => {
      const chosen = button.dataset.themeChoice;
      if (chosen === "system") delete root.dataset.theme;
      else root.dataset.theme = chosen;
      try {
        if (chosen === "system") localStorage.removeItem("finsecure.theme");
        else localStorage.setItem("finsecure.theme", chosen);
      } catch {
        // It holds for this page only.
      }
      showTheme();
    });
  }
  showTheme();

  // -- copying -----------------------------------------------------------------------------------------------------------

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".copy");
    if (!button) return;
    const code = button.closest(".codebox").querySelector("pre");
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = button.dataset.copied;
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Press Ctrl C";
    }
    setTimeout(() => (button.textContent = words), 2000);
  });

  // -- searching as one types --------------------------------------------------------------------------------------------

  const WAIT_MS = 120;
  const SETTLED_MS = 1500; // nobody stops so long in the middle of a word
  const form = document.querySelector(".find");
  const box = form?.querySelector("input[type=search]");
  const page = document.getElementById("results"); // on the page of results; elsewhere a panel hangs below the box

  if (box) {
    const panel = page ?? form.appendChild(Object.assign(document.createElement("div"), { className: "finds", hidden: true }));
    const said = form.appendChild(Object.assign(document.createElement("p"), { className: "unseen" }));
    said.setAttribute("role", "status");
    let shown = page ? box.value.trim() : "";
    let waiting;
    let asking = new AbortController();

    const links = () => [...panel.querySelectorAll(".results a")];
    const address = (question, more) => `/help/search?${new URLSearchParams({ q: question, part: "results", ...more })}`;

    const close = () => {
      if (!page) panel.hidden = true;
    };

    const ask = async () => {
      const question = box.value.trim();
      if (question === shown) {
        if (!page) panel.hidden = !question;
        return;
      }
      asking.abort();
      asking = new AbortController();
      if (!question && !page) {
        shown = question;
        return close();
      }
      try {
        const reply = await fetch(address(question, page ? {} : { limit: 6 }), { signal: asking.signal });
        if (!reply.ok) return;
        panel.innerHTML = await reply.text();
      } catch {
        return; // typed on, or offline: Enter still asks for the page
      }
      shown = question;
      panel.hidden = false;
      const count = panel.querySelector(".count");
      count?.removeAttribute("role"); // said once, from a place that was there before
      said.textContent = count?.textContent ?? "";
      if (page) history.replaceState(null, "", question ? `/help/search?${new URLSearchParams({ q: question })}` : "/help/search");
    };

    let settling;
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      clearTimeout(settling);
      waiting = setTimeout(ask, WAIT_MS);
      settling = setTimeout(() => {
        const question = box.value.trim();
        if (question && question === shown && panel.querySelector("[data-unmatched]")) fetch(address(question, { settled: "true" }));
      }, SETTLED_MS);
    });

    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !page && !panel.hidden) {
        event.preventDefault();
        close();
        box.focus();
        return;
      }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      move(event);
    });
    if (page) page.addEventListener("keydown", (event) => /^Arrow(Down|Up)$/.test(event.key) && move(event));

    function move(event) {
      const all = links();
      if (!all.length || panel.hidden) return;
      event.preventDefault();
      const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (at < 0) box.focus();
      else all[Math.min(at, all.length - 1)].focus();
    }

    box.addEventListener("focus", () => {
      if (!page && box.value.trim() && shown === box.value.trim()) panel.hidden = false;
    });
    document.addEventListener("pointerdown", (event) => form.contains(event.target) || close());
    form.addEventListener("focusout", (event) => event.relatedTarget && !form.contains(event.relatedTarget) && close());

    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.focus();
      box.select();
    });
  }

  // -- a list that one narrows by typing -----------------------------------------------------------------------------------

  for (const filter of document.querySelectorAll("[data-filters]")) {
    const list = document.getElementById(filter.dataset.filters);
    const rows = [...list.querySelectorAll("li")].map((row) => [row, `${row.dataset.words} ${row.textContent}`.toLowerCase()]);
    const count = document.getElementById(filter.dataset.count);
    const what = filter.dataset.what;

    const narrow = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let left = 0;
      for (const [row, text] of rows) {
        row.hidden = !words.every((word) => text.includes(word));
        left += row.hidden ? 0 : 1;
      }
      for (const group of list.querySelectorAll("section")) {
        group.hidden = !group.querySelector("li:not([hidden])");
        const anchor = group.querySelector("[id]")?.id;
        for (const link of anchor ? document.querySelectorAll(`.anchors a[href="#${anchor}"]`) : []) link.hidden = group.hidden;
      }
      count.textContent = !words.length ? `${rows.length} ${what}` : left ? `${left} of ${rows.length} ${what}` : `None of ${rows.length} ${what} says so.`;
    };

    const note = () => {
      const query = filter.value.trim() ? `?${new URLSearchParams({ show: filter.value.trim() })}` : "";
      try {
        history.replaceState(null, "", location.pathname + query + location.hash);
      } catch {
        // A file has no address that could hold it.
      }
    };

    filter.value ||= new URLSearchParams(location.search).get("show") ?? "";
    filter.addEventListener("input", () => {
      narrow();
      note();
    });
    if (filter.value) narrow();
  }
}
