/* The keyboard map. Everything here is also a link or a button: without scripts nothing is lost.
   `?` shows the map; `g` and then a letter goes to a place; `/` goes to the page's own search. */
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
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  for (const link of document.querySelectorAll("[data-shows-map]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      showMap();
    });
  }
})();
