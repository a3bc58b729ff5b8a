// Find agencies in the list of this page: a row is shown where it has every word that was typed.
// What is asked is kept in the address. Without a script there is the whole list.
(() => {
  "use strict";
  const form = document.querySelector(".find"), count = document.querySelector(".count");
  const plain = text => text.normalize("NFKC").toLowerCase();
  const places = [...document.querySelectorAll(".place")].map(place => {
    const title = place.querySelector("h3")?.textContent ?? "";
    const rows = [...place.querySelectorAll("li")].map(row => ({row, text: plain(`${title} ${row.textContent}`)}));
    return {place, rows};
  });
  const all = count.textContent, links = document.querySelector(".places");

  const select = () => {
    const words = plain(form.words.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const {place, rows} of places) {
      let here = 0;
      for (const {row, text} of rows) {
        row.hidden = !words.every(word => text.includes(word));
        here += !row.hidden;
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
