"use strict";
// A click on the head of a column sorts the table by it, a second one turns the order.
// Cells without a value stay at the end.
function sortBy(table, head) {
  const column = head.cellIndex;
  const numeric = head.classList.contains("n");
  const up = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "descending" : !numeric;
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.cells[column].textContent }));
  rows.sort((a, b) => {
    if (a.text === "" || b.text === "") return (a.text === "") - (b.text === "");
    const order = numeric ? Number(a.text) - Number(b.text) : a.text.localeCompare(b.text, "en", { numeric: true });
    return up ? order : -order;
  });
  body.append(...rows.map((r) => r.row));
}
for (const table of document.querySelectorAll("table.sorts")) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sortBy(table, head));
    head.append(button);
  }
}
// The filter shows the rows of the table of sets that hold all of its words.
const filter = document.getElementById("filter");
if (filter) {
  const rows = Array.from(document.getElementById("sets").tBodies[0].rows);
  const texts = rows.map((row) => Array.from(row.cells, (cell) => cell.textContent).join(" ").toLowerCase());
  const apply = () => {
    const words = filter.value.toLowerCase().split(" ");
    let shown = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every((word) => texts[i].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    document.getElementById("shown").textContent = shown + " of " + rows.length + " rows";
  };
  filter.addEventListener("input", apply);
  apply();
}
