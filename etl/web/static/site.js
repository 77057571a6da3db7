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

// Suggestions while one types: a list below the field, moved through by the arrow keys.
const suggest = (input, kind, choose) => {
  const list = document.createElement("ul");
  const id = `suggestions-${input.name}-${document.querySelectorAll(".suggestions").length}`;
  Object.assign(list, { id, className: "suggestions", role: "listbox", hidden: true });
  list.setAttribute("aria-label", "Suggestions");
  input.after(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-expanded", "false");
  let found = [], at = -1, asked = 0, timer;

  const close = () => { list.hidden = true; at = -1; mark(); input.setAttribute("aria-expanded", "false"); };
  const mark = () => {
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) input.setAttribute("aria-activedescendant", `${id}-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const show = () => {
    list.replaceChildren(...found.map((each, place) => {
      const item = document.createElement("li");
      const more = document.createElement("small");
      Object.assign(item, { id: `${id}-${place}`, role: "option", textContent: each.label });
      more.textContent = [each.kind, each.details].filter(Boolean).join(": ");
      item.append(more);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(each); close(); });
      return item;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
    mark();
  };
  const ask = async () => {
    const text = input.value.trim(), number = ++asked;
    if (text.length < 2) { found = []; show(); return; }
    const answer = await fetch(`/search.json?${new URLSearchParams({ q: text, kind })}`);
    if (number !== asked || document.activeElement !== input) return;
    found = answer.ok ? await answer.json() : [];
    show();
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      at = (at + step + found.length + 1) % (found.length + 1);
      if (at === found.length) at = -1;
      mark();
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) {
      choose(found[at]);
      close();
      event.preventDefault();
    }
  });
};
for (const input of document.querySelectorAll(".find input[type=search]")) {
  suggest(input, "", (each) => { location.href = each.path; });
}
for (const input of document.querySelectorAll("input[data-kind]")) {
  suggest(input, input.dataset.kind, (each) => { input.value = each.iri; input.title = each.label; });
}

// In a drawing of what belongs together, the lines of what is pointed at or has the focus stand out.
for (const drawing of document.querySelectorAll(".graph")) {
  const light = (event) => {
    const left = ["mouseleave", "focusout"].includes(event.type);
    const name = left ? undefined : event.target.closest("a")?.dataset.node;
    for (const { classList, dataset } of drawing.querySelectorAll(".edge")) {
      classList.toggle("lit", name !== undefined && (dataset.one === name || dataset.other === name));
    }
  };
  for (const kind of ["mouseover", "mouseleave", "focusin", "focusout"]) drawing.addEventListener(kind, light);
}
