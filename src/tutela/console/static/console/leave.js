/* The way out of the public form. Without scripts it is a plain link; with them it also empties the page at once and
   takes the form's place in the history, and pressing Escape twice does the same. Earlier pages stay in the history. */
(() => {
  "use strict";

  const TWICE_MS_MAX = 1500;
  const link = document.querySelector("[data-leaves]");
  if (!link) return;

  const leave = () => {
    const away = link.href;
    document.title = "";
    document.body.replaceChildren();
    location.replace(away);
  };

  let pressedAt = -Infinity;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - pressedAt < TWICE_MS_MAX) leave();
    pressedAt = event.timeStamp;
  });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  for (const hint of document.querySelectorAll("[data-needs-script]")) hint.hidden = false;
})();
