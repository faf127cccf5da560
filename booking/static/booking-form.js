// The button says how many places it books, while people are ticked, named and taken away.
(function () {
  "use strict";
  var form = document.querySelector("[data-booking-form]");
  var button = form && form.querySelector("[data-book]");
  if (!button) return;

  function size() {
    var coming = form.elements.coming.checked ? 1 : 0;
    var rows = Array.prototype.filter.call(form.querySelectorAll(".person"), function (row) {
      return Array.prototype.some.call(row.querySelectorAll("input"), function (input) { return input.value.trim(); });
    });
    return coming + rows.length;
  }

  function say() {
    var places = size();
    var words = places === 0 ? "Book places" : "Book " + places + (places === 1 ? " place" : " places");
    // Text that is replaced while the mouse is down on it takes the click with it: only where it is another.
    if (button.textContent !== words) button.textContent = words;
  }

  form.addEventListener("input", say);
  form.addEventListener("change", say);
  say();
})();
