// Search, filter, sort and turn pages, by agency or by report. The rows are kept as text and only
// those of one page are in the document: ten thousand reports answer as quickly as ten. Beyond the
// first page they stand in <noscript>, which a browser with scripts does not parse; without them it
// is a table. What is asked stands in the address, so that it can be sent and found again.
(() => {
  "use strict";
  const find = selector => document.querySelector(selector);
  const tables = {matrix: find("table.matrix"), list: find("table.reports")};
  const form = find(".find"), count = find(".count"), pages = find(".pages"), choice = find(".sorts select");
  const size = Number(tables.matrix.dataset.page), most = Number(tables.matrix.dataset.most), rest = find("noscript");
  const plain = text => text.normalize("NFKC").toLowerCase();
  const entities = {amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'"};
  const decoded = text => text.replace(/&(amp|lt|gt|#34|#39);/g, (_, name) => entities[name]);
  const headings = table => [...table.tHead.rows[0].cells];
  const years = headings(tables.matrix).slice(1, -2).map(head => head.textContent);
  const ranks = ["error", "unreadable", "unbuilt", "missing", "warning", "clear", "before"];

  const source = tables.matrix.tBodies[0].innerHTML + (rest ? rest.textContent.split("<tbody>")[1] : "");
  const agencies = source.split("\n").filter(line => line.startsWith("<tr")).map(line => {
    const [, slug, district, head] = /<tr data-s="([^"]*)" data-d="([^"]*)">(<th.*?<\/th>)/.exec(line);
    const name = decoded(head.replace(/<[^>]*>/g, ""));
    const agency = {name, slug, head: head.replace("<th", '<th role="rowheader"'), district: decoded(district), found: plain(`${name} ${slug}`)};
    agency.cells = [...line.matchAll(/<td class="([a-z]+)"(?: data-v="([^"]*)")?>(.*?)<\/td>/g)].slice(0, years.length)
      .map(([, kind, said, html], place) => {
        const numbers = said === undefined ? [] : said.split(",").map(text => text === "" ? NaN : Number(text));
        return {agency, kind, html, year: years[place], numbers, rank: ranks.indexOf(kind), worst: numbers[0] || numbers[1] || 0};
      });
    return agency;
  });

  // Names by pinyin: comparing is slow, so each name is ranked once, before anybody asks.
  let ranked = false;
  const rank = () => {
    if (ranked) return;
    ranked = true;
    const names = [...agencies].sort((one, other) => compare(one.name, other.name));
    names.forEach((agency, place) => { agency.place = place; });
  };
  const compare = new Intl.Collator("zh-CN", {numeric: true}).compare;
  (window.requestIdleCallback || setTimeout)(rank);

  const asks = {
    missing: cell => cell.kind === "missing", unreadable: cell => cell.kind === "unreadable", unbuilt: cell => cell.kind === "unbuilt", error: cell => cell.kind === "error",
    warning: cell => cell.numbers[1] > 0, clear: cell => cell.kind === "clear", "": cell => cell.kind !== "before",
  };
  const total = (cells, place) => cells.reduce((sum, cell) => sum + (cell.numbers[place] || 0), 0);
  const cell = (html, kind = "") => `<td role="cell"${kind && ` class="${kind}"`}>${html}</td>`;
  const blank = headings(tables.list).slice(3).map(() => undefined);  // of a report that is not there
  const amount = value => value === undefined ? "" : Number.isNaN(value) ? "<i>空白</i>" : value;

  // Each view: the rows it has, a row's HTML, and what each column sorts by. The worst comes first.
  const state = one => one.rank * 1e6 - one.worst;
  const views = {
    matrix: {
      rows: () => agencies.filter(agency => agency.asked),
      row: agency => agency.head + agency.scope.map(one => cell(one.html, one.kind)).join("") +
        cell(total(agency.scope, 0), "sum") + cell(total(agency.scope, 1), "sum"),
      key: (agency, column) => column === "机关" ? agency.place : column === "错误" ? total(agency.scope, 0) :
        column === "警告" ? total(agency.scope, 1) : state(agency.cells[years.indexOf(column)]),
    },
    list: {
      rows: () => agencies.filter(agency => agency.asked).flatMap(agency => agency.scope.filter(asks[form.state.value])),
      row: one => one.agency.head + cell(one.year) + cell(one.html, one.kind) + (one.numbers.length ? one.numbers : blank).map(value => cell(amount(value))).join(""),
      key: (one, column) => column === "机关" ? one.agency.place : column === "年份" ? Number(one.year) : column === "状态" ? state(one) :
        one.numbers[headings(tables.list).findIndex(head => head.dataset.name === column) - 3],
    },
  };
  const rising = column => column === "机关" || column === "状态" || years.includes(column);  // what its first click asks for

  let shown = [], page = 0, sorted = "", way = "";
  const current = () => form.view.value || "matrix";

  const show = (limit = size) => {
    const view = views[current()], start = page && page * limit, end = Math.min(start + limit, shown.length), table = tables[current()];
    const none = `<tr role="row"><td role="cell" class="none" colspan="99">没有符合条件的报告 <button type="button">清除条件</button></td></tr>`;
    table.tBodies[0].innerHTML = shown.slice(start, end).map(row => `<tr role="row">${view.row(row)}</tr>`).join("") || none;
    const many = shown.length > limit, of = kind => shown.filter(row => row.kind === kind).length;
    const absent = [["缺报", of("missing")], ["未生成", of("unbuilt")]].filter(([, number]) => number);
    const said = current() === "matrix" ? `${shown.length}个机关` :
      [`${absent.reduce((left, [, number]) => left - number, shown.length)}份报告`, ...absent.map(([name, number]) => `${name}${number}份`)].join("，");
    count.textContent = said + (many ? `，现为第${start + 1}—${end}` : "");
    pages.hidden = !many;
    pages.querySelector("span").textContent = `第${page + 1}页，共${Math.max(1, Math.ceil(shown.length / limit))}页`;
    for (const button of pages.querySelectorAll("button")) {
      const target = page + Number(button.dataset.step);
      button.setAttribute("aria-disabled", target < 0 || target * limit >= shown.length);
    }
  };

  const select = () => {
    const words = plain(form.words.value).split(/\s+/).filter(Boolean), year = years.indexOf(form.year.value);
    const fits = agencies.filter(agency => (!form.district.value || agency.district === form.district.value) && words.every(word => agency.found.includes(word)));
    for (const agency of agencies) agency.asked = false;
    for (const agency of fits) {
      agency.scope = year < 0 ? agency.cells : [agency.cells[year]];
      agency.asked = agency.scope.some(asks[form.state.value]);
    }
    for (const tile of document.querySelectorAll(".summary [data-state]")) {
      tile.querySelector("dd").textContent = fits.reduce((sum, agency) => sum + agency.scope.filter(asks[tile.dataset.state]).length, 0);
      tile.querySelector("button").setAttribute("aria-pressed", tile.dataset.state === form.state.value);
    }
    headings(tables.matrix).slice(1, -2).forEach((head, place) => { head.hidden = year >= 0 ? year !== place : place >= most; });
    tables.matrix.classList.toggle("single", year >= 0);
    for (const name in tables) {
      tables[name].hidden = name !== current();
      if (tables[name].hidden) tables[name].tBodies[0].replaceChildren();
    }
    tables.matrix.parentElement.hidden = current() === "list";
    shown = views[current()].rows();
    order();
    page = 0;
    show();
  };

  const order = () => {
    const column = sorted || (current() === "list" ? "状态" : form.year.value), down = way === "down";
    if (column) {
      if (column === "机关") rank();
      const key = views[current()].key;
      for (const row of shown) {
        const value = key(row, column);
        row.key = value === undefined || Number.isNaN(value) ? Infinity : down ? -value : value;  // blanks last, either way
      }
      shown.sort((one, other) => one.key < other.key ? -1 : one.key > other.key ? 1 : 0);
    }
    for (const head of headings(tables[current()])) {
      head.setAttribute("aria-sort", head.dataset.name !== sorted ? "none" : down ? "descending" : "ascending");
    }
    choice.replaceChildren(new Option("问题多的在前", ""), ...headings(tables[current()]).filter(head => !head.hidden).flatMap(head =>
      [["up", "升序"], ["down", "降序"]].map(([name, said]) => new Option(`${head.dataset.name}，${said}`, `${head.dataset.name} ${name}`))));
    choice.value = sorted ? `${sorted} ${way}` : "";
  };

  const sort = (column, direction) => {
    [sorted, way] = [column, direction];
    select();
    remember();
  };

  // The address: what is asked, as a fragment, which a page opened from a folder may change too.
  const remember = () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    if (sorted) asked.set("sort", `${sorted} ${way}`);
    history.replaceState(null, "", `#${asked}`);
  };
  const recall = () => {
    const asked = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
    for (const field of form.elements) if (field.name) field.value = asked.get(field.name) ?? "";
    for (const field of form.querySelectorAll("select")) if (field.selectedIndex < 0) field.value = "";
    const [column, direction] = (asked.get("sort") ?? "").split(" ");
    const known = headings(tables[current()]).some(head => head.dataset.name === column);
    [sorted, way] = known ? [column, direction === "down" ? "down" : "up"] : ["", ""];
    select();
  };

  // A header becomes a button; on a telephone, where the list has no headers, a list of orders takes its place.
  for (const table of Object.values(tables)) {
    for (const [part, role] of [[table, "table"], [table.tHead, "rowgroup"], [table.tBodies[0], "rowgroup"], [table.tHead.rows[0], "row"]]) part.setAttribute("role", role);
    for (const head of headings(table)) {
      const button = document.createElement("button"), name = head.dataset.name = head.textContent;
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => {
        const first = rising(name) ? "up" : "down";
        sort(name, sorted === name && way === first ? (first === "up" ? "down" : "up") : first);
      });
      head.replaceChildren(button);
      head.setAttribute("role", "columnheader");
    }
    table.tBodies[0].addEventListener("click", event => { if (event.target.closest("button")) form.reset(); });
  }
  for (const tile of document.querySelectorAll(".summary [data-state]")) {
    const name = tile.querySelector("dt"), button = document.createElement("button");
    button.type = "button";
    button.textContent = name.textContent;
    button.addEventListener("click", () => {
      form.state.value = form.state.value === tile.dataset.state ? "" : tile.dataset.state;
      select();
      remember();
    });
    name.replaceChildren(button);
  }
  choice.addEventListener("change", () => sort(...(choice.value ? choice.value.split(" ") : ["", ""])));
  form.addEventListener("input", event => {
    if (event.target.name === "view") [sorted, way] = ["", ""];
    select();
    remember();
  });
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sort("", ""); form.words.focus(); }));
  pages.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    page += Number(button.dataset.step);
    show();
    document.getElementById("list").scrollIntoView();
  });
  addEventListener("hashchange", recall);
  addEventListener("beforeprint", () => { page = 0; show(Infinity); });  // paper has no pages to turn
  addEventListener("afterprint", () => show());

  form.hidden = find(".sorts").hidden = false;
  recall();
})();
