// Everything is there without it. A click on a heading sorts by it, a second one turns the order.
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = table.querySelectorAll("thead th"), body = table.tBodies[0];
  function key(row, i) {
    var text = row.cells[i].textContent.trim(), number = parseFloat(text.replace(/\u2212/g, "-").replace(/under |above |[,+]/g, ""));
    return isNaN(number) ? (i ? -Infinity : text.toLowerCase()) : number;
  }
  heads.forEach(function (head, i) {
    var button = document.createElement("button");
    button.type = "button"; button.title = "Sort by this column";
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.addEventListener("click", function () {
      var turn = head.getAttribute("aria-sort") === (i ? "descending" : "ascending") ? -1 : 1;
      var up = (i ? -1 : 1) * turn;
      heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
      Array.from(body.rows).sort(function (a, b) {
        var x = key(a, i), y = key(b, i);
        return x < y ? -up : x > y ? up : 0;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
});

// A box that finds an economy by name or code in every table of the section.
(function () {
  var section = document.getElementById("economies"), tables = section ? section.querySelectorAll("table.sortable") : [];
  if (!tables.length) return;
  function plain(text) { return text.toLowerCase().normalize("NFD").replace(/[^a-z0-9 ]/g, "").trim(); }
  var label = document.createElement("label"), input = document.createElement("input"), said = document.createElement("span");
  label.className = "find"; label.textContent = "Find an economy";
  input.type = "search"; input.placeholder = "name or ISO3 code"; said.setAttribute("role", "status");
  label.appendChild(input); label.appendChild(said);
  section.insertBefore(label, section.querySelector(".scroll"));
  input.addEventListener("input", function () {
    var wanted = plain(input.value), found = 0;
    tables.forEach(function (table, i) {
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        var same = !wanted || plain(row.cells[0].textContent).indexOf(wanted) >= 0 || row.dataset.code.toLowerCase() === wanted;
        row.classList.toggle("other", !same);
        if (same && !i) found += 1;
      });
    });
    said.textContent = wanted ? " " + found + " found" : "";
  });
})();

// What can be scrolled sideways can be reached with the keyboard.
(function () {
  function mark() {
    document.querySelectorAll(".scroll").forEach(function (one) {
      if (one.scrollWidth <= one.clientWidth) { one.removeAttribute("tabindex"); one.removeAttribute("role"); return; }
      var head = one.querySelector("caption") || one.parentElement.querySelector("h3, h2");
      one.tabIndex = 0; one.setAttribute("role", "group");
      one.setAttribute("aria-label", (head ? head.textContent.trim() : "Table") + ": scrolls sideways");
    });
  }
  mark(); addEventListener("resize", mark);
})();
