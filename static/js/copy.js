// Shows the copy buttons, which do nothing without a script, and says aloud whether copying worked.
async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const status = button.closest(".panel").querySelector("[role=status]");
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
    status.textContent = status.dataset.copied;
  } catch {
    status.textContent = status.dataset.failed;
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
