// A classic script right after the banner: it must run before the first paint, so that a banner
// closed for good neither flashes nor moves the page. A module would run too late for that.
(() => {
  const banner = document.getElementById("campaign-banner");
  const key = `groundswell-banner-closed:${banner.dataset.campaign}`;
  const storage = (use) => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };

  function close() {
    const main = document.getElementById("main");
    const top = () => main.getBoundingClientRect().top;
    const before = top();
    // Whoever has read on keeps their line. Ours alone may correct: some browsers would do it again.
    document.documentElement.style.overflowAnchor = "none";
    banner.hidden = true;
    scrollBy({ top: top() - before, behavior: "instant" });
    storage((local) => local.setItem(key, "1"));
    main.focus({ preventScroll: true });
  }

  if (storage((local) => local.getItem(key))) banner.hidden = true;
  const button = banner.querySelector(".banner__close");
  button.hidden = false;
  button.addEventListener("click", close);
})();
