// A form that is on its way cannot be sent twice; the server's key catches the rest.
document.addEventListener("submit", (event) => {
  if (event.target.method === "get") return;
  for (const button of event.target.querySelectorAll("button:not([type=button])")) {
    setTimeout(() => { button.disabled = true; }, 0);
  }
});
// Going back keeps what was typed; without scripts the browser's own button does the same.
for (const back of document.querySelectorAll("[data-back]")) {
  back.hidden = history.length < 2;
  back.addEventListener("click", () => history.back());
}
// Folded parts of an account, all at once; also before it is printed.
const unfold = (within) => { for (const part of within.querySelectorAll("details")) part.open = true; };
for (const button of document.querySelectorAll("[data-unfold]")) {
  button.addEventListener("click", () => unfold(document.querySelector(button.dataset.unfold)));
}
window.addEventListener("beforeprint", () => unfold(document));
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
});
