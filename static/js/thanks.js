// Waits with the reader until the payment is recorded; the page itself always comes from the server.
const PATIENCE = 60_000;
const box = document.querySelector("[data-status-url]");
const startedAt = Date.now();

async function hasMoved() {
  try {
    const response = await fetch(box.dataset.statusUrl, { cache: "no-store" });
    return response.ok && (await response.json()).state !== box.dataset.state;
  } catch {
    return false;
  }
}

async function poll() {
  if (await hasMoved()) return location.reload();
  const waited = Date.now() - startedAt;
  if (waited > PATIENCE) box.querySelector("[data-late]").hidden = false;
  else setTimeout(poll, waited < 15_000 ? 1_000 : 3_000);
}

if (box) poll();
