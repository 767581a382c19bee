// A form that is on its way cannot be sent twice; the server's key catches the rest.
document.addEventListener("submit", (event) => {
  if (event.target.method === "get") return;
  for (const button of event.target.querySelectorAll("button:not([type=button])")) {
    setTimeout(() => { button.disabled = true; }, 0);
  }
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
});
