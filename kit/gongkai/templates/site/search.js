// Find agencies in the list of this page: a row is shown where it has every word that was typed.
// What is asked is kept in the address. Without a script there is the whole list.
(() => {
  "use strict";
  const form = document.querySelector(".find"), count = document.querySelector(".count");
  const plain = text => text.normalize("NFKC").toLowerCase();
  const places = [...document.querySelectorAll(".place")].map(place => {
    const title = place.querySelector("h3")?.textContent ?? "";
    const kinds = [...place.querySelectorAll(".kind")].map(kind => {
      const above = `${title} ${kind.querySelector(".kind-name")?.firstChild.textContent ?? ""}`;
      const rows = [...kind.querySelectorAll("li")].map(row => ({row, isLink: !!row.querySelector("a"), text: plain(`${above} ${row.textContent}`)}));
      return {kind, rows, total: kind.querySelector(".kind-name small")};
    });
    return {place, kinds};
  });
  const all = count.textContent, links = document.querySelector(".places");
  // 民政 is not what 人民政府 has inside it.
  const has = (text, word) => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
      if (!at || text.slice(at - 1, at + 3) !== "人民政府") return true;
    return false;
  };

  const select = () => {
    const words = plain(form.words.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const {place, kinds} of places) {
      let here = 0;
      for (const {kind, rows, total} of kinds) {
        const before = here;
        for (const {row, isLink, text} of rows) {
          row.hidden = words.length > 0 && !(isLink && words.every(word => has(text, word)));
          here += !row.hidden;
        }
        if (total) total.textContent = `${words.length ? here - before : rows.filter(row => row.isLink).length}个`;
        kind.hidden = here === before;
      }
      place.hidden = !here;
      found += here;
    }
    if (links) links.hidden = words.length > 0;
    count.textContent = !words.length ? all : found ? `找到${found}个机关` : "没有符合条件的机关";
  };
  const recall = () => {
    const asked = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    form.words.value = asked.get("words") ?? "";
    select();
  };

  form.addEventListener("input", () => {
    select();
    history.replaceState(null, "", form.words.value ? `#${new URLSearchParams({words: form.words.value})}` : "#");
  });
  form.addEventListener("submit", event => event.preventDefault());
  addEventListener("hashchange", recall);
  form.hidden = false;
  recall();
})();
