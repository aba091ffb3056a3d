// Runs before anything is drawn: the theme and the language that the person chose take the place of the system's and
// the browser's. Gradio asks for both in this way. `page:theme` changes the theme of the open page.
// And what would have an open page drawn sixty times a second for ever, on the model's processors, is slowed down.
// Every request of the page is given the page's secret.
(() => {
  const themes = ["light", "dark"];
  let kept = {};
  try { kept = JSON.parse(localStorage.getItem("pygmalion-page")) ?? {}; } catch { /* there is no storage */ }
  let theme = kept.theme;
  const root = document.documentElement, query = "(prefers-color-scheme: dark)";
  const matchMedia = window.matchMedia.bind(window), system = matchMedia(query);
  const isDark = () => (themes.includes(theme) ? theme === "dark" : system.matches);
  window.matchMedia = (asked) => (asked !== query ? matchMedia(asked) : {
    media: query,
    get matches() { return isDark(); },
    addEventListener: (...given) => system.addEventListener(...given),
    removeEventListener: (...given) => system.removeEventListener(...given),
    addListener: (...given) => system.addListener(...given),
    removeListener: (...given) => system.removeListener(...given),
  });
  // The ground of the empty page, until Gradio has drawn its own.
  const paint = () => {
    const isChosen = themes.includes(theme);
    root.style.colorScheme = isChosen ? theme : "";
    for (const name of ["--bg", "--col"]) {
      root.style.removeProperty(name);
      root.style.removeProperty(`${name}-dark`);
      if (isChosen) root.style.setProperty(theme === "dark" ? name : `${name}-dark`, `var(${theme === "dark" ? `${name}-dark` : name})`);
    }
    document.body?.classList.toggle("dark", isDark());
  };
  document.addEventListener("page:theme", (event) => { theme = event.detail; paint(); });
  paint();
  // Every request of this page carries its secret: see `ui/visitors/pages.py`.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fetch = window.fetch.bind(window);
  // A server that strangers use may say that this was too much in a short time, and when to ask again.
  const patient = async (asked, options) => {
    const answer = await fetch(asked, options), waitS = Number(answer.headers.get("Retry-After"));
    if (answer.status !== 429 || !waitS || asked instanceof Request) return answer;
    document.dispatchEvent(new CustomEvent("page:limited", { detail: waitS }));
    await new Promise((resolve) => setTimeout(resolve, waitS * 1000));
    return patient(asked, options);
  };
  window.fetch = (asked, options) => {
    const isRequest = asked instanceof Request;
    if (new URL(isRequest ? asked.url : asked, location.href).origin !== location.origin) return fetch(asked, options);
    const headers = new Headers(options?.headers ?? (isRequest ? asked.headers : {}));
    headers.set("X-Page-Secret", secret);
    return patient(asked, { ...options, headers });
  };
  if (/^[a-z]{2}$/.test(kept.language ?? "")) {
    Object.defineProperty(navigator, "language", { get: () => kept.language });
    Object.defineProperty(navigator, "languages", { get: () => [kept.language] });
  }
  // Gradio counts how long something takes in every frame, and goes on when the counter has left the page.
  const inNextFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => (
    String(draw).includes("performance.now()") ? setTimeout(() => draw(performance.now()), 500) : inNextFrame(draw));
})();
