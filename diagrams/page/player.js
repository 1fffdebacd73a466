// Pictures of machines that show where a run is, and the slider that moves along a run.

const element = (name, attributes = {}, ...inner) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inner);
  return made;
};

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const say = (text) => { document.getElementById("status").textContent = text; };

// Copies of a model's pictures. Their ids would occur twice on the page, so they become data.
class Stage {
  constructor(place, model, machines) {
    this.place = place;
    this.figures = new Map();
    for (const picture of document.querySelectorAll(`[data-pictures="${model}"] .machine`)) {
      if (machines && !machines.includes(picture.dataset.machine)) continue;
      const copy = picture.cloneNode(true);
      for (const node of copy.querySelectorAll("[id]")) {
        node.dataset.id = decodeURIComponent(node.id.slice(node.id.indexOf("-") + 1));
        node.removeAttribute("id");
      }
      const arrows = [...copy.querySelectorAll("[data-rules]")]
        .map((node) => [node, JSON.parse(node.dataset.rules)]);
      place.append(copy);
      this.figures.set(picture.dataset.machine, { copy, arrows, nodes: [...copy.querySelectorAll("[data-id]")] });
    }
  }

  // Marks the state of every machine, and the arrows of the rule instance that led there; says
  // where a machine was `before`. `notes` has more to say of a machine: pairs of a text and whether
  // it changed just now. The first machine that moved comes into view.
  show(states, rule, before = states, notes = new Map()) {
    let first = null;
    for (const [machine, { copy, arrows, nodes }] of this.figures) {
      const here = `s:${machine}:${states[machine]}`;
      for (const node of nodes) {
        node.classList.toggle("here", node.dataset.id === here);
        node.classList.toggle("current", node.dataset.id === here);
      }
      for (const [node, rules] of arrows) {
        node.classList.toggle("taken", rules.includes(rule));
        node.classList.toggle("visited", rules.includes(rule));
      }
      const caption = copy.querySelector("figcaption");
      caption.replaceChildren(`${machine} is ${states[machine]}`);
      const moved = before[machine] !== states[machine];
      const own = [...(moved ? [[`was ${before[machine]}`, true]] : []), ...(notes.get(machine) ?? [])];
      if (moved) first ??= copy;
      own.forEach(([text, changed], i) => caption.append(i ? ", " : " \u00b7 ",
        element(changed ? "mark" : "span", { class: "note" }, text)));
      const scroller = copy.querySelector(".picture");
      const marked = copy.querySelector(".here");
      if (scroller && marked) center(scroller, marked);
    }
    if (first) this.place.scrollTop += first.getBoundingClientRect().top - this.place.getBoundingClientRect().top;
  }
}

// Cuts a picture down to what is drawn in it.
const crop = (svg) => {
  const { x, y, width, height } = svg.querySelector(".panel").getBBox();
  if (!width) return;
  const [w, h] = [Math.ceil(width) + 8, Math.ceil(height) + 8];
  svg.setAttribute("viewBox", `${Math.floor(x) + offset(svg, 0) - 4} ${Math.floor(y) + offset(svg, 1) - 4} ${w} ${h}`);
  svg.setAttribute("width", String(w));
  svg.setAttribute("height", String(h));
};

const offset = (svg, axis) => {
  const { e, f } = svg.querySelector(".panel").transform.baseVal.consolidate().matrix;
  return axis === 0 ? e : f;
};

const center = (scroller, marked) => {
  const [outer, inner] = [scroller.getBoundingClientRect(), marked.getBoundingClientRect()];
  scroller.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
  scroller.scrollTop += inner.top + inner.height / 2 - outer.top - outer.height / 2;
};

class Player {
  constructor(place) {
    this.place = place;
    this.data = read(`${place.dataset.player}-data`);
    this.slider = place.querySelector("input[type=range]");
    this.output = place.querySelector("output");
    const moving = Object.keys(this.data.machines)
      .filter((name) => new Set(this.data.machines[name]).size > 1);
    this.stage = new Stage(place.querySelector(".stage"), place.dataset.model, moving);
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value)));
    place.querySelector(".back").addEventListener("click", () => say(this.show(this.at - 1)));
    place.querySelector(".on").addEventListener("click", () => say(this.show(this.at + 1)));
    for (const item of place.querySelectorAll(".story [data-step]")) {
      item.addEventListener("click", () => this.show(Number(item.dataset.step)));
    }
    this.show(0);
  }

  // Shows the run after so many steps; returns what happened, in words.
  show(step) {
    const last = this.data.said.length - 1;
    this.at = Math.min(Math.max(step, 0), last);
    const text = this.at === 0 ? this.data.said[0] : `Step ${this.at} of ${last}: ${this.data.said[this.at]}`;
    this.slider.value = String(this.at);
    this.slider.setAttribute("aria-valuetext", text);
    this.output.textContent = text;
    for (const node of this.place.querySelectorAll("[data-step]")) {
      const here = Number(node.dataset.step) === this.at;
      node.classList.toggle("here", here);
      if (node.tagName === "LI") {
        if (here) node.setAttribute("aria-current", "step");
        else node.removeAttribute("aria-current");
      }
    }
    const states = (at) => Object.fromEntries(Object.entries(this.data.machines)
      .map(([machine, names]) => [machine, names[Math.max(at, 0)]]));
    this.stage.show(states(this.at), this.data.rules[this.at], states(this.at - 1));
    return text;
  }
}
