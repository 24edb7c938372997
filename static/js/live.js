// Carries the supporters' total along with the campaign's bar, so that two numbers on a page agree.
document.addEventListener("groundswell:progress", ({ detail }) => {
  for (const node of document.querySelectorAll("[data-supporters]")) {
    node.textContent = detail.supporters.toLocaleString(document.documentElement.lang);
  }
});
