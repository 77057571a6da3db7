// What makes pages quicker to use; all of them work without it.

const root = document.documentElement;
const dark = () =>
  (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

for (const button of document.querySelectorAll("button.theme")) {
  const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.hidden = false;
  name();
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
    name();
  });
}

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "Copied";
  });
}

// A note on where a value comes from closes by Escape, or by a click elsewhere.
const closeNotes = (except) => {
  for (const open of document.querySelectorAll("details.from[open]")) {
    if (open !== except) open.open = false;
  }
};
document.addEventListener("click", (event) => closeNotes(event.target.closest("details.from")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.from[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
