// The SPARQL editor: Yasgui, with our endpoint, prefixes, terms and saved queries, and nobody else's.

const data = JSON.parse(document.getElementById("editor-data").textContent);
const { Yasqe, Yasr } = Yasgui;

for (const kind of ["class", "property"]) {
  Yasqe.forkAutocompleter(kind, {
    name: `our-${kind}`,
    bulk: true,
    autoShow: true,
    persistenceId: null,
    get: () => Promise.resolve(data.terms[kind]),
  });
}
Yasqe.forkAutocompleter("prefixes", {
  name: "our-prefixes",
  bulk: true,
  autoShow: true,
  persistenceId: null,
  get: () => Promise.resolve(Object.entries(data.prefixes).map(([name, iri]) => `${name}: <${iri}>`)),
});
Yasqe.defaults.autocompleters = ["our-prefixes", "our-class", "our-property", "variables"];
Yasqe.defaults.value = data.first;
Yasqe.defaults.createShareableLink = (yasqe) =>
  `${location.origin}/editor?query=${encodeURIComponent(yasqe.getValue())}`;
Yasr.defaults.prefixes = data.prefixes;

const ours = { endpoint: `${location.origin}/sparql`, method: "POST" };
for (const defaults of [Yasgui.defaults, Yasqe.defaults]) Object.assign(defaults.requestConfig, ours);

const editor = new Yasgui(document.getElementById("yasgui"), {
  requestConfig: ours,
  endpointCatalogueOptions: { getData: () => [], keys: [] },
  copyEndpointOnNewTab: false,
  populateFromUrl: false,
  persistenceId: "reelgraph-1",
  tabName: "Query",
});

const open = (name, query) =>
  editor.addTab(true, {
    ...Yasgui.Tab.getDefaults(),
    name,
    yasqe: { value: query, endpoint: ours.endpoint },
    requestConfig: { ...Yasgui.defaults.requestConfig, ...ours },
  });
if (data.query) {
  open(data.name || "Query", data.query);
  history.replaceState(null, "", location.pathname);
}

// Saved queries.
const saved = document.getElementById("saved");
for (const each of data.saved) saved.add(new Option(`${each.name}: ${each.summary}`, each.name));
saved.form.hidden = false;
saved.addEventListener("change", () => {
  const chosen = data.saved.find((each) => each.name === saved.value);
  if (chosen) open(chosen.name, chosen.query);
  saved.value = "";
});

// Progress, and a way to cancel.
const running = document.querySelector(".running");
const elapsed = running.querySelector(".elapsed");
let clock;
const stop = () => { clearInterval(clock); running.hidden = true; };
editor.on("query", () => {
  const began = performance.now();
  const tell = () => { elapsed.textContent = `Running for ${((performance.now() - began) / 1000).toFixed(1)} s`; };
  clearInterval(clock);
  clock = setInterval(tell, 100);
  tell();
  running.hidden = false;
});
for (const event of ["queryResponse", "queryAbort"]) editor.on(event, stop);
running.querySelector(".cancel").addEventListener("click", () => {
  editor.getTab()?.getYasqe()?.abortQuery();
  stop();
});

// What the editor forgot to tell those who cannot see it.
const label = () => {
  const root = document.getElementById("yasgui");
  root.querySelector(".addTab")?.setAttribute("role", "tab"); // it stands in a list of tabs
  for (const [selector, text] of [
    [".CodeMirror textarea", "SPARQL query"],
    [".autocompleteWrapper input, .endpointText input", "Address of the endpoint"],
    [".yasr input[type=text], .yasr input[type=search]", "Filter the answer"],
    [".yasr select", "Rows on a page"],
    [".addTab", "Add a tab"],
    [".yasqe_queryButton", "Run the query"],
  ]) {
    for (const found of root.querySelectorAll(selector)) {
      if (!found.getAttribute("aria-label")) found.setAttribute("aria-label", text);
    }
  }
};
new MutationObserver(label).observe(document.getElementById("yasgui"), { childList: true, subtree: true });
label();
