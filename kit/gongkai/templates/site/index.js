// Search, filter, sort and turn pages. The rows are kept as text and only those of one page are
// in the document: ten thousand reports answer as quickly as ten. Beyond the first page they
// stand in <noscript>, which a browser with scripts does not parse; without them it is a table.
(() => {
  "use strict";
  const table = document.querySelector("table.reports"), body = table.tBodies[0];
  const form = document.querySelector(".find"), count = document.querySelector(".count");
  const pages = document.querySelector(".pages"), size = Number(table.dataset.page);
  const heads = [...table.tHead.rows[0].cells];
  const rest = document.querySelector("noscript");
  const plain = text => text.normalize("NFKC").toLowerCase();
  const entities = {amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'"};
  const words = html => html.replace(/<[^>]*>/g, "").replace(/&(amp|lt|gt|#34|#39);/g, (_, name) => entities[name]).trim();

  const source = body.innerHTML + (rest ? rest.textContent.split("<tbody>")[1] : "");
  const rows = source.split("\n").filter(line => line.startsWith("<tr>")).map(line => {
    const cells = line.split(/<\/t[hd]>/).map(words), slug = /href="([^"/]+)/.exec(line)[1];
    return {
      html: line.replace("<tr>", '<tr role="row">').replace("<th ", '<th role="rowheader" ').replaceAll("<td>", '<td role="cell">'),
      name: cells[0], numbers: cells.map(cell => cell === "" ? NaN : Number(cell)), isPublic: cells[2] === "有",
      year: cells[1], district: slug.split("-")[0], found: plain(`${cells[0]} ${slug} ${cells[1]}`),
    };
  });

  let order = rows, shown = rows, page = 0, sorted = -1, down = false, ranks = null;

  // Names by pinyin: comparing is slow, so each name is ranked once, before anybody asks.
  const rank = () => {
    if (ranks) return;
    const names = [...new Set(rows.map(row => row.name))].sort(new Intl.Collator("zh-CN", {numeric: true}).compare);
    ranks = new Map(names.map((name, place) => [name, place]));
    for (const row of rows) row.numbers[0] = ranks.get(row.name);
  };
  (window.requestIdleCallback || setTimeout)(rank);

  const show = () => {
    const start = page * size, end = Math.min(start + size, shown.length);
    body.innerHTML = shown.slice(start, end).map(row => row.html).join("");
    const many = shown.length > size;
    count.textContent = shown.length === 0 ? "没有符合条件的报告" :
      (shown.length === rows.length ? `共${rows.length}份` : `符合条件的${shown.length}份，共${rows.length}份`) +
      (many ? `，现为第${start + 1}—${end}份` : "");
    pages.hidden = !many;
    pages.querySelector("span").textContent = `第${page + 1}页，共${Math.max(1, Math.ceil(shown.length / size))}页`;
    for (const button of pages.querySelectorAll("button")) {
      const target = page + Number(button.dataset.step);
      button.setAttribute("aria-disabled", target < 0 || target * size >= shown.length);
    }
  };

  const select = () => {
    const asked = plain(form.words.value).split(/\s+/).filter(Boolean);
    const district = form.district.value, year = form.year.value, state = form.state.value;
    const states = {public: row => row.isPublic, none: row => !row.isPublic, error: row => row.numbers[3] > 0, warning: row => row.numbers[4] > 0};
    shown = order.filter(row =>
      (!district || row.district === district) && (!year || row.year === year) &&
      (!state || states[state](row)) && asked.every(word => row.found.includes(word)));
    page = 0;
    show();
  };

  const sort = (column, descending) => {
    [sorted, down] = [column, descending];
    if (column === 0) rank();
    if (column < 0) order = rows;
    else {
      const sign = down ? -1 : 1;
      for (const row of rows) {
        const number = column === 2 ? Number(row.isPublic) : row.numbers[column];
        row.key = Number.isNaN(number) ? Infinity : sign * number;  // blanks last, either way
      }
      order = [...rows].sort((one, other) => one.key < other.key ? -1 : one.key > other.key ? 1 : 0);
    }
    heads.forEach((head, place) => {
      if (head.firstElementChild) head.setAttribute("aria-sort", place !== column ? "none" : down ? "descending" : "ascending");
    });
    choice.value = column < 0 ? "" : `${column} ${down ? "down" : "up"}`;
    select();
  };

  // A header becomes a button; on a telephone, where there are no headers, a list takes its place.
  const choice = document.querySelector(".sorts select");
  heads.slice(0, -1).forEach((head, column) => {
    const button = document.createElement("button"), name = document.createElement("span");
    button.type = "button";
    button.textContent = name.textContent = head.textContent;
    button.addEventListener("click", () => sort(column, sorted === column ? !down : column > 0));
    head.replaceChildren(button, name);
    head.setAttribute("aria-sort", "none");
    for (const [way, said] of [["up", "升序"], ["down", "降序"]]) {
      choice.add(new Option(`${button.textContent}，${said}`, `${column} ${way}`));
    }
  });
  choice.addEventListener("change", () => {
    const [column, way] = choice.value.split(" ");
    sort(choice.value ? Number(column) : -1, way === "down");
  });
  form.addEventListener("input", select);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => sort(-1, false)));
  pages.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    page += Number(button.dataset.step);
    show();
    document.getElementById("list").scrollIntoView();
  });

  for (const [part, role] of [[table, "table"], [table.tHead, "rowgroup"], [body, "rowgroup"], [table.tHead.rows[0], "row"]]) part.setAttribute("role", role);
  for (const head of heads) head.setAttribute("role", "columnheader");
  form.hidden = document.querySelector(".sorts").hidden = false;
  select();  // a browser that goes back fills the form in again
})();
