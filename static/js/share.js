// Shows the share button where the browser can share; the text is what stands in the field beside it.
for (const button of document.querySelectorAll("[data-share]")) {
  const text = document.getElementById(button.dataset.share).value;
  button.hidden = !navigator.canShare?.({ text });
  button.addEventListener("click", () => navigator.share({ text }).catch(() => {}));
}
