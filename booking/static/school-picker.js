// Suggests schools while somebody types. Without this script the same form works: the server asks which school it is.
(function () {
  "use strict";

  var WAIT = 200; // milliseconds without a key before we ask
  var SHORTEST = 2;
  var NONE = "No school found. Check the spelling, try its postcode, or tick “I’m not at a listed school”";
  var LOOKING = "Looking…";
  var FAILED = "Suggestions are not to be had just now. Type your school and go on: we ask again.";

  function enhance(picker) {
    var plain = picker.querySelector("[data-school-text]");
    var urn = picker.querySelector("[data-school-urn]");
    var choice = picker.querySelector("[data-school-choice]");
    var unlisted = picker.querySelector(".school-picker__unlisted input");
    var says = NONE;
    var chosen = urn.value ? plain.value : null;

    function onConfirm(school) {
      if (!school) return;
      chosen = school.label;
      urn.value = school.urn;
      if (unlisted) unlisted.checked = false;
      forgetChoice();
    }

    function onInput(event) {
      if (event.target.value !== chosen) {
        chosen = null;
        urn.value = "";
        forgetChoice();
      }
    }

    // The radio buttons answer what was typed before.
    function forgetChoice() {
      if (!choice) return;
      choice.hidden = true;
      choice.querySelectorAll("input").forEach(function (radio) { radio.checked = false; });
    }

    var place = document.createElement("div");
    plain.replaceWith(place);
    window.accessibleAutocomplete({
      element: place,
      id: plain.id,
      name: plain.name,
      defaultValue: plain.value,
      autoselect: false,
      confirmOnBlur: false,
      displayMenu: "overlay",
      minLength: SHORTEST,
      inputClasses: plain.className,
      source: asker(picker.dataset.source, function (words) { says = words; }),
      templates: { inputValue: label, suggestion: suggestion },
      onConfirm: onConfirm,
      tNoResults: function () { return says; },
      menuAttributes: { "aria-label": "Schools" }
    });
    var input = document.getElementById(plain.id);
    keepDescription(input, plain);
    input.addEventListener("input", onInput);
  }

  // Answers a source for the suggestions: asks the server once the typing pauses, and forgets what was asked before.
  function asker(address, say) {
    var timer, request;
    return function (typed, show) {
      window.clearTimeout(timer);
      if (request) request.abort();
      say(LOOKING);
      timer = window.setTimeout(function () {
        var mine = (request = new AbortController());
        window.fetch(address + "?q=" + encodeURIComponent(typed.trim()), { signal: mine.signal })
          .then(function (answer) {
            if (!answer.ok) throw new Error(String(answer.status));
            return answer.json();
          })
          .then(function (schools) { say(NONE); show(schools); })
          .catch(function () {
            if (mine.signal.aborted) return;
            say(FAILED);
            show([]);
          });
      }, WAIT);
    };
  }

  // The widget names its own hint only; the question's hint and error stay part of the field's description.
  function keepDescription(input, plain) {
    var ours = plain.getAttribute("aria-describedby");
    function add() {
      var now = input.getAttribute("aria-describedby") || "";
      if (now.indexOf(ours) === -1) input.setAttribute("aria-describedby", (ours + " " + now).trim());
    }
    if (plain.getAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    input.setAttribute("spellcheck", "false");
    input.setAttribute("maxlength", plain.maxLength);
    new MutationObserver(add).observe(input, { attributes: true, attributeFilter: ["aria-describedby"] });
    add();
  }

  function label(school) {
    return school && school.label ? school.label : school || "";
  }

  function suggestion(school) {
    if (!school.name) return text(label(school));
    return "<span class=\"school-picker__name\">" + text(school.name) + "</span> " +
      "<span class=\"school-picker__place\">" + text(school.place) + "</span>";
  }

  function text(words) {
    var span = document.createElement("span");
    span.textContent = words || "";
    return span.innerHTML;
  }

  document.querySelectorAll("[data-school-picker]").forEach(enhance);
})();
