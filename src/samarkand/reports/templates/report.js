// Sorting only: everything is there without it. A click on a heading sorts by it, a second one turns the order.
document.querySelectorAll("table.sortable").forEach(function (table) {
  var heads = table.querySelectorAll("thead th"), body = table.tBodies[0];
  function key(row, i) {
    var text = row.cells[i].textContent.trim(), number = parseFloat(text.replace(/\u2212/g, "-").replace(/[,+<]/g, ""));
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
