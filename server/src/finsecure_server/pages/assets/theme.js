// Before the first paint: the colours that the reader has chosen, and that scripts run. Small, because the page waits for it.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    const theme = localStorage.getItem("finsecure.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage is forbidden here: the system decides.
  }
})();
