(function () {
  "use strict";
  // Only adds: theme, copy, print, sort, filter, download, tooltip. The page is complete without it.
  var d = document, root = d.documentElement, all = function (s, e) { return Array.from((e || d).querySelectorAll(s)); };
  root.classList.add("js");
  var theme = d.getElementById("theme");
  function dark() {
    var v = root.getAttribute("data-theme");
    return v ? v === "dark" : matchMedia("(prefers-color-scheme:dark)").matches;
  }
  function name() { theme.textContent = dark() ? "Light" : "Dark"; }
  name();
  theme.addEventListener("click", function () { root.setAttribute("data-theme", dark() ? "light" : "dark"); name(); });
  d.getElementById("print").addEventListener("click", function () { print(); });

  var copy = d.getElementById("copy");
  copy.addEventListener("click", function () {
    var text = all("h1,.fig,.chg,.verdict p").map(function (e) { return e.textContent.replace(/\s+/g, " ").trim(); }).join("\n");
    function done() { copy.textContent = "Copied"; setTimeout(function () { copy.textContent = "Copy summary"; }, 1600); }
    function old() { var a = d.createElement("textarea"); a.value = text; d.body.appendChild(a); a.select(); d.execCommand("copy"); a.remove(); done(); }
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, old); else old();
  });

  function value(c) { return c.dataset.v === undefined ? c.textContent : c.dataset.v; } // words are their own key
  all("table.sortable").forEach(function (table) {
    all("thead button", table).forEach(function (button) {
      button.addEventListener("click", function () {
        var th = button.parentNode, k = th.cellIndex, up = th.getAttribute("aria-sort") === "descending";
        all("th", table.tHead).forEach(function (h) { h.removeAttribute("aria-sort"); });
        th.setAttribute("aria-sort", up ? "ascending" : "descending");
        all("tbody", table).forEach(function (body) {
          all("tr:not(.grp)", body).sort(function (x, y) { // the name of a group stays above its rows
            var a = value(x.cells[k]), b = value(y.cells[k]), n = a - b;
            if (a === "" || b === "") return (a === "") - (b === ""); // unknown stays last
            n = isNaN(n) ? a.localeCompare(b) : n;
            return up ? n : -n;
          }).forEach(function (row) { body.appendChild(row); });
        });
      });
    });
  });

  all("input[type=search]").forEach(function (input) {
    input.addEventListener("input", function () {
      var q = input.value.trim().toLowerCase(), n = 0;
      all("tbody tr:not(.grp)", d.getElementById(input.dataset.for)).forEach(function (row) {
        var hit = row.textContent.toLowerCase().indexOf(q) >= 0;
        row.hidden = !hit;
        n += hit;
      });
      d.getElementById(input.dataset.for + "-empty").hidden = n > 0;
    });
  });

  function cell(v) {
    var c = v === null ? "" : String(v);
    if (/^[=+\-@\t\r]/.test(c) && (isNaN(c) || !c.trim())) c = "'" + c; // a spreadsheet would run it as a formula
    return /[",\n\r]/.test(c) ? '"' + c.replace(/"/g, '""') + '"' : c;
  }
  all("button.dl").forEach(function (button) {
    button.addEventListener("click", function () {
      var key = button.dataset.csv, rows = JSON.parse(d.getElementById("model").textContent).tables[key];
      var text = rows.map(function (r) { return r.map(cell).join(",") + "\r\n"; }).join("");
      var a = d.createElement("a");
      a.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
      a.download = "logcost-" + d.body.dataset.slug + "-" + key + ".csv";
      d.body.appendChild(a);
      a.click();
      a.remove();
      setTimeout(function () { URL.revokeObjectURL(a.href); }, 1e3);
    });
  });

  var tip = d.getElementById("tip");
  function put(row, text, kind) { var c = row.insertCell(); c.textContent = text || ""; if (kind) c.className = kind; return c; }
  function show(g, x, y) {
    var lines = g.dataset.t.split("\n").map(function (l) { return l.split("\t"); }), first = lines.shift();
    var b = d.createElement("b"), table = d.createElement("table");
    b.textContent = first.join("  ");
    lines.reverse().forEach(function (p) {
      var row = table.insertRow(), c = put(row, p[0]);
      if (p[2]) { var i = d.createElement("i"); i.className = "sw " + p[2]; c.prepend(i); }
      put(row, p[1], "n");
    });
    tip.replaceChildren(b, table);
    tip.hidden = false;
    tip.style.left = Math.max(6, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = Math.max(6, y - tip.offsetHeight - 12) + "px";
  }
  d.addEventListener("pointermove", function (e) {
    var g = e.target.closest && e.target.closest("[data-t]");
    if (g) show(g, e.clientX, e.clientY); else tip.hidden = true;
  });
  d.addEventListener("keydown", function (e) { if (e.key === "Escape") tip.hidden = true; });
})();
