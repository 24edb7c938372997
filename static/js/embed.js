/**
 * <groundswell-progress campaign="birthday"><a href="…">612 of 1,000 new members</a></groundswell-progress>
 *
 * The link inside is what is read before, and without, this script; its text follows the campaign.
 * Attributes: campaign; src (the site's address, if not this script's own); count, goal and state to draw
 * the bar before the first answer; name (spoken name of the bar); text-almost, text-reached, text-ended.
 * Style: --groundswell-bar, -track, -height, -radius, -gap; ::part(track), ::part(bar), ::part(note).
 * Event: groundswell:progress, bubbling, with progress.json as its detail. No cookie is sent or set.
 */
const BASE = new URL("./", import.meta.url);
const EVERY = 5_000;
const SLOWEST = 60_000;

const TEXTS = {
  almost: "Only {n} to go",
  reached: "We have reached our goal. Thank you!",
  ended: "This campaign has ended. Thank you!",
};

const CSS = `
:host { display: grid; gap: var(--groundswell-gap, 0.4em); }
:host([hidden]) { display: none; }
::slotted(:is(progress, small)) { display: none !important; }
[part=track] {
  height: var(--groundswell-height, 0.75em);
  border-radius: var(--groundswell-radius, 1em);
  overflow: hidden;
  background: var(--groundswell-track, color-mix(in srgb, currentColor 16%, transparent));
}
[part=bar] {
  inline-size: var(--fill, 0%);
  height: 100%;
  border-radius: inherit;
  background: var(--groundswell-bar, #b36200);
}
[part=note] { font-size: 0.875em; }
[part=note]:empty { display: none; }
@supports (color: light-dark(#000, #fff)) {
  [part=bar] { background: var(--groundswell-bar, light-dark(#b36200, #f3ae2d)); }
}
@media (prefers-reduced-motion: no-preference) { [part=bar] { transition: inline-size 0.8s ease-out; } }
@media (forced-colors: active) {
  [part=track] { border: 1px solid CanvasText; }
  [part=bar] { forced-color-adjust: none; background: Highlight; }
}`;

const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);

/** One poller for each address, however many bars show it. */
class Feed {
  static #all = new Map();
  #listeners = new Set();
  #wait = EVERY;
  #timer = 0;

  static of(url) {
    if (!this.#all.has(url)) this.#all.set(url, new Feed(url));
    return this.#all.get(url);
  }

  constructor(url) {
    this.url = url;
    document.addEventListener("visibilitychange", () => this.#schedule(0));
  }

  add(listener) {
    if (this.last) listener(this.last);
    if (this.#listeners.add(listener).size === 1) this.#schedule(0);
  }

  remove(listener) {
    this.#listeners.delete(listener);
    if (!this.#listeners.size) clearTimeout(this.#timer);
  }

  #schedule(wait) {
    clearTimeout(this.#timer);
    if (document.hidden || !this.#listeners.size) return;
    this.#timer = setTimeout(() => this.#poll(), wait);
  }

  async #poll() {
    try {
      this.last = await this.#read();
      for (const listener of this.#listeners) listener(this.last);
      this.#wait = this.last.state === "ended" ? SLOWEST : EVERY;
    } catch {
      this.#wait = Math.min(this.#wait * 2, SLOWEST);
    }
    this.#schedule(this.#wait * (0.8 + Math.random() * 0.4));
  }

  async #read() {
    // "no-cache" asks the server each time, with the ETag of what the browser holds.
    const response = await fetch(this.url, {
      cache: "no-cache",
      credentials: "omit",
      signal: AbortSignal.timeout(10_000),
    });
    const progress = response.ok && (await response.json());
    if (!progress.goal) throw new Error("no progress");
    return progress;
  }
}

function part(name, tag = "div") {
  const node = document.createElement(tag);
  node.setAttribute("part", name);
  return node;
}

class GroundswellProgress extends HTMLElement {
  #bar = part("bar");
  #track = part("track");
  #note = part("note", "span");
  #listener = (progress) => this.#receive(progress);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.#track.append(this.#bar);
    root.append(document.createElement("slot"), this.#track, this.#note);
  }

  connectedCallback() {
    const slug = encodeURIComponent(this.getAttribute("campaign"));
    const base = new URL(this.getAttribute("src") ?? BASE, document.baseURI);
    this.#draw({
      count: Number(this.getAttribute("count")),
      goal: Number(this.getAttribute("goal")),
      state: this.getAttribute("state"),
      label: this.#link?.textContent.trim(),
    });
    this.feed = Feed.of(new URL(`campaigns/${slug}/progress.json`, base).href);
    this.feed.add(this.#listener);
  }

  disconnectedCallback() {
    this.feed.remove(this.#listener);
  }

  get #link() {
    return this.querySelector("a");
  }

  #receive(progress) {
    if (this.#link && this.#link.textContent !== progress.label) this.#link.textContent = progress.label;
    this.#draw(progress);
    this.dispatchEvent(new CustomEvent("groundswell:progress", { bubbles: true, detail: progress }));
  }

  #draw({ count, goal, state, label }) {
    this.#track.style.visibility = goal ? "" : "hidden";
    if (!goal) return;
    this.#bar.style.setProperty("--fill", `${Math.min(100, (100 * count) / goal)}%`);
    this.#note.textContent = this.#words(state, goal - count);
    const attributes = {
      role: "progressbar",
      "aria-label": this.getAttribute("name") ?? "Campaign progress",
      "aria-valuemin": 0,
      "aria-valuemax": goal,
      "aria-valuenow": Math.min(count, goal),
      "aria-valuetext": label,
    };
    for (const [name, value] of Object.entries(attributes)) this.#track.setAttribute(name, value);
  }

  #words(state, remaining) {
    const key = state === "stretch" ? "reached" : state;
    if (!(key in TEXTS)) return "";
    const text = this.getAttribute(`text-${key}`) ?? TEXTS[key];
    return text.replace("{n}", remaining.toLocaleString(this.closest("[lang]")?.lang || undefined));
  }
}

if (!customElements.get("groundswell-progress")) {
  customElements.define("groundswell-progress", GroundswellProgress);
}
