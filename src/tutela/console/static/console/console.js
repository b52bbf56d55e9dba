/* The keyboard map. Everything here is also a link or a button: without scripts nothing is lost.
   `?` shows the map; `g` and then a letter goes to a place; `j` and `k` walk the rows of the page's list, `n` and `p` its
   pages; `/` goes to the page's own search. */
(() => {
  "use strict";

  const CHORD_MS_MAX = 1500;
  let waitingSince = -Infinity;

  const isTyping = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || element.matches("input, select, textarea"));

  const showMap = () => {
    const map = document.getElementById("keyboard-map");
    if (map && !map.open) map.showModal();
  };

  const goTo = (key) => {
    const place = [...document.querySelectorAll("a[data-key]")].find((link) => link.dataset.key === key);
    if (place) place.click();
    return Boolean(place);
  };

  const walk = (step) => {
    const rows = [...document.querySelectorAll("main tbody th a, main .waiting a, main .timeline a")];
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
    if (next) next.focus();
  };

  const turn = (way) => {
    const link = document.querySelector(`.pages [rel="${way}"]`);
    if (link) link.click();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const now = event.timeStamp;
    if (now - waitingSince < CHORD_MS_MAX) {
      waitingSince = -Infinity;
      if (goTo(event.key)) event.preventDefault();
      return;
    }
    if (event.key === "g") waitingSince = now;
    if (event.key === "?") showMap();
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "j") walk(1);
    if (event.key === "k") walk(-1);
    if (event.key === "n") turn("next");
    if (event.key === "p") turn("prev");
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  // On a narrow screen the places stand in one line that scrolls: it begins where we are.
  document.querySelector(".places [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  for (const link of document.querySelectorAll("[data-shows-map]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      showMap();
    });
  }
})();
